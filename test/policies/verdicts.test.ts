import { describe, expect, it } from "@jest/globals";
import type { Rule } from "../../policies/rule.ts";
import { rules } from "../../policies/rules.ts";
import { plainStack } from "../fixtures/plain-stack.ts";
import { asInputs, type Phase, preview } from "../fixtures/preview.ts";
import type { Resource } from "../fixtures/resources.ts";
import {
	type Diagnostic,
	type JudgeOptions,
	judgeResource,
	judgeStack,
	judgeUpdated,
} from "./engine.ts";
import {
	addVariable,
	all,
	type Change,
	editVariable,
	setTemplate,
} from "./mutants/operations.ts";
import { ways } from "./mutants/ways/index.ts";
import type { Line } from "./mutants/ways/way.ts";

/** The rule, and whom it names: of a service and its jobs, a preview names the service alone. */
const subjectsIn = (said: readonly Diagnostic[]) =>
	new Set(
		said.map(({ message }) =>
			message
				.slice(0, message.indexOf(": found "))
				.replace(/(?<=service [^,]+), job [^,]+/, ""),
		),
	);

type Verdicts = {
	preview: Set<string>;
	/** Of each resource before it is created. */
	each: Set<string>;
	/** Of the whole stack at the end of the update. */
	whole: Set<string>;
	said: Diagnostic[];
};

const stacks = new Map<string, Resource[]>();

function sound({ environment = "staging" }: Line, phase: Phase): Resource[] {
	const key = `${environment} ${phase}`;
	const kept = stacks.get(key) ?? preview(plainStack(environment), phase);
	stacks.set(key, kept);
	return kept;
}

/** What is said of the changed stack; resources that did not change pass alone, as another test proves. */
async function verdicts(
	line: Line,
	options: JudgeOptions,
	previewed: Phase,
): Promise<Verdicts> {
	const before = new Set(sound(line, "settled"));
	const updated = line.change(sound(line, "settled"));
	const each: Diagnostic[] = [];
	for (const resource of updated.filter((one) => !before.has(one))) {
		each.push(...(await judgeResource(asInputs(resource), options)));
	}
	const inPreview = await judgeStack(
		line.change(sound(line, previewed)),
		options,
	);
	const whole = await judgeUpdated(updated, options);
	return {
		preview: subjectsIn(inPreview),
		each: subjectsIn(each),
		whole: subjectsIn(whole),
		said: [...inPreview, ...each, ...whole],
	};
}

const linesOf = ({ id }: Rule) =>
	Object.entries(ways[id] ?? {}).flatMap(([way, lines]) =>
		lines.map((line, index) => ({ line, title: `${way} (${index})` })),
	);
const optionsFor = (rule: Rule, { environment }: Line): JudgeOptions => ({
	stack: environment ?? "staging",
	rules: [rule],
});
const ids = ({ requirements }: Rule) =>
	requirements.map((each) => `[${each}]`).join(" ");

/** A preview names the first resource in a wrong project, and says how many more there are. */
const summarised = ["environment-matches"];

/** Expects that a preview says what an update will say, of each resource and at its end. */
function expectAgreement(
	rule: Rule,
	about: string,
	{ preview, each, whole }: Verdicts,
): void {
	// At the end of an update the inputs of its resources were judged already.
	const later = rule.looksAt === "inputs" ? each : whole;
	expect({ about, said: preview }).toEqual({ about, said: later });
	expectForeseen(rule, about, each, preview);
	if (rule.looksAt === "stack") {
		expect({ about, said: each }).toEqual({ about, said: new Set() });
	}
}

/** Expects that nothing stops an update of which the preview said nothing. */
function expectForeseen(
	{ id }: Rule,
	about: string,
	each: ReadonlySet<string>,
	preview: ReadonlySet<string>,
): void {
	const unforeseen = [...each].filter((one) => !preview.has(one));
	const isSaid = summarised.includes(id) && preview.size > 0;
	expect({ about, unforeseen: isSaid ? [] : unforeseen }).toEqual({
		about,
		unforeseen: [],
	});
}

/** Every subject that a waiver of what was said can name. */
const waivable = (said: readonly Diagnostic[]) => [
	...new Set([
		"stack",
		...said.map(({ urn }) => urn.split("::").slice(2).join("::")),
		...said.flatMap(({ message }) =>
			[...message.matchAll(/ (?:service|secret) ([^,]+),/g)].map(
				([, name]) => name as string,
			),
		),
	]),
];

describe.each(rules.map((rule) => [rule.id, rule] as const))(
	"the verdict of %s",
	(id, rule) => {
		it(`${ids(rule)} is the same in a preview and in an update`, async () => {
			for (const { line, title } of linesOf(rule)) {
				const options = optionsFor(rule, line);
				const found = await verdicts(line, options, "settled");
				expectAgreement(rule, title, found);
				if (line.phases === undefined) {
					const first = await verdicts(line, options, "first");
					expectForeseen(rule, title, found.each, first.preview);
				}
			}
		});

		it(`${ids(rule)} is the same in a preview and in an update under every form of waiver`, async () => {
			for (const { line, title } of linesOf(rule)) {
				const options = optionsFor(rule, line);
				const { said } = await verdicts(line, options, "settled");
				const forms = waivable(said);
				for (const subjects of [...forms.map((each) => [each]), forms]) {
					const waivers = subjects
						.filter((resource) => resource !== "")
						.map((resource) => ({
							rule: id,
							resource,
							reason: "a trial",
							expires: "2027-01-01",
						}));
					expectAgreement(
						rule,
						`${title}, with a waiver for ${subjects.join(" and ")}`,
						await verdicts(line, { ...options, waivers }, "settled"),
					);
				}
			}
		});
	},
);

describe("a waiver for a service whose jobs have the same fault", () => {
	const service = "gcp:cloudrunv2/service:Service::run-auth";
	const job = "gcp:cloudrunv2/job:Job::try-auth";
	const workloads = ["netra-auth-staging", "netra-preflight-auth-staging"];
	const faults: [string, (name: string) => Change][] = [
		[
			"unknown-name",
			(name) => addVariable(name, { name: "TRIAL", value: "yes" }),
		],
		["contract-complete", (name) => editVariable(name, "LOG_LEVEL", () => [])],
		[
			"image-digest",
			(name) => setTemplate(name, "containers.0.image", "auth:latest"),
		],
		[
			"service-account-own",
			(name) => setTemplate(name, "serviceAccount", undefined),
		],
	];

	it.each(faults)(
		"[R-042] exempts from %s what it names, in a preview as in an update",
		async (id, breaks) => {
			const line = { change: all(...workloads.map(breaks)), says: [] };
			const found = (...subjects: string[]) =>
				verdicts(
					line,
					{
						rules: rules.filter((rule) => rule.id === id),
						waivers: subjects.map((resource) => ({
							rule: id,
							resource,
							reason: "a trial",
							expires: "2027-01-01",
						})),
					},
					"settled",
				);
			for (const subjects of [[], [service], [job]]) {
				const { preview, each, whole } = await found(...subjects);
				expect(preview.size).toBeGreaterThan(0);
				expect(each).toEqual(preview);
				expect(whole).toEqual(preview);
			}
			for (const subjects of [["auth"], [service, job]]) {
				expect((await found(...subjects)).said).toEqual([]);
			}
		},
	);
});
