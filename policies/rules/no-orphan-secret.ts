/** Every secret of the stack is somebody's. */
import { secretIdIn } from "../../contract/names.ts";
import { nearest } from "../../contract/nearest.ts";
import { partSecretsOf } from "../../contract/store-problems.ts";
import { known, textAt } from "../read.ts";
import type { Rule } from "../rule.ts";
import { secretOf } from "../secret-reference.ts";
import { types } from "../stack.ts";
import { secretUses } from "../workload.ts";

export const noOrphanSecret: Rule = {
	id: "no-orphan-secret",
	level: "mandatory",
	requirements: ["R-032"],
	complies:
		"Each secret and secret version of the stack belongs to a secret that the contract has in this environment and that some service binds or another secret is made from.",
	rejects: [
		"a secret that the contract does not have in this environment",
		"a secret that no service binds",
		"a secret or version whose secret this preview does not know",
	],
	why: "A secret that nobody reads is one that somebody forgot to bind, or to delete; in production a simulation key is a way in.",
	fix: "add it to contract/platform.ts and bind it, remove it, or exempt it with a reason in policies/waivers.json",
	looksAt: "stack",
	*check({ stack, expected, workloads }) {
		const used = new Set(
			workloads.flatMap(secretUses).map(({ secretId }) => secretId),
		);
		for (const id of partSecretsOf(expected.platform)) {
			used.add(secretIdIn(id, expected.environment));
		}
		for (const resource of stack.ofType(types.secret)) {
			const secretId = known(textAt(resource.properties, "secretId"));
			const found =
				secretId === undefined
					? "a secret whose id this preview does not know"
					: !expected.secrets.has(secretId)
						? `a secret that the contract does not have in ${expected.environment}`
						: !used.has(secretId)
							? "a secret that no service binds"
							: undefined;
			if (found !== undefined) {
				const near = nearest(secretId ?? "", expected.secrets.keys());
				yield {
					secretId,
					resource,
					found,
					needed: `a secret of the contract that a service binds${near === undefined || near === secretId ? "" : `; the nearest is ${near}`}`,
				};
			}
		}
		for (const resource of stack.ofType(types.secretVersion)) {
			if (secretOf(stack, resource, "secret").state !== "known") {
				yield {
					resource,
					found: "a version of a secret that this preview does not know",
					needed: "a version of one secret that can be told",
				};
			}
		}
	},
};
