/** Values are real: not empty, not a placeholder, not mangled by copying. */
import {
	secretValueProblems,
	valueProblems,
} from "../../contract/value-rules.ts";
import type { Evidence } from "../evidence.ts";
import { plainSource } from "../plain-values.ts";
import { known } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";

export const noPlaceholder: Rule = {
	id: "no-placeholder",
	level: "mandatory",
	requirements: ["R-020", "R-021", "R-022"],
	complies:
		"Each plain variable, and each secret value that is known, is neither empty nor a placeholder, has no whitespace around it and no control characters, and is as long as its kind demands.",
	rejects: [
		"an empty plain variable",
		"a placeholder such as changeme",
		"whitespace around a value, or a control character in it",
		"a secret value that is too short or does not end as its issuer's values do",
	],
	why: "An empty or placeholder value counts as set, so the application starts with it and fails later, or falls back to a default.",
	fix: "give the value that the contract's source says; an external name of few characters needs minLength in its source",
	looksAt: "resource",
	*check(evidence) {
		for (const workload of evidence.workloads) {
			// What the contract works out of its hosts and names is declared, and no guess.
			const derived = new Map(
				workload.of?.plain
					.filter(({ written }) => plainSource(written) !== "literal")
					.map(({ variable, value }) => [variable, value]),
			);
			for (const { name, value, secret } of workload.everyVariable) {
				if (
					secret === undefined &&
					value.state === "known" &&
					derived.get(known(name) ?? "") !== value.value
				) {
					for (const problem of valueProblems(value.value, "text", true)) {
						yield {
							...suffers(workload),
							variable: known(name),
							found: `a value that ${problem}`,
							needed: "a real value",
						};
					}
				}
			}
		}
		yield* secretProblems(evidence);
	},
};

function* secretProblems(evidence: Evidence): Generator<Finding> {
	const { secrets, usersOf } = evidence.expected;
	for (const { secretId, resource, value } of evidence.secretData()) {
		const secret = secrets.get(secretId);
		// Read as in local, where loopback is allowed: elsewhere it is the rule no-loopback's.
		const problems = secret && secretValueProblems(secret, value, "local");
		for (const problem of problems ?? []) {
			for (const { service, variable } of usersOf.get(secretId) ?? [
				{ service: undefined, variable: undefined },
			]) {
				yield {
					service,
					variable,
					secretId,
					resource,
					found: `a value that ${problem}`,
					needed: "a real value",
				};
			}
		}
	}
}
