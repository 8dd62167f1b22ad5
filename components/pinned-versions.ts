/** Sees before anything is planned that the versions of secrets which the stack does not make are there. */
import { getSecretVersion } from "@pulumi/gcp/secretmanager/getSecretVersion.js";
import * as pulumi from "@pulumi/pulumi";
import { secretsIn } from "../contract/bindings.ts";
import { UserError } from "../contract/errors.ts";
import { keptVersion } from "../contract/kept-version.ts";
import { secretIdIn } from "../contract/names.ts";
import type { Platform } from "../contract/schema.ts";
import type { StackConfig } from "../contract/stack-config.ts";

type Pinned = {
	/** Without the environment. */
	id: string;
	secretId: string;
	version: number;
};

/** What is known of a version: nothing against it, that nothing can bind it, or that it could not be looked at. */
type Looked =
	| undefined
	| { kind: "unusable"; fact: string }
	| { kind: "unseen"; reason: string };

/**
 * Looks at every pinned version, side by side; no value is read. Warns of those that the caller may not look at. A
 * disabled version can't be told from an enabled one here: the data source says `enabled` of both.
 * @throws {UserError} that names every version that does not exist or was destroyed, each with the remedy
 */
export async function checkPinnedVersions(
	platform: Platform,
	config: StackConfig,
): Promise<void> {
	const pinned = secretsIn(platform, config.environment).flatMap(({ id }) => {
		const version = keptVersion(config, id);
		const secretId = secretIdIn(id, config.environment);
		return version === undefined ? [] : [{ id, secretId, version }];
	});
	const looked = await Promise.all(
		pinned.map(async (each) => ({ each, found: await look(config, each) })),
	);
	const unseen = looked.flatMap(({ each, found }) =>
		found?.kind === "unseen" ? [{ each, reason: found.reason }] : [],
	);
	if (unseen.length > 0) {
		await pulumi.log.warn(
			`[external-secret] whether these versions exist could not be seen, so a missing one would stop the update only where it is bound: ${unseen.map(({ each }) => named(each)).join(", ")}\n  found: ${unseen[0]?.reason}\n  fix: grant whoever previews roles/secretmanager.viewer in ${config.project}`,
		);
	}
	const unusable = looked.flatMap(({ each, found }) =>
		found?.kind === "unusable" ? [{ each, fact: found.fact }] : [],
	);
	if (unusable.length > 0) {
		const lines = unusable.map(
			({ each, fact }) =>
				`  ${named(each)} ${fact}\n    fix: take a number that gcloud secrets versions list ${each.secretId} --project ${config.project} shows, then pulumi config set --path '${keyOf(config, each.id)}' <number> -s ${config.environment}`,
		);
		throw new UserError(
			`[external-secret] Pulumi.${config.environment}.yaml pins what cannot be bound; nothing was changed in ${config.environment}:\n${lines.join("\n")}`,
		);
	}
}

async function look(
	{ project }: StackConfig,
	{ secretId, version }: Pinned,
): Promise<Looked> {
	try {
		const { destroyTime } = await getSecretVersion({
			project,
			secret: secretId,
			version: String(version),
			fetchSecretData: false,
		});
		return destroyTime === ""
			? undefined
			: { kind: "unusable", fact: `was destroyed on ${destroyTime}` };
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		if (/googleapi: Error 404\b/.test(reason)) {
			return { kind: "unusable", fact: "does not exist" };
		}
		// The API's words for a version whose value is asked for.
		const state = /\bis in (DESTROYED|DISABLED) state\b/.exec(reason)?.[1];
		return state === undefined
			? { kind: "unseen", reason }
			: { kind: "unusable", fact: `is ${state.toLowerCase()}` };
	}
}

const named = ({ secretId, version }: Pinned) =>
	`version ${version} of secret ${secretId}`;

/** Where the stack's configuration has the number. */
const keyOf = ({ adopted }: StackConfig, id: string) =>
	id in adopted ? `adopted["${id}"]` : `externalSecrets["${id}"].version`;
