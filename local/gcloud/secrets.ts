/** The stand-in's `gcloud secrets`: versions and who may read them. */
import { text } from "node:stream/consumers";
import { secretKey, stateOf, versionName } from "../cloud/secret-access.ts";
import {
	type Entry,
	entriesOf,
	find,
	put,
	type World,
} from "../cloud/world.ts";
import type { CloudApi } from "../gcp/api.ts";
import { CloudError } from "../provider/core.ts";
import { lastSegment } from "../types/answers.ts";
import { secretVersion } from "../types/secret.ts";
import { SECRET, SECRET_MEMBER, SECRET_VERSION } from "../types/tokens.ts";
import { versionOf } from "./answers.ts";
import type { Command } from "./command.ts";

/** By the command's words; `*` stands for its argument. */
export const secretCommands: Record<string, Command> = {
	"secrets add-iam-policy-binding *": {
		flags: ["project", "member", "role"],
		run: ({ store }, { member = "", role = "" }, secret) =>
			store.update((world) => grant(world, secret, member, role)),
	},
	"secrets versions add *": {
		flags: ["project", "data-file"],
		run: async ({ api }, flags, secret) => {
			if (flags["data-file"] !== "-")
				throw new CloudError("the stand-in reads a value from --data-file=-");
			const value = await text(process.stdin);
			const id = await addVersion(
				api,
				secretKeyIn(flags.project, secret),
				value,
			);
			console.error(
				`Created version [${lastSegment(id)}] of the secret [${secret}].`,
			);
		},
	},
	"secrets versions enable *": switchedTo(true),
	"secrets versions disable *": switchedTo(false),
	"secrets versions list *": {
		flags: ["project", "format"],
		run: ({ store }, _flags, secretId) =>
			store
				.view((world) => Object.values(entriesOf(world, SECRET_VERSION)))
				.filter(({ properties }) =>
					String(properties.name).includes(`/secrets/${secretId}/versions/`),
				)
				.map(versionOf)
				.reverse(),
	},
	"secrets versions destroy *": {
		flags: ["project", "secret", "quiet"],
		run: ({ store }, { secret = "" }, version) =>
			store.update((world) => destroyVersion(world, secret, version)),
	},
};

function destroyVersion(world: World, secret: string, version: string): void {
	secretVersion.retire?.("DELETE", livingVersion(world, secret, version));
}

function livingVersion(world: World, secret: string, version: string): Entry {
	const name = versionName(world, secret, version);
	const entry = find(world, SECRET_VERSION, name);
	if (entry === undefined || stateOf(entry) === "DESTROYED")
		throw new CloudError(`Secret Version [${name}] not found or destroyed.`);
	return entry;
}

const secretKeyIn = (project: string | undefined, secret: string) =>
	`projects/${project}/secrets/${secret}`;

async function addVersion(
	api: CloudApi,
	secret: string,
	secretData: string,
): Promise<string> {
	const { id } = await api.create({
		type: SECRET_VERSION,
		name: "",
		inputs: { secret, secretData },
		properties: { secret, secretData, enabled: true, destroyTime: "" },
	});
	return id;
}

/** `enable` or `disable` of a version. */
function switchedTo(enabled: boolean): Command {
	return {
		flags: ["project", "secret"],
		run: ({ store }, { secret = "" }, version) =>
			store.update((world) => {
				livingVersion(world, secret, version).properties.enabled = enabled;
			}),
	};
}

/** Lets a member read a secret. */
function grant(
	world: World,
	secret: string,
	member: string,
	role: string,
): void {
	const key = secretKey(world, secret);
	if (find(world, SECRET, key) === undefined)
		throw new CloudError(`Secret [${key}] not found.`);
	put(world, SECRET_MEMBER, `${key}/${role}/${member}`, {
		properties: { secretId: key, role, member, condition: null, etag: "" },
		hidden: {},
	});
}
