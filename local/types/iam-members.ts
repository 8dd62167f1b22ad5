/** Grants of a role to a member. */
import { type Entry, find, type World } from "../cloud/world.ts";
import { CloudError } from "../provider/core.ts";
import { textAt } from "../provider/values.ts";
import { etag } from "./fill-in.ts";
import type { Operation, ResourceType, Scope } from "./resource-type.ts";
import { ACCOUNT, BUCKET, SECRET, SERVICE, TOPIC } from "./tokens.ts";

/**
 * Accepts a grant as IAM does: an account of this project has to exist.
 * @throws {CloudError} also for a condition, which the stand-in can't evaluate.
 */
function accept(
	target: string,
	{ scope }: Operation,
	{ properties }: Entry,
	world: World,
): void {
	if (properties.condition !== null)
		throw new CloudError(
			`Error applying IAM policy for ${target}: the stand-in does not evaluate IAM conditions`,
		);
	const email = /^serviceAccount:(.+)$/.exec(textAt(properties, "member"))?.[1];
	const isOurs = email?.endsWith(`@${scope.project}.iam.gserviceaccount.com`);
	if (
		isOurs &&
		!find(world, ACCOUNT, `projects/${scope.project}/serviceAccounts/${email}`)
	)
		throw new CloudError(
			`Error applying IAM policy for ${target}: Error setting IAM policy for ${target}: googleapi: Error 400: Service account ${email} does not exist., badRequest`,
		);
	properties.etag = etag();
}

/** A grant on a single resource, which has to exist. */
function memberOf(
	kind: string,
	type: string,
	resource: (operation: Operation) => string,
): Pick<ResourceType, "accept"> {
	return {
		accept: (operation, entry, world) => {
			const id = resource(operation);
			if (find(world, type, id) === undefined)
				throw new CloudError(
					`Error retrieving IAM policy for ${kind} "${id}": googleapi: Error 404: ${id} not found., notFound`,
				);
			accept(`${kind} "${id}"`, operation, entry, world);
		},
	};
}

/** The id under which a person imports a grant: the parts with spaces between them. */
const spaced = (given: string) => given.trim().split(/\s+/).join("/");

/** A resource's full id, where a program gives only its name. */
function full(value: string, collection: string, scope: Scope): string {
	return value.startsWith("projects/")
		? value
		: `projects/${scope.project}/${collection}/${value}`;
}

const secretId = (properties: Operation["properties"], scope: Scope) =>
	full(textAt(properties, "secretId"), "secrets", scope);
const topicId = (properties: Operation["properties"], scope: Scope) =>
	full(textAt(properties, "topic"), "topics", scope);
const serviceId = (properties: Operation["properties"], scope: Scope) =>
	full(
		textAt(properties, "name"),
		`locations/${textAt(properties, "location") || scope.region}/services`,
		scope,
	);

const bucketName = (properties: Operation["properties"]) =>
	textAt(properties, "bucket").replace(/^b\//, "");

const withRole = (resource: string, properties: Operation["properties"]) =>
	`${resource}/${textAt(properties, "role")}/${textAt(properties, "member")}`;

export const projectMember: ResourceType = {
	id: "{project}/{role}/{member}",
	importId: spaced,
	adopts: true,
	accept: (operation, entry, world) =>
		accept(`project "${operation.scope.project}"`, operation, entry, world),
};

export const secretMember: ResourceType = {
	id: (properties, scope) => withRole(secretId(properties, scope), properties),
	importId: spaced,
	adopts: true,
	...memberOf("secretmanager secret", SECRET, ({ properties, scope }) =>
		secretId(properties, scope),
	),
};

export const bucketMember: ResourceType = {
	id: (properties) => withRole(`b/${bucketName(properties)}`, properties),
	importId: spaced,
	adopts: true,
	accept: (operation, entry, world) => {
		const name = bucketName(operation.properties);
		if (find(world, BUCKET, name) === undefined)
			throw new CloudError(
				`Error retrieving IAM policy for storage bucket "b/${name}": googleapi: Error 404: The specified bucket does not exist., notFound`,
			);
		accept(`storage bucket "b/${name}"`, operation, entry, world);
		entry.properties.bucket = `b/${name}`;
	},
};

export const serviceMember: ResourceType = {
	id: (properties, scope) => withRole(serviceId(properties, scope), properties),
	importId: spaced,
	adopts: true,
	...memberOf("cloudrunv2 service", SERVICE, ({ properties, scope }) =>
		serviceId(properties, scope),
	),
};

export const topicMember: ResourceType = {
	id: (properties, scope) => withRole(topicId(properties, scope), properties),
	importId: spaced,
	adopts: true,
	...memberOf("pubsub topic", TOPIC, ({ properties, scope }) =>
		topicId(properties, scope),
	),
};
