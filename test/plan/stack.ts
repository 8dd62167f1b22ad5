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
			"netra-platform:stores":
				'{"clickhouse":{"host":"ch.example.org","user":"netra","database":"netra"}}',
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

/** Gives a secret another id, wherever it stands. */
export const rename =
	(from: string, to: string, generator?: string) =>
	(changed: Platform): void => {
		const secret = secretOf(changed, from);
		secret.id = to;
		if (generator !== undefined) {
			Object.assign(secret.source, { generator });
		}
		for (const { secrets } of Object.values(changed.services)) {
			for (const [variable, id] of Object.entries(secrets)) {
				if (id === from) {
					secrets[variable] = to;
				}
			}
		}
	};

/** Takes a service out of a contract; who calls it calls another one. */
export function removeService(
	changed: Platform,
	service: string,
	instead: string,
): void {
	delete changed.services[service];
	for (const each of Object.values(changed.services)) {
		each.siblings = each.siblings.map((name) =>
			name === service ? instead : name,
		);
		for (const value of Object.values(each.variables)) {
			if (typeof value === "object" && "of" in value && value.of === service) {
				value.of = instead;
			}
		}
	}
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
