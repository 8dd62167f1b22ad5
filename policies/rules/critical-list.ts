/** The second key: what it lists must be bound, whatever the contract says. */

import type { Environment } from "../../contract/environments.ts";
import { variableIn } from "../../contract/names.ts";
import { secretParts } from "../../contract/sources.ts";
import type { Variable } from "../container.ts";
import type { Expected, ExpectedService } from "../expected.ts";
import { known, type Reading } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";

export const criticalList: Rule = {
	id: "critical-list",
	level: "mandatory",
	requirements: ["R-022", "R-030", "R-042"],
	complies:
		"Each name in policies/critical-secrets.json is bound to a secret in its service, in the contract and in the stack, and the contract's `criticalIn` says the same.",
	rejects: [
		"a critical name that the contract no longer binds",
		"a secret whose `criticalIn` names a service, without the variable in policies/critical-secrets.json",
		"a name in policies/critical-secrets.json whose secret's `criticalIn` does not name the service",
		"a secret whose `criticalIn` names a service that does not bind it",
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
		if (stack.whole) {
			for (const [service, critical] of expected.critical) {
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
			for (const each of expected.services) {
				yield* disagreements(each, expected.environment);
				yield* unreadSecrets(each, expected);
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

/** Where one of the two files calls a binding critical and the other does not. */
function* disagreements(
	{ service, contract, bindings, critical }: ExpectedService,
	environment: Environment,
): Generator<Finding> {
	const [list, contractFile] = [
		"policies/critical-secrets.json",
		"contract/platform.ts",
	];
	const needed = "the same in both files";
	for (const each of bindings.secrets) {
		const { variable, secret, secretId } = each;
		if (each.critical === critical.has(variable)) {
			continue;
		}
		// Both files name a variable of each environment by its pattern.
		const name = Object.keys(contract.secrets).find(
			(pattern) => variableIn(pattern, environment) === variable,
		);
		yield {
			service,
			variable,
			secretId,
			needed,
			critical: true,
			...(each.critical
				? {
						found: `${service} in criticalIn of ${secret} in ${contractFile}, and no ${name} under ${service} in ${list}`,
						fix: `add "${name}" to "${service}" in ${list}; to give it up for good, remove '${service}' from criticalIn`,
					}
				: {
						found: `${name} under ${service} in ${list}, and no ${service} in criticalIn of ${secret} in ${contractFile}`,
						fix: `add '${service}' to criticalIn of '${secret}' in ${contractFile}; to give it up for good, remove "${name}" from "${service}" in ${list}`,
					}),
		};
	}
	const listable = new Set(bindings.secrets.map(({ secret }) => secret));
	for (const file of bindings.files) {
		if (file.critical && !listable.has(file.secret)) {
			yield {
				service,
				secretId: file.secretId,
				found: `${service} in criticalIn of ${file.secret} in ${contractFile}, which it binds as the file ${file.path} alone`,
				needed,
				fix: `bind it to a variable too and list that in ${list}, or remove '${service}' from criticalIn`,
				critical: true,
			};
		}
	}
}

/** Secrets that the contract calls critical for a service which reads neither them nor what is made from them. */
function* unreadSecrets(
	{ service, bindings, critical, stores }: ExpectedService,
	{ secrets }: Expected,
): Generator<Finding> {
	const bound = new Set(bindings.secrets.map(({ variable }) => variable));
	// What the second key still lists is told by its name, with the way back.
	if (![...critical].every((variable) => bound.has(variable))) {
		return;
	}
	const all = [...bindings.secrets, ...bindings.files];
	const read = new Set(all.map(({ secret }) => secret));
	for (const { id, source } of secrets.values()) {
		if (read.has(id)) {
			for (const part of secretParts(source)) {
				read.add(part);
			}
		}
	}
	for (const { store } of stores) {
		if (store.kind === "clickhouse") {
			read.add(store.passwordSecret);
		}
	}
	for (const [secretId, { id, criticalIn }] of secrets) {
		if (criticalIn.includes(service) && !read.has(id)) {
			yield {
				service,
				secretId,
				found: `${service} in criticalIn of ${id} in contract/platform.ts, which it does not bind`,
				needed: "a binding to what the service cannot work without",
				fix: `bind it again; to give it up for good, remove '${service}' from criticalIn`,
				critical: true,
			};
		}
	}
}

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
