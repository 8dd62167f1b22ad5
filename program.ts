/** The program: reads the configuration and what runs now, then follows the data from its sources to the services. */
import * as pulumi from "@pulumi/pulumi";
import { Bucket } from "./components/bucket.ts";
import { CloudReader } from "./components/cloud-reader.ts";
import { ContractService } from "./components/contract-service.ts";
import { Database } from "./components/database.ts";
import { missingNeeds, reportDrift } from "./components/drift.ts";
import { Network } from "./components/network.ts";
import {
	type Observed,
	observeServices,
	readSecretVersion,
} from "./components/observed-cloud.ts";
import { checkPinnedVersions } from "./components/pinned-versions.ts";
import {
	encryptedValue,
	PlatformSecrets,
} from "./components/platform-secrets.ts";
import { Redis } from "./components/redis.ts";
import { retain } from "./components/retained.ts";
import { planRetention } from "./components/retention.ts";
import { ServiceIdentity } from "./components/service-identity.ts";
import {
	bindingsFor,
	secretsIn,
	serviceContract,
} from "./contract/bindings.ts";
import { type Environment, valueIn } from "./contract/environments.ts";
import { keptVersion } from "./contract/kept-version.ts";
import {
	bucketAccountIdIn,
	bucketNameIn,
	secretIdIn,
	serviceAccountIdIn,
} from "./contract/names.ts";
import {
	needsVpc,
	rolesOf,
	socketsOf,
	storesBoundBy,
	storesOfKind,
} from "./contract/needs.ts";
import { parseRelease } from "./contract/release.ts";
import type { Platform } from "./contract/schema.ts";
import type { Prohibitions } from "./contract/service-checklist.ts";
import { parseStackConfig, type StackConfig } from "./contract/stack-config.ts";
import { partSecretsOf } from "./contract/store-problems.ts";
import type { Rotation } from "./plan/rotation.ts";
import { planUpdate } from "./plan/update.ts";

/** What a run of the program is given besides the contract. */
export type Given = {
	/** The stack's name. */
	stack: string;
	/** Its configuration by full key, values as the engine hands them over: text, or JSON. */
	config: Record<string, string>;
	/** The keys whose values were encrypted. */
	secretKeys: string[];
	/** What the second key forbids; preflight looks for it. */
	prohibitions: Prohibitions;
	/** The text of an environment's release file. */
	release: (environment: Environment) => string | undefined;
};

/** What the stack says of itself. */
export type StackOutputs = {
	/** The login slot that new revisions use; undefined for a platform without PostgreSQL. */
	activeSlot: string | undefined;
	/** What serves each service, and beside it the revision that is ready where that is another one. */
	revisions: pulumi.Input<Record<string, string>>;
};

/**
 * Declares a platform in the stack that is being run. Nothing is kept between calls, so that one process can run it
 * many times and for other contracts.
 * @throws {UserError} if contract, configuration or release don't fit, before anything is declared
 */
export async function deployPlatform(
	platform: Platform,
	given: Given,
): Promise<StackOutputs> {
	const config = parseStackConfig(
		platform,
		given.stack,
		given.config,
		given.secretKeys,
	);
	const { environment, project, region } = config;
	const release = parseRelease(
		platform,
		environment,
		project,
		given.release(environment),
	);
	const services = Object.keys(platform.services);

	const reader = new CloudReader();
	const [observed, keptValues] = await Promise.all([
		observeServices(platform, config, reader),
		checkPinnedVersions(platform, config).then(() =>
			readKeptValues(platform, config),
		),
	]);
	const { recorded, retired } = await planRetention(platform, config, observed);
	const drift = reportDrift(platform, config, observed, reader);
	const missing = await missingNeeds(config, observed, reader);
	const { rotation, serving } = planUpdate(
		platform,
		config,
		observed,
		(_service, revision) => missing.get(revision) ?? [],
	);
	for (const note of [...serving.values()].flatMap(({ notes }) => notes)) {
		pulumi.log.warn(`[serving] ${note}`);
	}

	const made = makeStores(platform, config, rotation);
	const identities = new Map(
		services.map((service) => [
			service,
			new ServiceIdentity(service, {
				accountId: serviceAccountIdIn(platform, service),
				project,
				roles: rolesOf(platform, service, environment),
			}),
		]),
	);

	const buckets = makeBuckets(platform, config, identities, rotation);
	const secrets = new PlatformSecrets("secrets", {
		platform,
		config,
		buckets,
		databases: made.databases,
		redis: made.redis,
		identities,
		keptValues,
		recorded,
	});
	retain(retired, secrets, identities, buckets);

	const deployed = services.map(
		(service) =>
			new ContractService(service, {
				platform,
				prohibitions: given.prohibitions,
				environment,
				region,
				release,
				service,
				contract: serviceContract(platform, service),
				bindings: bindingsFor(platform, service, environment),
				secrets: secrets.byId,
				network: needsVpc(platform, service, environment)
					? made.network
					: undefined,
				sockets: socketsOf(platform, service, environment).flatMap(
					({ name }) => made.databases.get(name)?.connectionName ?? [],
				),
				bucketGrants: [...buckets.values()].flatMap(
					({ grants }) => grants.get(service) ?? [],
				),
				logins: [...made.databases.values()].flatMap(({ users }) => users),
				socketRoot: config.socketRoot,
				secretFileRoot: config.secretFileRoot,
				command: config.services[service]?.command,
				identity: identities.get(service) as ServiceIdentity,
				identities,
				rotation,
				observed: observed.get(service) as Observed,
				pinnedRevision: config.services[service]?.pinnedRevision,
				takeOver: config.services[service]?.takeOver ?? [],
				resend: serving.get(service)?.resend ?? false,
			}),
	);

	// Beside the planning, which does not depend on it; the engine hears of nothing once the program has ended.
	await drift;
	return {
		activeSlot: made.databases.size === 0 ? undefined : rotation.target,
		revisions: revisionsOf(services, deployed),
	};
}

function revisionsOf(
	services: readonly string[],
	deployed: readonly ContractService[],
): StackOutputs["revisions"] {
	return pulumi
		.all(deployed.map(({ served }) => served))
		.apply((all) =>
			Object.fromEntries(
				all.flatMap(({ serves, ready }, index) => [
					[services[index], serves],
					...(ready === serves ? [] : [[`${services[index]} (ready)`, ready]]),
				]),
			),
		);
}

/** What this stack makes of the contract's stores, by their names there. */
type MadeStores = {
	/** Undefined for a platform where nothing has a private address. */
	network: Network | undefined;
	databases: ReadonlyMap<string, Database>;
	redis: ReadonlyMap<string, Redis>;
};

function makeStores(
	platform: Platform,
	config: StackConfig,
	rotation: Rotation,
): MadeStores {
	const { environment, region, dataProtection: protect } = config;
	const postgres = storesOfKind(platform, "postgres");
	const redis = storesOfKind(platform, "redis");
	const isPrivate =
		postgres.length > 0 ||
		redis.length > 0 ||
		Object.keys(platform.services).some((service) =>
			needsVpc(platform, service, environment),
		);
	if (!isPrivate) {
		return { network: undefined, databases: new Map(), redis: new Map() };
	}
	const network = new Network("network", {
		region,
		...platform.network,
		protect,
	});
	const databases = postgres.map(
		({ name, store }) =>
			[
				name,
				new Database(name, {
					database: store.database,
					region,
					network,
					sizing: valueIn(store.sizing, environment),
					rotation,
					protect,
				}),
			] as const,
	);
	const instances = redis.map(
		({ name, store }) =>
			[
				name,
				new Redis(name, {
					region,
					network,
					sizing: valueIn(store.sizing, environment),
					protect,
				}),
			] as const,
	);
	return {
		network,
		databases: new Map(databases),
		redis: new Map(instances),
	};
}

/** The buckets of the contract, by their names there; each service that binds one may use it. */
function makeBuckets(
	platform: Platform,
	{ environment, region, dataProtection: protect }: StackConfig,
	identities: ReadonlyMap<string, ServiceIdentity>,
	rotation: Rotation,
): ReadonlyMap<string, Bucket> {
	return new Map(
		storesOfKind(platform, "bucket").map(({ name, store }) => [
			name,
			new Bucket(name, {
				bucketName: bucketNameIn(platform, name, environment),
				region,
				users: [...identities]
					.filter(([service]) =>
						storesBoundBy(platform, service, environment).some(
							(each) => each.name === name,
						),
					)
					.map(([service, { member }]) => ({ service, member })),
				keyAccountId:
					store.hmac === true ? bucketAccountIdIn(platform, name) : undefined,
				rotation,
				protect,
			}),
		]),
	);
}

/**
 * The values of parts of others that this stack does not make, by the secret's id: the configuration holds each, or names
 * the version that does.
 */
async function readKeptValues(
	platform: Platform,
	config: StackConfig,
): Promise<ReadonlyMap<string, pulumi.Output<string>>> {
	const parts = new Set(partSecretsOf(platform));
	const kept = secretsIn(platform, config.environment).filter(
		({ id, source }) =>
			parts.has(id) &&
			(source.from === "external" || keptVersion(config, id) !== undefined),
	);
	const values = kept.map(async ({ id }) => {
		const version = keptVersion(config, id);
		const value =
			version === undefined
				? encryptedValue(config, id)
				: pulumi.secret(
						await readSecretVersion(
							config,
							secretIdIn(id, config.environment),
							version,
						),
					);
		return [id, value] as const;
	});
	return new Map(await Promise.all(values));
}
