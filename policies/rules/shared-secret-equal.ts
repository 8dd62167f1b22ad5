/** Who shares a secret reads the same version of it. */
import type { Evidence, OurWorkload } from "../evidence.ts";
import { type Rule, suffers } from "../rule.ts";
import { type KnownUse, secretUses } from "../workload.ts";

type Reader = { workload: OurWorkload; use: KnownUse };

export const sharedSecretEqual: Rule = {
	id: "shared-secret-equal",
	level: "mandatory",
	requirements: ["R-045"],
	complies:
		"All variables and files that hold a secret pin the same version of it, in all services and jobs.",
	rejects: ["a variable or file with another version than the others"],
	why: "Two services with different JWT keys reject each other's tokens, though each of them starts.",
	fix: "bind the same version everywhere",
	looksAt: "stack",
	*check(evidence) {
		for (const [secretId, readers] of readersOf(evidence)) {
			const counts = Map.groupBy(readers, ({ use }) => use.version);
			const most = [...counts.values()].sort(
				(a, b) => b.length - a.length,
			)[0]?.[0]?.use.version;
			for (const { workload, use } of readers) {
				if (counts.size > 1 && use.version !== most) {
					yield {
						...suffers(workload),
						variable: use.variable,
						secretId,
						found: `version ${use.version ?? "that this preview does not know"}${use.path === undefined ? "" : ` for the file ${use.path}`}`,
						needed: `the version that the others bind, ${most ?? "which this preview does not know"}`,
					};
				}
			}
		}
	},
};

function readersOf(evidence: Evidence): Map<string, Reader[]> {
	return Map.groupBy(
		evidence.ours.flatMap((workload) =>
			secretUses(workload).map((use) => ({ workload, use })),
		),
		({ use }) => use.secretId,
	);
}
