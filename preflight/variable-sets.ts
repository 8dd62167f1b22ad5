/** What the variables of a service must not be together; no finding repeats a value. */
import { serviceContract } from "../contract/bindings.ts";
import type { Environment } from "../contract/environments.ts";
import { forbids } from "../contract/forbidden-variables.ts";
import { variableIn } from "../contract/names.ts";
import type { Platform } from "../contract/schema.ts";
import { isGenerated } from "../contract/sources.ts";
import type { SecondKey } from "../policies/second-key.ts";
import type { Expectation } from "./expectations.ts";
import { upCommand, valueFix } from "./remedies.ts";
import type { Problem } from "./variable-rules.ts";

/** What the second key says of every service's variables. */
export type Prohibitions = Pick<
	SecondKey,
	"forbiddenVariables" | "alternatives"
>;

/** Variables of one secret hold one value; different generated secrets hold different ones. */
export function sharedProblems(
	platform: Platform,
	present: Expectation[],
	variables: NodeJS.ProcessEnv,
	environment: Environment,
): Problem[] {
	return present.flatMap(({ variable, secret }, index) => {
		const value = variables[variable];
		// Emptiness is a finding of its own.
		if (secret === undefined || value === "") {
			return [];
		}
		const { contract, secretId } = secret;
		const before = present
			.slice(0, index)
			.flatMap((other) =>
				other.secret === undefined ? [] : [{ ...other, secret: other.secret }],
			);
		const differs = before.find(
			(other) =>
				other.secret.contract.id === contract.id &&
				variables[other.variable] !== value,
		);
		const equals = before.find(
			(other) =>
				other.secret.contract.id !== contract.id &&
				isGenerated(contract.source) &&
				variables[other.variable] === value,
		);
		return [
			...(differs === undefined
				? []
				: [
						{
							variable,
							secretId,
							fact: `differs from ${differs.variable}, which is the same secret`,
							fix: `run '${upCommand(environment)}', which binds one version to both`,
						},
					]),
			...(equals === undefined
				? []
				: [
						{
							variable,
							secretId,
							fact: `equals ${equals.variable}, which is another secret (${equals.secret.secretId})`,
							fix: valueFix(platform, contract, secretId, environment),
						},
					]),
		];
	});
}

/** Names that must not be set in this environment, and alternatives of which two are set. */
export function unwantedProblems(
	platform: Platform,
	prohibitions: Prohibitions,
	service: string,
	variables: NodeJS.ProcessEnv,
	environment: Environment,
): Problem[] {
	const names = Object.keys(variables);
	const foreign = foreignVariables(platform, service, environment);
	const forbidden = names.filter(
		(name) =>
			foreign.has(name) ||
			(environment !== "local" &&
				Object.keys(prohibitions.forbiddenVariables).some((pattern) =>
					forbids(pattern, name, variables[name]),
				)),
	);
	const doubled = Object.values(prohibitions.alternatives).flatMap((group) => {
		const given = group.filter((member) =>
			member.some((name) => variables[name] !== undefined),
		);
		return given.length > 1
			? [given.map((member) => member.join(" + ")).join(" and ")]
			: [];
	});
	return [
		...forbidden.map((variable) => ({
			variable,
			fact: `must not be set in ${environment}`,
			fix: `remove it from the service or its image, then run '${upCommand(environment)}'`,
		})),
		...doubled.map((which) => ({
			variable: which,
			fact: "are alternatives, and more than one is set",
			fix: `keep the one that the contract binds, then run '${upCommand(environment)}'`,
		})),
	];
}

/** Variables that the service has in other environments only. */
function foreignVariables(
	platform: Platform,
	service: string,
	environment: Environment,
): Set<string> {
	const elsewhere = new Set(
		platform.secrets
			.filter(
				({ environments }) => environments?.includes(environment) === false,
			)
			.map(({ id }) => id),
	);
	return new Set(
		Object.entries(serviceContract(platform, service).secrets)
			.filter(([, id]) => elsewhere.has(id))
			.map(([name]) => variableIn(name, environment)),
	);
}
