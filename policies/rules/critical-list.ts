/** The second key's names: what it lists must be there, whatever the contract says. */

import type { Environment } from "../../contract/environments.ts";
import { variableIn } from "../../contract/names.ts";
import { secretParts } from "../../contract/sources.ts";
import type { Variable } from "../container.ts";
import type { OurWorkload } from "../evidence.ts";
import type { Expected, ExpectedService } from "../expected.ts";
import { isMountedAs } from "../mounted.ts";
import { known, type Reading } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";
import { secondKeyFile } from "../second-key.ts";

const contractFile = "contract/platform.ts";

export const criticalList: Rule = {
	id: "critical-list",
	level: "mandatory",
	requirements: ["R-022", "R-030", "R-042"],
	complies:
		"Each name in `services` of policies/second-key.json is in its service, in the contract and in the stack, a secret as a binding; and the contract's `criticalIn` says the same.",
	rejects: [
		"a critical name that the contract no longer has",
		"a secret whose `criticalIn` names a service, without the variable or file in policies/second-key.json",
		"a name in policies/second-key.json whose secret's `criticalIn` does not name the service",
		"a secret whose `criticalIn` names a service that does not bind it",
		"a critical name that the service, or a job that works for it, does not have",
		"a critical name whose binding this preview does not show",
	],
	why: "An unrelated edit once dropped SECRET_KEY: removing a critical name takes a change of two files that different people review.",
	fix: "bind it again; to give it up for good, remove it from contract/platform.ts and from policies/second-key.json, both",
	looksAt: "resource",
	*check({ stack, expected, ours }) {
		// The contract is judged with the whole stack, not again with every resource.
		if (stack.whole) {
			yield* lostNames(expected);
			for (const each of expected.services) {
				yield* disagreements(each, expected.environment);
				yield* unreadSecrets(each, expected);
			}
		}
		for (const workload of ours) {
			yield* unboundNames(workload, expected);
		}
	},
};

/** What the contract lost for one service it mostly still has for another. */
const secretOf = ({ services }: Expected, variable: string) =>
	services
		.flatMap(({ bindings }) => bindings.secrets)
		.find((each) => each.variable === variable)?.secretId;

/** What the second key lists, and the contract has not. */
function* lostNames(expected: Expected): Generator<Finding> {
	for (const [service, critical] of expected.critical) {
		const bindings = expected.services.find(
			(each) => each.service === service,
		)?.bindings;
		for (const [variable, { secret }] of critical) {
			const list = secret === undefined ? bindings?.plain : bindings?.secrets;
			if (!list?.some((each) => each.variable === variable)) {
				yield {
					service,
					variable,
					secretId:
						secret === undefined ? undefined : secretOf(expected, variable),
					found:
						secret === undefined
							? `no plain value for it in ${contractFile}`
							: `no secret for it in ${contractFile}`,
					needed: `what ${secondKeyFile} lists`,
					critical: true,
				};
			}
		}
	}
	for (const { service, criticalFiles, bindings } of expected.services) {
		for (const path of criticalFiles.keys()) {
			if (!bindings.files.some((each) => each.path === path)) {
				yield {
					service,
					found: `no secret file ${path} in ${contractFile}`,
					needed: `what ${secondKeyFile} lists`,
					critical: true,
				};
			}
		}
	}
}

/** Where one of the two files calls a binding critical and the other does not. */
function* disagreements(
	{ service, contract, bindings, critical, criticalFiles }: ExpectedService,
	environment: Environment,
): Generator<Finding> {
	// Both files name a variable of each environment by its pattern.
	const patterns = new Map(
		Object.keys(contract.secrets).map((name) => [
			variableIn(name, environment),
			name,
		]),
	);
	const bound = [
		...bindings.secrets.map((each) => ({
			...each,
			name: patterns.get(each.variable),
			isListed: critical.get(each.variable)?.secret !== undefined,
		})),
		...bindings.files.map((each) => ({
			...each,
			variable: undefined,
			name: each.path,
			isListed: criticalFiles.has(each.path),
		})),
	];
	for (const each of bound) {
		if (each.critical === each.isListed) {
			continue;
		}
		const { secret, secretId, variable, name } = each;
		yield {
			service,
			variable,
			secretId,
			needed: "the same in both files",
			critical: true,
			...(each.critical
				? {
						found: `${service} in criticalIn of ${secret} in ${contractFile}, and no secret ${name} under ${service} in ${secondKeyFile}`,
						fix: `add "${name}": { "secret": "${secret}", "why": "…" } to "${service}" in ${secondKeyFile}; to give it up for good, remove '${service}' from criticalIn`,
					}
				: {
						found: `${name} under ${service} in ${secondKeyFile}, and no ${service} in criticalIn of ${secret} in ${contractFile}`,
						fix: `add '${service}' to criticalIn of '${secret}' in ${contractFile}; to give it up for good, remove "${name}" from "${service}" in ${secondKeyFile}`,
					}),
		};
	}
}

/** Secrets that the contract calls critical for a service which reads neither them nor what is made from them. */
function* unreadSecrets(
	{ service, bindings, critical, stores }: ExpectedService,
	{ secrets }: Expected,
): Generator<Finding> {
	const bound = new Set(bindings.secrets.map(({ variable }) => variable));
	// What the second key still lists is told by its name, with the way back.
	for (const [variable, { secret }] of critical) {
		if (secret !== undefined && !bound.has(variable)) {
			return;
		}
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
				found: `${service} in criticalIn of ${id} in ${contractFile}, which it does not bind`,
				needed: "a binding to what the service cannot work without",
				fix: `bind it again; to give it up for good, remove '${service}' from criticalIn`,
				critical: true,
			};
		}
	}
}

/** What the second key lists, and a workload has not. */
function* unboundNames(
	workload: OurWorkload,
	expected: Expected,
): Generator<Finding> {
	const { critical, criticalFiles } = workload.of;
	for (const [variable, { secret }] of critical) {
		const found = unbound(workload.variables, variable, secret !== undefined);
		if (found !== undefined) {
			yield {
				...suffers(workload),
				variable,
				secretId:
					secret === undefined ? undefined : secretOf(expected, variable),
				found,
				needed:
					secret === undefined
						? "its value: the service cannot work without it"
						: "a binding to its secret: the service cannot work without it",
			};
		}
	}
	for (const path of criticalFiles.keys()) {
		const found = unmounted(workload, path, expected.environment);
		if (found !== undefined) {
			yield {
				...suffers(workload),
				found,
				needed: "the secret as that file: the service cannot work without it",
				critical: true,
			};
		}
	}
}

function unbound(
	variables: Reading<readonly Variable[]>,
	variable: string,
	isSecret: boolean,
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
	// Which value a plain one has is for the rules that compare it with the contract.
	if (!isSecret) {
		return undefined;
	}
	if (found.secret === undefined) {
		return "no binding";
	}
	return found.secret.secret.state === "known"
		? undefined
		: "a binding to a secret that this preview does not know, so it could not be determined";
}

function unmounted(
	{ files }: OurWorkload,
	path: string,
	environment: Environment,
): string | undefined {
	if (files.state === "unknown") {
		return `a list of files that this preview does not know, so ${path} could not be determined`;
	}
	const isThere = (known(files) ?? []).some((each) =>
		isMountedAs(environment, known(each.path) ?? "", path),
	);
	return isThere ? undefined : `no file ${path}`;
}
