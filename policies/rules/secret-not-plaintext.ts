/** Secrets reach a workload as bindings, never as text in its template. */
import { isSecretName } from "../../contract/value-rules.ts";
import type { Variable } from "../container.ts";
import { known } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";

export const secretNotPlaintext: Rule = {
	id: "secret-not-plaintext",
	level: "mandatory",
	requirements: ["R-001", "R-063"],
	complies:
		"A variable that the contract binds to a secret, or whose name says that it holds one, comes from Secret Manager.",
	rejects: [
		"a secret variable with a value written out, empty ones included",
		"a variable whose name sounds like a secret, with a value written out",
		"a plain variable that holds the value of a secret of this stack",
	],
	why: "A template is readable by everyone who may see the service, and a value in it does not follow a rotation.",
	fix: "bind the variable by valueSource.secretKeyRef",
	looksAt: "resource",
	*check(evidence) {
		const secretValues = evidence.secretValues();
		for (const workload of evidence.workloads) {
			const secretIds = new Map(
				workload.of?.bindings.secrets.map((each) => [
					each.variable,
					each.secretId,
				]),
			);
			for (const each of workload.everyVariable) {
				const variable = known(each.name);
				const secretId = secretIds.get(variable ?? "");
				const needed = "a binding to a version of the secret";
				if (variable === undefined || !isPlain(each)) {
					continue;
				}
				if (secretId !== undefined || isSecretName(variable)) {
					yield {
						...suffers(workload),
						variable,
						secretId,
						found: "a value written into the template",
						needed,
					};
				} else if (secretValues.has(known(each.value) ?? "")) {
					yield {
						...suffers(workload),
						variable,
						found: "the value of a secret of this stack",
						needed,
					};
				}
			}
		}
	},
};

/** True if the variable's value is in the template, as a whole or besides a binding. */
function isPlain({ secret, value }: Variable): boolean {
	return (
		secret === undefined || value.state === "unknown" || known(value) !== ""
	);
}
