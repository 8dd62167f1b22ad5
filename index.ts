/** The program: reads the configuration and what runs now, then follows the data from its sources to the services. */
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ContractService } from "./components/contract-service.ts";
import { Database } from "./components/database.ts";
import { Network } from "./components/network.ts";
import {
	type Observed,
	observeServices,
	readSecretVersion,
} from "./components/observed-cloud.ts";
import {
	encryptedValue,
	keptVersion,
	PlatformSecrets,
} from "./components/platform-secrets.ts";
import { Redis } from "./components/redis.ts";
import { ServiceIdentity } from "./components/service-identity.ts";
import { bindingsFor, serviceContract, valueIn } from "./contract/bindings.ts";
import { secretIdIn, serviceAccountIdIn } from "./contract/names.ts";
import { platform } from "./contract/platform.ts";
import { parseRelease } from "./contract/release.ts";
import { parseStackConfig } from "./contract/stack-config.ts";
import { planUpdate } from "./plan/update.ts";

// Pulumi takes a stack trace with every resource and output and formats each through source maps. There are none:
// Node strips the types and keeps lines and columns. Nor has a trace to be longer than Node's own 10 lines: TypeScript,
// which the SDK loads, makes it 100. Both together save a quarter of a preview's time.
Reflect.deleteProperty(Error, "prepareStackTrace");
Error.stackTraceLimit = 10;

// Once the engine was killed, nobody reads what is printed here, and printing fails. The SDK's handler of uncaught errors
// prints, so it would call itself for ever and fill the machine's memory.
for (const stream of [process.stdout, process.stderr]) {
	stream.on("error", () => process.exit(1));
}

const config = parseStackConfig(
	platform,
	pulumi.getStack(),
	pulumi.runtime.allConfig(),
	// The engine tells the program so which keys were encrypted.
	JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]"),
);
const { environment, project, region } = config;
const release = parseRelease(
	platform,
	environment,
	project,
	readFileSync(
		new URL(`releases/${environment}.json`, import.meta.url),
		"utf8",
	),
);
const services = Object.keys(platform.services);

const observed = await observeServices(platform, config);
const { rotation, serving } = planUpdate(platform, config, observed, () => []);
for (const note of [...serving.values()].flatMap(({ notes }) => notes)) {
	pulumi.log.warn(`[serving] ${note}`);
}

const network = new Network("network", { region, ...platform.network });
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

const clickhouseVersion = keptVersion(config, "clickhouse-password");
const secrets = new PlatformSecrets("secrets", {
	platform,
	config,
	database,
	redis,
	identities,
	clickhousePassword:
		clickhouseVersion === undefined
			? encryptedValue(config, "clickhouse-password")
			: pulumi.secret(
					await readSecretVersion(
						config,
						secretIdIn("clickhouse-password", environment),
						clickhouseVersion,
					),
				),
});

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
			rotation,
			observed: observed.get(service) as Observed,
			pinnedRevision: config.services[service]?.pinnedRevision,
			resend: serving.get(service)?.resend ?? false,
		}),
);

/** The login slot that new revisions use. */
export const activeSlot = rotation.target;
/** What serves each service, and beside it the revision that is ready where that is another one. */
export const revisions = pulumi
	.all(deployed.map(({ served }) => served))
	.apply((all) =>
		Object.fromEntries(
			all.flatMap(({ serves, ready }, index) => [
				[services[index], serves],
				...(ready === serves ? [] : [[`${services[index]} (ready)`, ready]]),
			]),
		),
	);
