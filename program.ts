/** The program: reads the configuration and what runs now, then follows the data from its sources to the services. */
import * as pulumi from "@pulumi/pulumi";
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
import { bindingsFor, serviceContract, valueIn } from "./contract/bindings.ts";
import { keptVersion } from "./contract/kept-version.ts";
import { secretIdIn, serviceAccountIdIn } from "./contract/names.ts";
import { parseRelease } from "./contract/release.ts";
import type { Environment, Platform } from "./contract/schema.ts";
import { parseStackConfig, type StackConfig } from "./contract/stack-config.ts";
import { planUpdate } from "./plan/update.ts";

/** What a run of the program is given besides the contract. */
export type Given = {
	/** The stack's name. */
	stack: string;
	/** Its configuration by full key, values as the engine hands them over: text, or JSON. */
	config: Record<string, string>;
	/** The keys whose values were encrypted. */
	secretKeys: string[];
	/** The text of an environment's release file. */
	release: (environment: Environment) => string | undefined;
};

/** What the stack says of itself. */
export type StackOutputs = {
	/** The login slot that new revisions use. */
	activeSlot: string;
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
	const [observed] = await Promise.all([
		observeServices(platform, config, reader),
		checkPinnedVersions(platform, config),
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

	const network = new Network("network", {
		region,
		...platform.network,
		protect: config.dataProtection,
	});
	const database = new Database("database", {
		platform,
		region,
		network,
		sizing: valueIn(platform.postgres, environment),
		rotation,
		protect: config.dataProtection,
	});
	const redis = new Redis("redis", {
		region,
		network,
		sizing: valueIn(platform.redis, environment),
		protect: config.dataProtection,
	});
	const identities = new Map(
		services.map((service) => [
			service,
			new ServiceIdentity(service, {
				accountId: serviceAccountIdIn(platform, service),
				project,
				roles: serviceContract(platform, service).roles,
			}),
		]),
	);

	const secrets = new PlatformSecrets("secrets", {
		platform,
		config,
		database,
		redis,
		identities,
		clickhousePassword: await clickhousePassword(config),
		recorded,
	});
	retain(retired, secrets, identities);

	const deployed = services.map(
		(service) =>
			new ContractService(service, {
				platform,
				environment,
				region,
				release,
				service,
				contract: serviceContract(platform, service),
				bindings: bindingsFor(platform, service, environment),
				secrets: secrets.byId,
				network,
				database,
				socketRoot: config.socketRoot,
				secretFileRoot: config.secretFileRoot,
				command: config.services[service]?.command,
				identity: identities.get(service) as ServiceIdentity,
				identities,
				rotation,
				observed: observed.get(service) as Observed,
				pinnedRevision: config.services[service]?.pinnedRevision,
				resend: serving.get(service)?.resend ?? false,
			}),
	);

	// Beside the planning, which does not depend on it; the engine hears of nothing once the program has ended.
	await drift;
	return {
		activeSlot: rotation.target,
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

/** The configuration holds it, or names the version of a secret that does. */
async function clickhousePassword(
	config: StackConfig,
): Promise<pulumi.Output<string>> {
	const id = "clickhouse-password";
	const version = keptVersion(config, id);
	return version === undefined
		? encryptedValue(config, id)
		: pulumi.secret(
				await readSecretVersion(
					config,
					secretIdIn(id, config.environment),
					version,
				),
			);
}
