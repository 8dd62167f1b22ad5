/** What a person can do about a finding: commands, with the names filled in. */
import type { Checklist } from "../contract/checklist.ts";
import type { Environment } from "../contract/environments.ts";
import { isGenerated, storeUse } from "../contract/sources.ts";
import type { Secret } from "./expectations.ts";

/** The command that brings a stack to what its configuration and the contract say. */
export function upCommand(environment: Environment): string {
	return environment === "local"
		? "tools/pulumi-local up -s local"
		: `pulumi up -s ${environment}`;
}

/** For a variable that holds a secret's version, and is not set. */
export function bindFix(
	variable: string,
	secretId: string,
	environment: Environment,
): string {
	return `run '${upCommand(environment)}', which binds secret ${secretId} to ${variable}`;
}

/** For a secret's value that cannot be used. */
export function valueFix(
	checklist: Checklist,
	{ id, secretId, source }: Secret,
): string {
	const { environment } = checklist;
	const up = `'${upCommand(environment)}'`;
	if (source.from === "external") {
		return `store a right value with 'gcloud secrets versions add ${secretId} --data-file=-', pin its number with 'pulumi config set --path 'externalSecrets["${id}"].version' <number> -s ${environment}', then run ${up}`;
	}
	if (isGenerated(source)) {
		return `make a new value with 'pulumi config set --path 'keyEpochs["${id}"]' <one more> -s ${environment}', then run ${up}`;
	}
	const use = storeUse(checklist, source);
	if (use?.store.kind === "clickhouse") {
		return `correct 'stores.${use.name}' in Pulumi.${environment}.yaml, then run ${up}`;
	}
	return `run ${up}, which makes the value from the resource it belongs to`;
}

/** For a login whose password the database does not accept. */
export function loginFix(user: string, environment: Environment): string {
	return `if revisions serve with ${user}, rotate to the other login with 'pulumi config set rotationEpoch <n + 1> -s ${environment}'; if none does, make its password anew with 'pulumi config set --path 'slotRetry["<n>"]' <one more> -s ${environment}'; then run '${upCommand(environment)}'`;
}
