/** Checks a service's variables against its checklist, all at once and without connecting to anything. */
import type { Checklist } from "../contract/checklist.ts";
import { triedSecrets, triedStores } from "../contract/tried-values.ts";
import { type Access, readAccess } from "./dependencies.ts";
import { type Expectation, expectationsOf } from "./expectations.ts";
import { withFiles } from "./files.ts";
import type { Outcome } from "./outcome.ts";
import { bindFix, upCommand } from "./remedies.ts";
import { type Problem, valueProblems } from "./variable-rules.ts";
import { sharedProblems, unwantedProblems } from "./variable-sets.ts";

export type Configuration = {
	/** One passed outcome if everything is right; otherwise what is missing, and after it what is wrong. */
	outcomes: Outcome[];
	/** The logins whose variables are right; only these can be tried. */
	access: Access;
};

/** Looks at everything that a service's environment must and must not hold. */
export function inspect(
	checklist: Checklist,
	variables: NodeJS.ProcessEnv,
): Configuration {
	const held = withFiles(variables, Object.keys(checklist.files));
	const expected = expectationsOf(checklist);
	const isSet = ({ variable }: Expectation) => held[variable] !== undefined;
	const missing = expected
		.filter((each) => !isSet(each))
		.map((each) => missingProblem(each, checklist));
	const present = expected.filter(isSet);
	const wrong = [
		...present.flatMap((each) => valueProblems(checklist, each, held)),
		...sharedProblems(checklist, present, held),
		...unwantedProblems(checklist, variables),
	];
	const { access, problems } = readAccess(
		checklist,
		held,
		new Set([...missing, ...wrong].map(({ variable }) => variable)),
	);
	const all = [...missing, ...wrong, ...problems];
	return {
		access,
		outcomes:
			all.length > 0
				? all.map(outcomeOf)
				: [
						{
							state: "passed",
							check: "variables",
							fact: `all ${expected.length} are set and well-formed${reach(checklist, expected)}`,
						},
						...untriedStores(checklist, access),
					],
	};
}

/** How far that goes, where nobody can be asked about a value: it may be well-formed and refused all the same. */
function reach(checklist: Checklist, expected: readonly Expectation[]): string {
	const tried = triedSecrets(checklist);
	const issued = expected.flatMap(({ variable, secret }) =>
		secret?.source.from === "external" && !tried.has(secret.id)
			? [variable]
			: [],
	);
	return [
		...(triedStores(checklist).length === 0
			? ["they give no login to a data store, so none was tried"]
			: []),
		...(issued.length === 0
			? []
			: [`of ${issued.join(", ")} nothing but the form can be tried`]),
	]
		.map((text) => `; ${text}`)
		.join("");
}

/** Better to say so than to let somebody think that a store was tried. */
function untriedStores(checklist: Checklist, access: Access): Outcome[] {
	return triedStores(checklist)
		.filter(
			({ name, kind }) => !access[kind].some(({ store }) => store === name),
		)
		.map(({ name, kind, lacks }) => ({
			state: "warning",
			check: `${kind} ${name}`,
			...(lacks === undefined
				? {
						fact: "was not tried: on this machine nothing answers for it",
						fix: "deploy to staging, where preflight tries it",
					}
				: {
						fact: "was not tried: nobody can log in by what the service takes of it",
						fix: `bind ${lacks} of '${name}' too, in contract/platform.ts`,
					}),
		}));
}

function outcomeOf({ variable, secretId, fact, fix }: Problem): Outcome {
	return {
		state: "failed",
		check: variable,
		...(secretId === undefined ? {} : { secretId }),
		fact,
		fix,
	};
}

function missingProblem(
	{ variable, secret, plain }: Expectation,
	{ environment }: Checklist,
): Problem {
	if (secret !== undefined) {
		const { secretId } = secret;
		return {
			variable,
			secretId,
			fact: "is missing",
			fix: bindFix(variable, secretId, environment),
		};
	}
	const expected = plain === "environment" ? `; expected ${environment}` : "";
	return {
		variable,
		fact: `is missing${expected}`,
		fix: `run '${upCommand(environment)}', which writes it into the service`,
	};
}
