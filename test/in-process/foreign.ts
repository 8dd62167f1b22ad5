/** A stack of another platform, in this process. */
import { secretsIn } from "../../contract/bindings.ts";
import type { Environment } from "../../contract/environments.ts";
import { storesOfKind } from "../../contract/needs.ts";
import type { Platform } from "../../contract/schema.ts";
import { deployPlatform } from "../../program.ts";
import { draftOf } from "../../tools/key-draft.ts";
import { releaseOf } from "../fixtures/contracts/foreign.ts";
import { InProcess, type InProcessOptions } from "./in-process.ts";

/** What an adopter's stack file says of other people's stores and secrets; the values stand in it, encrypted. */
export function foreignConfig(
	platform: Platform,
	environment: Environment,
): Record<string, string> {
	const external = secretsIn(platform, environment).flatMap(({ id, source }) =>
		source.from === "external"
			? [[id, { value: `issued-4b1c8e92d7-${id}${source.endsIn ?? ""}` }]]
			: [],
	);
	const stores = storesOfKind(platform, "clickhouse").map(({ name }) => [
		name,
		{ host: "ch.acme.dev", user: "reader", database: "events" },
	]);
	return {
		"gcp:project": platform.environments[environment].project,
		"gcp:region": "europe-west1",
		"netra-platform:rotationEpoch": "0",
		"netra-platform:dataProtection": String(environment !== "local"),
		"netra-platform:socketRoot": "/cloudsql",
		"netra-platform:secretFileRoot": "",
		"netra-platform:stores": JSON.stringify(Object.fromEntries(stores)),
		"netra-platform:externalSecrets": JSON.stringify(
			Object.fromEntries(external),
		),
	};
}

/**
 * A stack of a platform whose second key says what its contract says, whatever is deployed.
 * @param deployed asked at each run @default the platform
 */
export function foreignStack(
	platform: Platform,
	environment: Environment,
	options: Partial<InProcessOptions> = {},
	deployed: () => Platform = () => platform,
): InProcess {
	const secondKey = draftOf(platform);
	const stack: InProcess = new InProcess(
		async () => ({
			...(await deployPlatform(deployed(), {
				stack: environment,
				config: stack.config,
				secretKeys: [...stack.secretKeys],
				prohibitions: secondKey,
				release: (name) => releaseOf(platform, name),
			})),
		}),
		{
			stack: environment,
			config: foreignConfig(platform, environment),
			secretKeys: ["netra-platform:externalSecrets"],
			policies: { platform: deployed(), secondKey },
			...options,
		},
	);
	return stack;
}
