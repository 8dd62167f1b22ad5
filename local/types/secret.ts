/** Secrets and their versions. */
import { secretIdIn, secretKey, versionName } from "../cloud/secret-access.ts";
import { type Entry, find, removeWhere, type World } from "../cloud/world.ts";
import { CloudError } from "../provider/core.ts";
import {
	blocksAt,
	isObject,
	type Properties,
	textAt,
} from "../provider/values.ts";
import { timestamp } from "./fill-in.ts";
import type { Operation, ResourceType } from "./resource-type.ts";
import { SECRET, SECRET_MEMBER, SECRET_VERSION } from "./tokens.ts";

/** The largest payload that Secret Manager takes. */
const MAX_PAYLOAD_BYTES = 65_536;

/** Regions have to be such, and different ones; nobody has tried either on the real API, whose words may be others. */
function checkReplicas(properties: Properties): void {
	const locations = blocksAt(
		properties,
		"replication.userManaged.replicas",
	).map((replica) => textAt(replica, "location"));
	const wrong =
		locations.find((location) => !/^[a-z]+-[a-z]+\d+$/.test(location)) ??
		locations.find((location, index) => locations.indexOf(location) !== index);
	if (wrong !== undefined)
		throw new CloudError(
			`Error creating Secret: googleapi: Error 400: The replication location [${wrong}] is not a region or is named twice., badRequest`,
		);
}

export const secret: ResourceType = {
	id: "projects/{project}/secrets/{secretId}",
	importId: (given, scope) =>
		given.includes("/")
			? given.replace(`projects/${scope.number}/`, `projects/${scope.project}/`)
			: `projects/${scope.project}/secrets/${given}`,
	filled: { name: "projects/{number}/secrets/{secretId}", createTime: "@time" },
	protection:
		"cannot destroy secret without setting deletion_protection=false and running `pulumi up`",
	accept: ({ prior }, { properties, hidden }) => {
		if (prior === undefined) {
			checkReplicas(properties);
			hidden.versions = 0;
		}
		properties.effectiveAnnotations = isObject(properties.annotations)
			? properties.annotations
			: {};
	},
	removed: ({ properties }, world) => {
		const id = textAt(properties, "secretId");
		const isOfSecret = (reference: string) =>
			secretIdIn(world, reference) === id;
		removeWhere(world, SECRET_VERSION, (version) =>
			isOfSecret(textAt(version, "secret")),
		);
		removeWhere(world, SECRET_MEMBER, (member) =>
			isOfSecret(textAt(member, "secretId")),
		);
	},
};

/** The secret that a version belongs to. */
function secretOf(
	world: World,
	reference: string,
): { id: string; entry: Entry } {
	const id = secretIdIn(world, reference) ?? reference;
	const entry = find(world, SECRET, secretKey(world, id));
	if (entry === undefined)
		throw new CloudError(
			`Error creating SecretVersion: googleapi: Error 404: Secret [projects/${world.number}/secrets/${id}] not found., notFound`,
		);
	return { id, entry };
}

function acceptVersion(
	{ inputs, prior, id }: Operation,
	entry: Entry,
	world: World,
): void {
	const { properties, hidden } = entry;
	if (hidden.destroyed === true)
		throw new CloudError(
			`Error updating SecretVersion: googleapi: Error 400: Secret Version [${id}] is in DESTROYED state., failedPrecondition`,
		);
	if (prior !== undefined) return;
	const owner = secretOf(world, textAt(properties, "secret"));
	const given = textAt(inputs, "secretData") || textAt(inputs, "secretDataWo");
	const payload =
		properties.isSecretDataBase64 === true
			? Buffer.from(given, "base64").toString("utf8")
			: given;
	if (payload === "" || Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES)
		throw new CloudError(
			`Error creating SecretVersion: googleapi: Error 400: Secret Payload must have 1 to ${MAX_PAYLOAD_BYTES} bytes., badRequest`,
		);
	// A number is never given twice while the secret lives.
	owner.entry.hidden.versions = Number(owner.entry.hidden.versions) + 1;
	hidden.payload = payload;
	properties.name = id;
	properties.version = id.split("/").at(-1) ?? "";
	properties.createTime = timestamp();
	properties.project = inputs.project ?? null;
}

export const secretVersion: ResourceType = {
	id: ({ secret: reference }, _scope, world) => {
		const { id, entry } = secretOf(world, String(reference));
		return versionName(world, id, String(Number(entry.hidden.versions) + 1));
	},
	importId: (given, scope) =>
		given.replace(`projects/${scope.project}/`, `projects/${scope.number}/`),
	unread: ["isSecretDataBase64", "secretDataWo", "secretDataWoVersion"],
	accept: acceptVersion,
	retire: (policy, { properties, hidden }) => {
		if (policy === "DISABLE") {
			properties.enabled = false;
			return true;
		}
		hidden.destroyed = true;
		delete hidden.payload;
		properties.secretData = "";
		properties.enabled = false;
		properties.destroyTime = timestamp();
		return true;
	},
	refreshed: ({ hidden }) => hidden.destroyed !== true,
};
