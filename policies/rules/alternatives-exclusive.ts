/** Of variables that say the same in two ways, one way is used. */
import type { ExpectedService } from "../expected.ts";
import { known } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";

export const alternativesExclusive: Rule = {
	id: "alternatives-exclusive",
	level: "mandatory",
	requirements: ["R-043"],
	complies:
		"Of each group of alternatives in policies/second-key.json, a workload has variables of one member at most.",
	rejects: ["variables of two members of a group, whole or in part"],
	why: "With REDIS_URL and REDIS_HOST both set, the application's choice decides which Redis it talks to.",
	fix: "keep the variables of one way, in contract/platform.ts and in the service",
	looksAt: "resource",
	*check({ workloads, expected }) {
		for (const workload of workloads) {
			const names = new Set(
				workload.everyVariable.map(({ name }) => known(name)),
			);
			for (const group of Object.values(expected.secondKey.alternatives)) {
				const used = group
					.map((member) => member.filter((variable) => names.has(variable)))
					.filter((member) => member.length > 0);
				for (const variable of used.length > 1 ? used.flat() : []) {
					if (!isKept(workload.of, variable, group)) {
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

/** The contract's own way stays; where it has two, neither does. */
function isKept(
	of: ExpectedService | undefined,
	variable: string,
	group: readonly (readonly string[])[],
): boolean {
	const isBound = (name: string) => of?.variables.has(name) === true;
	return (
		isBound(variable) &&
		group.filter((member) => member.some(isBound)).length === 1
	);
}
