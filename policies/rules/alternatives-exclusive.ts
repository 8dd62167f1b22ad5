/** Of variables that say the same in two ways, one way is used. */
import { known } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";

export const alternativesExclusive: Rule = {
	id: "alternatives-exclusive",
	level: "mandatory",
	requirements: ["R-043"],
	complies:
		"Of each group of alternatives in the contract, a workload has variables of one member at most.",
	rejects: ["variables of two members of a group, whole or in part"],
	why: "With REDIS_URL and REDIS_HOST both set, the application's choice decides which Redis it talks to.",
	fix: "keep the variables that contract/platform.ts binds",
	looksAt: "resource",
	*check({ workloads, expected }) {
		for (const workload of workloads) {
			const names = new Set(
				workload.everyVariable.map(({ name }) => known(name)),
			);
			for (const group of expected.platform.alternatives) {
				const used = group
					.map((member) => member.filter((variable) => names.has(variable)))
					.filter((member) => member.length > 0);
				const kept = workload.of?.variables;
				for (const variable of used.length > 1 ? used.flat() : []) {
					if (kept?.has(variable) !== true) {
						yield {
							...suffers(workload),
							variable,
							found: `the variable beside ${used
								.filter((member) => !member.includes(variable))
								.map((member) => member.join(" + "))
								.join(" and ")}`,
							needed: "one of the two ways",
						};
					}
				}
			}
		}
	},
};
