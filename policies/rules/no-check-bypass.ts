/** No deployed service has a check turned off. */
import { forbids } from "../../contract/forbidden-variables.ts";
import { known } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";

export const noCheckBypass: Rule = {
	id: "no-check-bypass",
	level: "mandatory",
	requirements: ["R-022", "R-031"],
	complies:
		"In staging and production no workload has a variable that policies/second-key.json forbids.",
	rejects: [
		"a variable that turns a check off, such as BYPASS_… or SKIP_…",
		"a forbidden value, such as REDIS_DISABLED=true, or one that this preview does not know",
	],
	why: "A switch for tests, left on, hides the fault that the check was made to find.",
	fix: "remove the variable",
	looksAt: "resource",
	*check({ workloads, expected }) {
		if (expected.environment === "local") {
			return;
		}
		const patterns = Object.keys(expected.secondKey.forbiddenVariables);
		for (const workload of workloads) {
			for (const { name, value } of workload.everyVariable) {
				const variable = known(name);
				if (
					variable !== undefined &&
					patterns.some((pattern) => forbids(pattern, variable, known(value)))
				) {
					yield {
						...suffers(workload),
						variable,
						found: "a switch that policies/second-key.json forbids",
						needed: `no such variable in ${expected.environment}`,
					};
				}
			}
		}
	},
};
