/** Registers what left the contract as the state has it, so that no update deletes it. */
import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import { Secret } from "@pulumi/gcp/secretmanager/secret.js";
import { SecretIamMember } from "@pulumi/gcp/secretmanager/secretIamMember.js";
import { SecretVersion } from "@pulumi/gcp/secretmanager/secretVersion.js";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import { BucketIAMMember } from "@pulumi/gcp/storage/bucketIAMMember.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { types } from "../plan/recorded.ts";
import { components, type Retired, retiredInputs } from "../plan/retention.ts";
import type { Bucket } from "./bucket.ts";
import type { PlatformSecrets } from "./platform-secrets.ts";
import { ManagedSecret } from "./secret.ts";
import type { ServiceIdentity } from "./service-identity.ts";

/** Their classes know the provider's version and which properties are secret; the engine takes the inputs from the state. */
const classes: Record<
	string,
	new (
		name: string,
		// biome-ignore lint/suspicious/noExplicitAny: each class has arguments of its own; these come from the state
		args: any,
		opts: pulumi.CustomResourceOptions,
	) => pulumi.CustomResource
> = {
	[types.account]: Account,
	[types.bucketGrant]: BucketIAMMember,
	[types.generator]: RandomPassword,
	[types.grant]: SecretIamMember,
	[types.projectRole]: IAMMember,
	[types.secret]: Secret,
	[types.secretVersion]: SecretVersion,
};

/** What the others are parts of, or made for, comes first. */
const order: string[] = [
	types.generator,
	types.account,
	types.secret,
	types.secretVersion,
	types.projectRole,
	types.grant,
	types.bucketGrant,
];

/**
 * Registers retired resources under the URNs that they have: in the component that the contract still has, or in one
 * that takes its place. They are not protected any more, so that the update after `tools/prune` can forget them.
 */
export function retain(
	retired: readonly Retired[],
	secrets: PlatformSecrets,
	identities: ReadonlyMap<string, ServiceIdentity>,
	buckets: ReadonlyMap<string, Bucket>,
): void {
	const owners = ownersIn(secrets, identities, buckets);
	const holders = new Map<pulumi.Resource, pulumi.Resource>();
	const inOrder = retired.toSorted(
		(one, other) => order.indexOf(one.type) - order.indexOf(other.type),
	);
	for (const each of inOrder) {
		const parent = ownerOf(each, owners, secrets);
		const holder = holders.get(parent);
		const registered = register(each, {
			parent,
			protect: false,
			ignoreChanges: [...(retiredInputs[each.type] ?? [])],
			...(holder === undefined ? {} : { dependsOn: [holder] }),
		});
		if (each.type === types.account || each.type === types.secret) {
			holders.set(parent, registered);
		}
	}
}

/** The components that the contract has, by type and name. */
function ownersIn(
	secrets: PlatformSecrets,
	identities: ReadonlyMap<string, ServiceIdentity>,
	buckets: ReadonlyMap<string, Bucket>,
): Map<string, pulumi.ComponentResource> {
	return new Map<string, pulumi.ComponentResource>([
		...[...secrets.byId].map(
			([id, secret]) =>
				[
					`${secret instanceof ManagedSecret ? components.managedSecret : components.existingSecret} ${id}`,
					secret,
				] as const,
		),
		...[...identities].map(
			([service, identity]) =>
				[`${components.identity} ${service}`, identity] as const,
		),
		...[...buckets].map(
			([store, bucket]) => [`${components.bucket} ${store}`, bucket] as const,
		),
	]);
}

function ownerOf(
	{ component, owner }: Retired,
	owners: Map<string, pulumi.ComponentResource>,
	secrets: PlatformSecrets,
): pulumi.ComponentResource {
	if (component === components.secrets) {
		return secrets;
	}
	const key = `${component} ${owner}`;
	const found =
		owners.get(key) ??
		new pulumi.ComponentResource(
			component,
			owner,
			{},
			component === components.identity ? {} : { parent: secrets },
		);
	owners.set(key, found);
	return found;
}

function register(
	{ type, name, properties }: Retired,
	opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
	const Class = classes[type];
	if (Class === undefined) {
		throw new Error(`nothing registers a retired ${type}`);
	}
	return new Class(name, { ...properties, ...written[type] }, opts);
}

/** Inputs that are not taken from the state: they decide how a resource leaves it. */
const written: Record<string, object> = {
	[types.secret]: { deletionProtection: false },
	[types.secretVersion]: { version: undefined, deletionPolicy: "ABANDON" },
};
