/** A stack's contract, configuration and records, for decisions about what an update may take away. */
import { platform } from "../../contract/platform.ts";
import type { Platform, SecretContract } from "../../contract/schema.ts";
import {
	parseStackConfig,
	type StackConfig,
} from "../../contract/stack-config.ts";
import { type Recorded, recordedIn } from "../../plan/recorded.ts";

/** The configuration of staging. */
export const config = (changes: Partial<StackConfig> = {}): StackConfig => ({
	...parseStackConfig(
		platform,
		"staging",
		{
			"gcp:project": "netra-staging",
			"gcp:region": "us-central1",
			"netra-platform:rotationEpoch": "0",
			"netra-platform:dataProtection": "true",
			"netra-platform:socketRoot": "/cloudsql",
			"netra-platform:secretFileRoot": "",
			"netra-platform:clickhouse":
				'{"host":"ch.example.org","user":"netra","database":"netra"}',
			"netra-platform:externalSecrets": JSON.stringify(
				Object.fromEntries(
					platform.secrets
						.filter(({ source }) => source.from === "external")
						.map(({ id }) => [id, { version: 1 }]),
				),
			),
		},
		[],
	),
	...changes,
});

/** The contract with other services or secrets. */
export function contract(change: (platform: Platform) => void): Platform {
	const changed = structuredClone(platform);
	change(changed);
	return changed;
}

/** The contract's entry of a secret, to be changed. */
export function secretOf(changed: Platform, id: string): SecretContract {
	const found = changed.secrets.find((secret) => secret.id === id);
	if (found === undefined) {
		throw new Error(`no secret ${id}`);
	}
	return found;
}

/** A resource of the state, under a chain of components' types. */
export const urn = (chain: string, name: string) =>
	`urn:pulumi:staging::netra-platform::${chain}::${name}`;

/** Records by URN. */
export const records = (
	outputs: Record<string, Record<string, unknown>>,
): Recorded[] =>
	recordedIn(
		Object.fromEntries(
			Object.entries(outputs).map(([key, value]) => [key, { outputs: value }]),
		),
	);
