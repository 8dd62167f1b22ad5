/**
 * What left the contract and stays all the same: a revision that is kept may bind it. An update never deletes it;
 * `tools/prune` does, once nobody can need it.
 */
import { secretsIn, secretsReadBy } from "../contract/bindings.ts";
import type { Environment } from "../contract/environments.ts";
import { generatorOf } from "../contract/generators.ts";
import { keptVersion } from "../contract/kept-version.ts";
import { bucketNameIn, secretIdIn } from "../contract/names.ts";
import { rolesOf, storesBoundBy, storesOfKind } from "../contract/needs.ts";
import type { Platform } from "../contract/schema.ts";
import { isGenerated } from "../contract/sources.ts";
import type { StackConfig } from "../contract/stack-config.ts";
import { type Recorded, recordedText, types } from "./recorded.ts";
import { lastSegment } from "./revision-name.ts";

/** Types of the components that hold secrets, grants, accounts and generators. */
export const components = {
	managedSecret: "netra-platform:index:ManagedSecret",
	existingSecret: "netra-platform:index:ExistingSecret",
	identity: "netra-platform:index:ServiceIdentity",
	secrets: "netra-platform:index:PlatformSecrets",
	bucket: "netra-platform:index:Bucket",
} as const;

/** The name in the program of a role that a service's account has on the project. */
export function projectRoleName(service: string, role: string): string {
	return `${service}-${role.slice(role.indexOf("/") + 1).replaceAll(".", "-")}`;
}

/** The name in the program of the grant by which a service's account uses a bucket. */
export function bucketGrantName(store: string, service: string): string {
	return `${store}-${service}`;
}

/** The name in the program of the account that has a bucket's keys, and of its grant; those of the keys begin with it. */
export function bucketKeyName(store: string): string {
	return `${store}-bucket-key`;
}

/** What of a contract and a stack's configuration says which resources the program declares. */
export type Declared = {
	platform: Platform;
	config: Pick<StackConfig, "environment" | "adopted" | "externalSecrets">;
};

/** A resource that the program goes on to register as the state has it. */
export type Retired = Recorded & {
	/** The name of the component that it belongs to. */
	owner: string;
	/** The contract has the secret still, with a value that this stack does not make. */
	inUse: boolean;
};

/**
 * The inputs that stay as the state has them, by type: the engine takes them from there. All of them on one resource
 * are the mark of a retired one, by which the policy pack knows it.
 */
export const retiredInputs: Readonly<Record<string, readonly string[]>> = {
	[types.account]: ["accountId", "displayName"],
	[types.bucketGrant]: ["bucket", "role", "member"],
	[types.generator]: ["keepers", "length", "lower", "upper", "overrideSpecial"],
	[types.grant]: ["secretId", "role", "member"],
	[types.projectRole]: ["project", "role", "member"],
	[types.secret]: ["secretId", "labels", "replication"],
	[types.secretVersion]: ["secret", "secretData", "enabled"],
};

/** True if a resource with these options is one that the state alone describes. */
export function isRetired(
	type: string,
	ignoreChanges: readonly string[],
): boolean {
	const kept = retiredInputs[type];
	return kept?.every((input) => ignoreChanges.includes(input)) ?? false;
}

/** What the state has and the contract no longer declares, of all that a revision can need. */
export function retiredIn(
	{ platform, config }: Declared,
	recorded: readonly Recorded[],
): Retired[] {
	const declared = declaredNames({ platform, config });
	const secrets = new Set(
		secretsIn(platform, config.environment).map(({ id }) => id),
	);
	const left = recorded.filter(
		(each) =>
			each.type in retiredInputs &&
			Object.values<string>(components).includes(each.component) &&
			(each.component !== components.bucket ||
				isOfService(platform, config.environment, each)) &&
			!declared.has(keyOf(each.type, each.name)),
	);
	return left
		.filter(
			(each) => each.type !== types.generator || isNeeded(each, left, recorded),
		)
		.map((each) => ({
			...each,
			owner: ownerOf(platform, each, config.environment),
			inUse:
				each.type !== types.grant &&
				each.type !== types.bucketGrant &&
				secrets.has(each.name),
		}));
}

/**
 * A generator stays for as long as a secret is there whose value it may have made: whoever takes the secret back into
 * the contract gets the same value. Its own secret bears its name; a renamed one does not, and has no other.
 */
function isNeeded(
	{ name }: Recorded,
	left: readonly Recorded[],
	recorded: readonly Recorded[],
): boolean {
	const has = (type: string, id: string) =>
		recorded.some((each) => each.type === type && each.name === id);
	return (
		has(types.secret, name) ||
		left.some(
			(each) => each.type === types.secret && !has(types.generator, each.name),
		)
	);
}

function declaredNames({ platform, config }: Declared): ReadonlySet<string> {
	const { environment } = config;
	const secrets = secretsIn(platform, environment);
	const managed = secrets.filter(
		({ id }) => keptVersion(config, id) === undefined,
	);
	const services = Object.keys(platform.services);
	return new Set([
		...managed.flatMap((secret) => [
			keyOf(types.secret, secret.id),
			keyOf(types.secretVersion, secret.id),
			...(isGenerated(secret.source)
				? [keyOf(types.generator, generatorOf(secret))]
				: []),
		]),
		...services.flatMap((service) => [
			keyOf(types.account, service),
			...rolesOf(platform, service, environment).map((role) =>
				keyOf(types.projectRole, projectRoleName(service, role)),
			),
			...secretsReadBy(platform, service, environment).map((id) =>
				keyOf(types.grant, `${id}-${service}`),
			),
			...storesBoundBy(platform, service, environment).map(({ name }) =>
				keyOf(types.bucketGrant, bucketGrantName(name, service)),
			),
		]),
	]);
}

const keyOf = (type: string, name: string) => `${type} ${name}`;

/** A component bears the name of its secret, service or store; what belongs to the secrets as a whole is a generator. */
function ownerOf(
	platform: Platform,
	resource: Recorded,
	environment: Environment,
): string {
	switch (resource.type) {
		case types.bucketGrant:
			return bucketOf(platform, environment, resource) ?? resource.name;
		case types.grant:
			return secretIn(recordedText(resource, "secretId"), environment);
		case types.projectRole: {
			const role = recordedText(resource, "role");
			return resource.name.slice(0, -projectRoleName("", role).length);
		}
		default:
			return resource.name;
	}
}

/** With its bucket a service's grant goes too, and with its key what lets that in. */
function isOfService(
	platform: Platform,
	environment: Environment,
	resource: Recorded,
): boolean {
	const store = bucketOf(platform, environment, resource);
	return (
		resource.type === types.bucketGrant &&
		store !== undefined &&
		resource.name !== bucketKeyName(store)
	);
}

/** The contract's store whose bucket a grant is on. */
function bucketOf(
	platform: Platform,
	environment: Environment,
	grant: Recorded,
): string | undefined {
	const bucket = lastSegment(recordedText(grant, "bucket"));
	return storesOfKind(platform, "bucket").find(
		({ name }) => bucketNameIn(platform, name, environment) === bucket,
	)?.name;
}

/** The id in the contract of a secret that the cloud calls so. */
function secretIn(reference: string, environment: Environment): string {
	const secretId = lastSegment(reference);
	const ending = secretIdIn("", environment);
	return secretId.endsWith(ending)
		? secretId.slice(0, -ending.length)
		: secretId;
}

/** The e-mail address in a member as IAM writes it. */
export function emailOf(grant: Retired): string {
	return recordedText(grant, "member").replace(/^[^:]*:/, "");
}
