/** Values are real: not empty, not a placeholder, not mangled by copying. */
import { isFileAlone } from "../../contract/bindings.ts";
import {
	hasLines,
	secretValueProblems,
	valueProblems,
} from "../../contract/value-rules.ts";
import type { Evidence } from "../evidence.ts";
import { plainSource } from "../plain-values.ts";
import { known } from "../read.ts";
import { type Finding, forUsers, type Rule, suffers } from "../rule.ts";

export const noPlaceholder: Rule = {
	id: "no-placeholder",
	level: "mandatory",
	requirements: ["R-020", "R-021", "R-022"],
	complies:
		"Each plain variable, and each secret value that is known, is neither empty nor a placeholder, has no whitespace around it and no control characters, and is as long as its kind demands; several lines are for files, PEM, JSON, and what the contract itself writes so.",
	rejects: [
		"an empty plain variable",
		"a placeholder such as changeme",
		"whitespace around a value, or a control character in it",
		"a secret value that is too short or does not end as its issuer's values do",
	],
	why: "An empty or placeholder value counts as set, so the application starts with it and fails later, or falls back to a default.",
	fix: "give the value that the contract's source says; an external name of few characters needs minLength in its source; a plain value that is meant so needs the reason in the service's reviewedValues; a text of several lines is for a secret file",
	looksAt: "resource",
	*check(evidence) {
		for (const workload of evidence.workloads) {
			const declared = new Map(
				workload.of?.plain.map((each) => [each.variable, each]),
			);
			const reviewed = workload.of?.reviewed ?? new Set();
			for (const { name, value, secret } of workload.everyVariable) {
				const variable = known(name) ?? "";
				const contract = declared.get(variable);
				if (secret !== undefined || value.state !== "known") {
					continue;
				}
				const isDeclared = contract?.value === value.value;
				// What the contract works out of its hosts and names is no guess, and its owners looked at what they reviewed.
				if (
					isDeclared &&
					(plainSource(contract.written) !== "literal" ||
						reviewed.has(variable))
				) {
					continue;
				}
				const kind = isDeclared && hasLines(value.value) ? "lines" : "text";
				for (const problem of valueProblems(value.value, kind, true)) {
					yield {
						...suffers(workload),
						variable: known(name),
						found: `a value that ${problem}`,
						needed: "a real value",
					};
				}
			}
		}
		yield* secretProblems(evidence);
	},
};

function* secretProblems(evidence: Evidence): Generator<Finding> {
	const { platform, secrets } = evidence.expected;
	for (const { secretId, resource, value } of evidence.secretData()) {
		const secret = secrets.get(secretId);
		// Read as in local, where loopback is allowed: elsewhere it is the rule no-loopback's.
		const problems =
			secret &&
			secretValueProblems(
				secret,
				value,
				"local",
				isFileAlone(platform, secret.id),
			);
		for (const problem of problems ?? []) {
			yield* forUsers(evidence, secretId, resource, {
				found: `a value that ${problem}`,
				needed: "a real value",
			});
		}
	}
}
