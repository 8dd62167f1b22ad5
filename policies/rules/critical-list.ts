/** The second key: what it lists must be bound, whatever the contract says. */

import type { Variable } from "../container.ts";
import { known, type Reading } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";

export const criticalList: Rule = {
	id: "critical-list",
	level: "mandatory",
	requirements: ["R-022", "R-030", "R-042"],
	complies:
		"Each name in policies/critical-secrets.json is bound to a secret in its service, in the contract and in the stack.",
	rejects: [
		"a critical name that the contract no longer binds",
		"a critical name that the service, or a job that works for it, does not bind",
		"a critical name whose binding this preview does not show",
	],
	why: "An unrelated edit once dropped SECRET_KEY: removing a critical name takes a change of two files that different people review.",
	fix: "bind it again; to give it up for good, remove it from contract/platform.ts and from policies/critical-secrets.json, both",
	looksAt: "resource",
	*check({ stack, expected, ours }) {
		// What the contract lost for one service it mostly still has for another.
		const secretOf = (variable: string) =>
			expected.services
				.flatMap(({ bindings }) => bindings.secrets)
				.find((each) => each.variable === variable)?.secretId;
		// The contract is judged with the whole stack, not again with every resource.
		for (const [service, critical] of stack.whole ? expected.critical : []) {
			const bindings = expected.services.find(
				(each) => each.service === service,
			)?.bindings.secrets;
			for (const variable of critical) {
				if (!bindings?.some((each) => each.variable === variable)) {
					yield {
						service,
						variable,
						secretId: secretOf(variable),
						found: "no secret for it in contract/platform.ts",
						needed: "what policies/critical-secrets.json lists",
					};
				}
			}
		}
		for (const workload of ours) {
			for (const variable of workload.of.critical) {
				const found = unbound(workload.variables, variable);
				if (found !== undefined) {
					yield {
						...suffers(workload),
						variable,
						secretId: secretOf(variable),
						found,
						needed:
							"a binding to its secret: the service cannot work without it",
					};
				}
			}
		}
	},
};

function unbound(
	variables: Reading<readonly Variable[]>,
	variable: string,
): string | undefined {
	if (variables.state === "unknown") {
		return "a list of variables that this preview does not know, so it could not be determined";
	}
	const found = (known(variables) ?? []).find(
		({ name }) => known(name) === variable,
	);
	if (found === undefined) {
		return "no such variable";
	}
	if (found.secret === undefined) {
		return "no binding";
	}
	return found.secret.secret.state === "known"
		? undefined
		: "a binding to a secret that this preview does not know, so it could not be determined";
}
