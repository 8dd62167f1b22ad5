/** What the variables of a service must not be together; no finding repeats a value. */
import type { Checklist } from "../contract/checklist.ts";
import { forbids } from "../contract/forbidden-variables.ts";
import { isGenerated } from "../contract/sources.ts";
import type { Expectation } from "./expectations.ts";
import { upCommand, valueFix } from "./remedies.ts";
import type { Problem } from "./variable-rules.ts";

/** Variables of one secret hold one value; different generated secrets hold different ones. */
export function sharedProblems(
	checklist: Checklist,
	present: Expectation[],
	variables: NodeJS.ProcessEnv,
): Problem[] {
	return present.flatMap(({ variable, secret }, index) => {
		const value = variables[variable];
		// Emptiness is a finding of its own.
		if (secret === undefined || value === "") {
			return [];
		}
		const { id, secretId, source } = secret;
		const before = present
			.slice(0, index)
			.flatMap((other) =>
				other.secret === undefined ? [] : [{ ...other, secret: other.secret }],
			);
		const differs = before.find(
			(other) => other.secret.id === id && variables[other.variable] !== value,
		);
		const equals = before.find(
			(other) =>
				other.secret.id !== id &&
				isGenerated(source) &&
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
							fix: `run '${upCommand(checklist.environment)}', which binds one version to both`,
						},
					]),
			...(equals === undefined
				? []
				: [
						{
							variable,
							secretId,
							fact: `equals ${equals.variable}, which is another secret (${equals.secret.secretId})`,
							fix: valueFix(checklist, secret),
						},
					]),
		];
	});
}

/** Names that must not be set in this environment, and alternatives of which two are set. */
export function unwantedProblems(
	{ environment, elsewhere, forbidden: patterns, alternatives }: Checklist,
	variables: NodeJS.ProcessEnv,
): Problem[] {
	const names = Object.keys(variables);
	const forbidden = names.filter(
		(name) =>
			elsewhere.includes(name) ||
			(environment !== "local" &&
				patterns.some((pattern) => forbids(pattern, name, variables[name]))),
	);
	const doubled = alternatives.flatMap((group) => {
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
