/** Buckets, and the keys with which accounts use them as S3's clients do. */
import { randomBytes } from "node:crypto";
import { find, removeWhere } from "../cloud/world.ts";
import { CloudError } from "../provider/core.ts";
import { textAt } from "../provider/values.ts";
import { timestamp } from "./fill-in.ts";
import type { ResourceType } from "./resource-type.ts";
import { ACCOUNT, BUCKET_MEMBER } from "./tokens.ts";

export const bucket: ResourceType = {
	id: "{name}",
	filled: {
		selfLink: "https://www.googleapis.com/storage/v1/b/{name}",
		url: "gs://{name}",
		timeCreated: "@time",
		updated: "@time",
	},
	planned: ({ location }) => ({ location: String(location).toUpperCase() }),
	stateOnly: ["forceDestroy"],
	accept: (_operation, { properties, hidden }) => {
		if (
			!/^(?!goog)[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/.test(
				textAt(properties, "name"),
			)
		)
			throw new CloudError(
				"Error creating Bucket: googleapi: Error 400: Invalid bucket name, invalid",
			);
		hidden.objects ??= 0;
	},
	guarded: ({ hidden }, { forceDestroy, name }) =>
		Number(hidden.objects) > 0 && forceDestroy !== true
			? `Error trying to delete bucket ${String(name)} containing objects without \`force_destroy\` set to true`
			: undefined,
	removed: ({ properties }, world) =>
		removeWhere(
			world,
			BUCKET_MEMBER,
			(member) =>
				textAt(member, "bucket") === `b/${textAt(properties, "name")}`,
		),
};

/** 61 characters, as accounts of services have them. */
function accessId(): string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	return `GOOG1E${[...randomBytes(55)].map((byte) => letters[byte % 32]).join("")}`;
}

export const hmacKey: ResourceType = {
	id: (_properties, { project }) =>
		`projects/${project}/hmacKeys/${accessId()}`,
	importId: (given, scope) =>
		given.includes("/") ? given : `projects/${scope.project}/hmacKeys/${given}`,
	shownOnce: ["secret"],
	accept: ({ id, scope, prior }, { properties }, world) => {
		properties.updated = timestamp();
		properties.accessId = id.split("/").at(-1) ?? "";
		if (prior !== undefined) return;
		const email = textAt(properties, "serviceAccountEmail");
		const account = `projects/${scope.project}/serviceAccounts/${email}`;
		if (find(world, ACCOUNT, account) === undefined)
			throw new CloudError(
				`Error creating HmacKey: googleapi: Error 404: Service Account '${email}' not found., notFound`,
			);
		properties.timeCreated = properties.updated;
		properties.secret = randomBytes(30).toString("base64");
	},
};
