/** The second key's statements: what the contract must say, whoever edits it. */
import { own } from "../../contract/own-keys.ts";
import type { Evidence } from "../evidence.ts";
import type { Expected } from "../expected.ts";
import {
	absentNeeded,
	differences,
	noSecretsFix,
	whyAbsent,
} from "../key-comparison.ts";
import { known, textAt } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";
import { types } from "../stack.ts";
import { secretUses } from "../workload.ts";

export const secondKey: Rule = {
	id: "second-key",
	level: "mandatory",
	requirements: ["R-103"],
	complies:
		"The contract says what policies/second-key.json says of it: where critical names and secrets come from, what is equal and what differs, hosts, projects and stores, what closes or checks a service, and who gets no secrets; and each of its rows names something.",
	rejects: [
		"a critical name on another secret, or with another value",
		"a secret with another source, or one that is gone",
		"a secret whose `criticalIn` names a service, or a key that stored data depends on, without its source in policies/second-key.json",
		"another name of the platform, another project, other hosts, or a store that is something else",
		"other callers of a private service, another check command, somebody else's image, mark of what is no secret, role or foreign host, or one that policies/second-key.json does not know",
		"a row of policies/second-key.json that names nothing of the contract",
		"names on different secrets that must be on the same one, in whatever services",
		"names on the same secret that must be on different ones, in whatever services",
		"a secret in the contract of a service that gets none",
		"a secret in the contract for an environment that must not have it",
		"a binding of a service that gets no secrets",
		"a secret of the stack that its environment must not have",
	],
	why: "Edits of the contract alone gave a service another key, took an origin away or sent staging's users to production.",
	fix: "change it back in contract/platform.ts; to change it for good, change policies/second-key.json too, which others review",
	looksAt: "resource",
	*check(evidence) {
		// The contract is judged with the whole stack, not again with every resource.
		if (evidence.stack.whole) {
			yield* differencesOnce(evidence.expected);
		}
		yield* boundByNone(evidence);
		yield* absentSecrets(evidence);
	},
};

const told = new WeakMap<Expected, readonly Finding[]>();

/** They are the same for every stack that is judged by one contract. */
function differencesOnce(expected: Expected): readonly Finding[] {
	const found = told.get(expected) ?? [...differences(expected)];
	told.set(expected, found);
	return found;
}

/** Bindings of the stack; those that the contract has are told of the contract. */
function* boundByNone({ ours, expected }: Evidence): Generator<Finding> {
	for (const workload of ours) {
		const { service, secretIds } = workload.of;
		const why = own(expected.secondKey.noSecrets, service);
		for (const { variable, secretId } of secretUses(workload)) {
			if (why !== undefined && !secretIds.has(secretId)) {
				yield {
					...suffers(workload),
					variable,
					secretId,
					found: "a binding to a secret",
					needed: `no secret: ${why}`,
					fix: noSecretsFix,
					critical: true,
				};
			}
		}
	}
}

function* absentSecrets({ stack, expected }: Evidence): Generator<Finding> {
	const ending = `-${expected.environment}`;
	for (const resource of stack.ofType(types.secret)) {
		const secretId = known(textAt(resource.properties, "secretId")) ?? "";
		const id = secretId.endsWith(ending)
			? secretId.slice(0, -ending.length)
			: secretId;
		const why = whyAbsent(expected, id);
		if (why !== undefined && !expected.secrets.has(secretId)) {
			yield {
				secretId,
				resource,
				found: "the secret",
				needed: absentNeeded(expected, why),
				fix: "remove it from the stack",
				critical: true,
			};
		}
	}
}
