/** The stand-in against what the real providers showed and recorded, for 18 types. */
import { describe, expect, it } from "@jest/globals";
import { projectNumber } from "../../local/cloud/world.ts";
import { factsOf } from "../../local/provider/facts.ts";
import {
	isObject,
	type Properties,
	Secret,
	UNKNOWN,
	type Value,
} from "../../local/provider/values.ts";
import { RandomProvider } from "../../local/random/provider.ts";
import { fromSample, PROJECT, StandIn, subject } from "./harness.ts";
import recorded from "./samples.json" with { type: "json" };

interface Sample {
	id: string;
	firstPreviewInputs: Properties;
	inputs: Properties;
	outputs: Properties;
}

// The project's number and what an API makes up are examples of form.
const text = JSON.stringify(recorded).replaceAll(
	"123456789012",
	projectNumber(PROJECT),
);
const samples: Record<string, Sample> = JSON.parse(text);
const MADE_UP =
	/^(?:address|authString|bcryptHash|cert|commonName|createTime|creationTimestamp|creator|effectiveReservedIpRange|etag|expirationTime|expireTime|fingerprint|firstIpAddress|host|ipAddress|labelFingerprint|lastModifier|lastTransitionTime|latestCreatedRevision|latestReadyRevision|maintenanceVersion|mutateTime|mutatedBy|networkId|numericId|privateIpAddress|result|serviceAccountEmailAddress|sha1Fingerprint|subnetworkId|uid|uniqueId|updateTime|uri|urls)$/;
/** Types whose id and name the API makes up. */
const NUMBERED = ["NotificationChannel", "AlertPolicy"];
/** Where the mock API behind the samples answered what PostgreSQL does not. */
const OF_THE_MOCK = new Set(["charset", "collation"]);

function kindOf(value: unknown): string {
	if (value === null) return "null";
	return Array.isArray(value) ? "array" : typeof value;
}

/** Every difference between what is recorded and what the stand-in gives. */
function differences(
	expected: unknown,
	actual: Value | undefined,
	path: string,
	key = "",
): string[] {
	if (OF_THE_MOCK.has(key)) return [];
	if (isMarked(expected)) {
		if (!(actual instanceof Secret)) return [`${path}: not marked secret`];
		return differences(expected.secret, actual.value, path, key);
	}
	if (actual instanceof Secret) return [`${path}: marked secret`];
	if (actual === UNKNOWN)
		return expected === "<unknown>" ? [] : [`${path}: unknown`];
	if (kindOf(expected) !== kindOf(actual))
		return [`${path}: ${kindOf(actual)} instead of ${kindOf(expected)}`];
	if (Array.isArray(expected) && Array.isArray(actual) && key !== "urls")
		return expected.length !== actual.length
			? [`${path}: ${actual.length} elements instead of ${expected.length}`]
			: expected.flatMap((inner, index) =>
					differences(inner, actual[index], `${path}[${index}]`, key),
				);
	if (isObject(actual) && typeof expected === "object" && expected !== null) {
		const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
		return [...keys].flatMap((inner) => {
			const at = `${path}.${inner}`;
			if (!(inner in actual)) return [`${at}: missing`];
			if (!(inner in expected)) return [`${at}: not in the sample`];
			return differences(
				(expected as Properties)[inner],
				actual[inner],
				at,
				inner,
			);
		});
	}
	if (MADE_UP.test(key) || expected === actual || expected === "…") return [];
	return [
		`${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`,
	];
}

function isMarked(value: unknown): value is { secret: unknown } {
	return typeof value === "object" &&
		value !== null &&
		Object.keys(value).join() === "secret" &&
		kindOf((value as Properties).secret) !== "string"
		? true
		: typeof value === "object" &&
				value !== null &&
				Object.keys(value).join() === "secret" &&
				(value as Properties).secret === "…";
}

/** What another resource of the samples needs to exist. */
async function prepare(standIn: StandIn): Promise<void> {
	for (const accountId of ["netra-auth", "auth-svc"])
		await standIn.create("gcp:serviceaccount/account:Account", accountId, {
			accountId,
		});
	await standIn.create("gcp:secretmanager/secret:Secret", "other", {
		secretId: "postgres-host-staging",
		replication: { auto: {} },
	});
}

/** The program's inputs in a sample: without defaults, at any depth, and without marks. */
function programInputs(inputs: unknown): Value {
	if (isMarked(inputs)) return "a secret of the program";
	if (Array.isArray(inputs)) return inputs.map(programInputs);
	if (typeof inputs !== "object" || inputs === null) return fromSample(inputs);
	const listed = (inputs as { __defaults?: string[] }).__defaults ?? [];
	return Object.fromEntries(
		Object.entries(inputs)
			.filter(([key]) => key !== "__defaults" && !listed.includes(key))
			.map(([key, inner]) => [key, programInputs(inner)]),
	);
}

/** Made-up names differ from run to run. */
function withSampleNames(sample: Properties, actual: Properties): Properties {
	const listed = Array.isArray(sample.__defaults) ? sample.__defaults : [];
	const named = ["name", "secretId", "accountId"].filter((key) =>
		listed.includes(key),
	);
	for (const key of named) expect(actual[key]).toMatch(/-[0-9a-f]{7}$/);
	return {
		...actual,
		...Object.fromEntries(named.map((key) => [key, sample[key] ?? null])),
	};
}

const gcpTypes = Object.keys(samples).filter((type) => type.startsWith("gcp:"));

describe("a first preview", () => {
	it.each(gcpTypes)(
		"shows policies the inputs of %s as the real provider does",
		(type) => {
			const sample = samples[type] as Sample;
			const news = programInputs(sample.firstPreviewInputs) as Properties;
			const { inputs, failures } = new StandIn().provider.check({
				...subject(type, nameOf(sample.firstPreviewInputs)),
				news,
			});
			expect(failures).toEqual([]);
			const expected = fromPreview(sample.firstPreviewInputs) as Properties;
			expect(
				differences(expected, withSampleNames(expected, inputs), ""),
			).toEqual([]);
		},
	);

	it.each(gcpTypes)(
		"knows of %s what was given and what needs no API, and nothing else",
		async (type) => {
			const sample = samples[type] as Sample;
			const standIn = new StandIn();
			const news = programInputs(sample.firstPreviewInputs) as Properties;
			const inputs = standIn.check(
				type,
				nameOf(sample.firstPreviewInputs),
				news,
			);
			const { id, outputs } = await standIn.provider.create({
				...subject(type, "x"),
				inputs,
				preview: true,
			});
			expect(id).toBe("");
			const facts = factsOf(type);
			const unknown = Object.keys(outputs).filter(
				(key) => open(outputs[key]) === UNKNOWN,
			);
			const expected = Object.entries(facts?.properties ?? {})
				.filter(
					([key, { computed }]) =>
						computed &&
						inputs[key] === undefined &&
						!facts?.previewKnown?.includes(key),
				)
				.map(([key]) => key);
			expect(unknown.filter((key) => inputs[key] !== UNKNOWN).sort()).toEqual(
				expected.sort(),
			);
		},
	);
});

describe("the state after an update", () => {
	it.each(gcpTypes)(
		"of %s has the id, the values and the marks that the real provider records",
		async (type) => {
			const standIn = new StandIn();
			await prepare(standIn);
			const sample = samples[type] as Sample;
			for (const needed of needs[type] ?? [])
				await createSample(standIn, needed);
			const { id, inputs, outputs } = await createSample(standIn, type);
			expect(differences(sample.inputs, inputs, "")).toEqual([]);
			if (NUMBERED.some((kind) => type.endsWith(kind))) {
				expect(id).toMatch(
					new RegExp(`^${sample.id.replace(/\d+$/, "\\d+")}$`),
				);
				return expect(
					differences(
						withId(sample.outputs, sample.id, id),
						withId(outputs, sample.id, id),
						"",
					),
				).toEqual([]);
			}
			expect(id).toBe(sample.id);
			expect(differences(sample.outputs, outputs, "")).toEqual([]);
		},
	);
});

/** Which sample needs which to exist. */
const needs: Record<string, string[]> = {
	"gcp:cloudrunv2/service:Service": ["gcp:serviceaccount/account:Account"],
	"gcp:secretmanager/secretVersion:SecretVersion": [
		"gcp:secretmanager/secret:Secret",
	],
	"gcp:sql/user:User": ["gcp:sql/databaseInstance:DatabaseInstance"],
	"gcp:sql/database:Database": ["gcp:sql/databaseInstance:DatabaseInstance"],
};

async function createSample(standIn: StandIn, type: string) {
	const sample = samples[type] as Sample;
	// The recorded names stand in for the made-up ones, and still count as made up.
	const { provider } = standIn;
	const olds = sample.inputs;
	const { inputs, failures } = provider.check({
		...subject(type, nameOf(sample.inputs)),
		news: programInputs(sample.inputs) as Properties,
		olds: fromInputs(olds) as Properties,
	});
	expect(failures).toEqual([]);
	return {
		inputs,
		...(await provider.create({
			...subject(type, "x"),
			inputs,
			preview: false,
		})),
	};
}

/** The API's own numbers in a sample, exchanged for those that were made up here. */
function withId(outputs: Properties, from: string, to: string): Properties {
	return JSON.parse(
		JSON.stringify(outputs)
			.replaceAll(from, to)
			.replace(/conditions\/\d+/g, "conditions/…"),
	);
}

/** A preview's inputs as the stand-in gives them: unknown leaves, marked secrets. */
function fromPreview(value: unknown): unknown {
	if (value === "[secret]") return { secret: "…" };
	if (Array.isArray(value)) return value.map(fromPreview);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [key, fromPreview(inner)]),
	);
}

function fromInputs(value: unknown): unknown {
	if (isMarked(value)) return "a secret of the program";
	if (Array.isArray(value)) return value.map(fromInputs);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [key, fromInputs(inner)]),
	);
}

function nameOf(inputs: Properties): string {
	return String(inputs.name ?? "thing").replace(/-[0-9a-f]{7}$/, "");
}

function open(value: Value | undefined): Value | undefined {
	return value instanceof Secret ? value.value : value;
}

describe("RandomPassword", () => {
	it("is recorded as the real provider records it", async () => {
		const provider = new RandomProvider();
		const type = "random:index/randomPassword:RandomPassword";
		const sample = samples[type] as Sample;
		const { inputs } = provider.check({
			...subject(type, "pg"),
			news: fromSample(sample.inputs) as Properties,
		});
		expect(inputs).toEqual(sample.inputs);
		const { id, outputs } = await provider.create({
			...subject(type, "pg"),
			inputs,
			preview: false,
		});
		expect(id).toBe(sample.id);
		expect(differences(sample.outputs, outputs, "")).toEqual([]);
	});
});
