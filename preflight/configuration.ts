/** Checks a service's variables against the contract, all at once and without connecting to anything. */
import { serviceContract } from "../contract/bindings.ts";
import type { Environment } from "../contract/environments.ts";
import type { Platform } from "../contract/schema.ts";
import { triedSecrets, triedStores } from "../contract/tried-values.ts";
import { type Access, readAccess } from "./dependencies.ts";
import { comesFrom, type Expectation, expectationsOf } from "./expectations.ts";
import { withFiles } from "./files.ts";
import type { Outcome } from "./outcome.ts";
import { bindFix, upCommand } from "./remedies.ts";
import { type Problem, valueProblems } from "./variable-rules.ts";
import {
	type Prohibitions,
	sharedProblems,
	unwantedProblems,
} from "./variable-sets.ts";

export type Configuration = {
	/** One passed outcome if everything is right; otherwise what is missing, and after it what is wrong. */
	outcomes: Outcome[];
	/** The logins whose variables are right; only these can be tried. */
	access: Access;
};

/** Looks at everything that a service's environment must and must not hold. */
export function inspect(
	platform: Platform,
	service: string,
	environment: Environment,
	variables: NodeJS.ProcessEnv,
	prohibitions: Prohibitions,
): Configuration {
	const { secretFiles } = serviceContract(platform, service);
	const held = withFiles(variables, Object.keys(secretFiles));
	const expected = expectationsOf(platform, service, environment);
	const isSet = ({ variable }: Expectation) => held[variable] !== undefined;
	const missing = expected
		.filter((each) => !isSet(each))
		.map((each) => missingProblem(each, environment));
	const present = expected.filter(isSet);
	const wrong = [
		...present.flatMap((each) =>
			valueProblems(platform, each, held, environment),
		),
		...sharedProblems(platform, present, held, environment),
		...unwantedProblems(
			platform,
			prohibitions,
			service,
			variables,
			environment,
		),
	];
	const { access, problems } = readAccess(
		platform,
		service,
		environment,
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
							fact: `all ${expected.length} are set and well-formed${reach(platform, service, environment, expected)}`,
						},
						...untriedStores(platform, service, environment, access),
					],
	};
}

/** How far that goes, where nobody can be asked about a value: it may be well-formed and refused all the same. */
function reach(
	platform: Platform,
	service: string,
	environment: Environment,
	expected: readonly Expectation[],
): string {
	const tried = triedSecrets(platform, service, environment);
	const issued = expected.flatMap(({ variable, secret }) =>
		secret?.contract.source.from === "external" &&
		!tried.has(secret.contract.id)
			? [variable]
			: [],
	);
	return [
		...(triedStores(platform, service, environment).length === 0
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
function untriedStores(
	platform: Platform,
	service: string,
	environment: Environment,
	access: Access,
): Outcome[] {
	return triedStores(platform, service, environment)
		.filter(
			({ name, store }) =>
				!access[store.kind].some((each) => each.store === name),
		)
		.map(({ name, store: { kind }, lacks }) => ({
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
	environment: Environment,
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
	const expected =
		plain !== undefined && comesFrom(plain, "environment")
			? `; expected ${environment}`
			: "";
	return {
		variable,
		fact: `is missing${expected}`,
		fix: `run '${upCommand(environment)}', which writes it into the service`,
	};
}
