import { describe, expect, it } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import {
	parseStackConfig,
	type RawConfig,
} from "../../contract/stack-config.ts";

const complete: RawConfig = {
	"gcp:project": "netra-staging",
	"gcp:region": "us-central1",
	"netra-platform:rotationEpoch": "3",
	"netra-platform:dataProtection": "true",
	"netra-platform:socketRoot": "/cloudsql",
	"netra-platform:secretFileRoot": "",
	"netra-platform:stores":
		'{"clickhouse":{"host":"ch.example.org","user":"netra","database":"netra"}}',
	"netra-platform:externalSecrets": JSON.stringify({
		"clickhouse-password": { version: 1 },
		"google-oauth-client-id": { version: 2 },
		"google-oauth-client-secret": { version: 2 },
		"openai-api-key": { version: 1 },
		"anthropic-api-key": { version: 1 },
		"gemini-api-key": { version: 1 },
	}),
};

const external = (change: Record<string, unknown>): RawConfig => ({
	"netra-platform:externalSecrets": JSON.stringify({
		...JSON.parse(complete["netra-platform:externalSecrets"] as string),
		...change,
	}),
});

function parse(
	change: Record<string, string | undefined>,
	stack = "staging",
	secretKeys: string[] = [],
) {
	const raw = Object.fromEntries(
		Object.entries({ ...complete, ...change }).filter(
			([, value]) => value !== undefined,
		),
	) as RawConfig;
	return parseStackConfig(platform, stack, raw, secretKeys);
}

function message(...args: Parameters<typeof parse>): string {
	try {
		parse(...args);
	} catch (error) {
		return (error as Error).message;
	}
	return "accepted";
}

const problem = (...lines: string[]) =>
	[
		"[stack-config] Pulumi.staging.yaml cannot be used; nothing was changed:",
		...lines,
	].join("\n");

describe("the configuration of a stack", () => {
	it("is read whole, with what was left out", () => {
		expect(parse({})).toEqual({
			environment: "staging",
			project: "netra-staging",
			region: "us-central1",
			rotationEpoch: 3,
			dataProtection: true,
			socketRoot: "/cloudsql",
			secretFileRoot: "",
			stores: {
				clickhouse: {
					host: "ch.example.org",
					port: 8443,
					nativePort: 9440,
					user: "netra",
					database: "netra",
				},
			},
			externalSecrets: JSON.parse(
				complete["netra-platform:externalSecrets"] as string,
			),
			adopted: {},
			adoptedRevisions: [],
			keyEpochs: {},
			slotRetry: {},
			services: {},
		});
	});

	it.each<[string, Record<string, string | undefined>, string[]]>([
		[
			"an unknown key",
			{ "netra-platform:rotationEpok": "4" },
			[
				"  netra-platform:rotationEpok is not a known key; known are rotationEpoch, dataProtection, socketRoot, secretFileRoot, stores, externalSecrets, adopted, adoptedRevisions, keyEpochs, slotRetry, services",
				"    fix: pulumi config rm --path 'netra-platform:rotationEpok' -s staging",
			],
		],
		[
			"a wrong type",
			{ "netra-platform:rotationEpoch": "soon" },
			[
				"  netra-platform:rotationEpoch found a string; expected a number",
				"    fix: pulumi config set rotationEpoch 0 -s staging",
			],
		],
		[
			"a number with a fraction",
			{ "netra-platform:rotationEpoch": "1.5" },
			[
				"  netra-platform:rotationEpoch found a number; expected a whole number",
				"    fix: pulumi config set rotationEpoch 0 -s staging",
			],
		],
		[
			"a negative number",
			{ "netra-platform:rotationEpoch": "-1" },
			[
				"  netra-platform:rotationEpoch found a number; expected a number from 0",
				"    fix: pulumi config set rotationEpoch 0 -s staging",
			],
		],
		[
			"a missing key",
			{ "netra-platform:stores": undefined },
			[
				"  netra-platform:stores.clickhouse is missing; 'clickhouse' is somebody else's, so the stack must say where it is: host, user and database",
				"    fix: pulumi config set --path 'stores[\"clickhouse\"].host' <host> -s staging",
			],
		],
		[
			"an empty text",
			{
				"netra-platform:stores":
					'{"clickhouse":{"host":"","user":"u","database":"d"}}',
			},
			[
				"  netra-platform:stores.clickhouse.host found a string; expected a text that is not empty",
				"    fix: pulumi config set --path 'stores[\"clickhouse\"].host' <host> -s staging",
			],
		],
		[
			"another environment's project",
			{ "gcp:project": "netra-production" },
			[
				"  gcp:project found netra-production; the contract says that staging is in netra-staging",
				"    fix: pulumi config set gcp:project netra-staging -s staging",
			],
		],
		[
			"a missing region",
			{ "gcp:region": undefined },
			[
				"  gcp:region found nothing; expected a region such as us-central1",
				"    fix: pulumi config set gcp:region us-central1 -s staging",
			],
		],
		[
			"a missing external secret",
			external({ "gemini-api-key": undefined }),
			[
				"  netra-platform:externalSecrets.gemini-api-key is missing; secret 'gemini-api-key-staging' is issued by somebody else, so the stack must say which version to use",
				"    fix: pulumi config set --path 'externalSecrets[\"gemini-api-key\"].version' <number> -s staging",
			],
		],
		[
			"a version and a value of one external secret",
			external({
				"gemini-api-key": {
					version: 1,
					value: "a-value-that-is-long-enough-for-a-key",
				},
			}),
			[
				"  netra-platform:externalSecrets.gemini-api-key found an object; expected either {version: <number>} or {value: <encrypted>}",
				"    fix: pulumi config set --path 'externalSecrets[\"<secret id>\"].version' <number> -s staging",
			],
		],
		[
			"a service that does not exist",
			{ "netra-platform:services": '{"billing":{}}' },
			[
				"  netra-platform:services.billing is not a service of the contract; it has auth, backend, frontend",
				"    fix: pulumi config rm --path services.billing -s staging",
			],
		],
		[
			"a command that is no list",
			{ "netra-platform:services": '{"auth":{"command":"sh"}}' },
			[
				"  netra-platform:services.auth.command found a string; expected an array",
				"    fix: pulumi config set --path 'services.auth.command[0]' <program> -s staging",
			],
		],
		[
			"a command outside of local",
			{ "netra-platform:services": '{"auth":{"command":["sh"]}}' },
			[
				"  netra-platform:services.auth.command is for local alone; in staging the image says what it runs",
				"    fix: pulumi config rm --path services.auth.command -s staging",
			],
		],
		[
			"an adopted value of something that follows a resource",
			{ "netra-platform:adopted": '{"database-url":3}' },
			[
				"  netra-platform:adopted.database-url follows a resource of this stack, so its value cannot be kept",
				"    fix: pulumi config rm --path 'adopted[\"database-url\"]' -s staging",
			],
		],
		[
			"an external secret with two versions to choose from",
			{ "netra-platform:adopted": '{"gemini-api-key":2}' },
			[
				"  netra-platform:adopted.gemini-api-key stands in externalSecrets too, which would not be looked at: one of both says which version to use",
				"    fix: pulumi config rm --path 'adopted[\"gemini-api-key\"]' -s staging",
			],
		],
		...["LATEST", "../auth", "netra-auth-staging-\n1", "a\u2028b"].map(
			(name): [string, Partial<RawConfig>, string[]] => [
				`a pin to ${JSON.stringify(name)}`,
				{
					"netra-platform:services": JSON.stringify({
						auth: { pinnedRevision: name },
					}),
				},
				[
					"  netra-platform:services.auth.pinnedRevision found a string; expected a revision's name: lower-case letters, digits and '-'",
					"    fix: pulumi config set --path services.auth.pinnedRevision <revision> -s staging",
				],
			],
		),
	])("is refused for %s", (_what, change, lines) => {
		expect(message(change)).toBe(problem(...lines));
	});

	it("is refused for an external value in plain text, which the message does not repeat", () => {
		const value = "planted-9f8e7d6c5b4a-gemini-key-of-forty-chars";
		const change = external({ "gemini-api-key": { value } });
		expect(message(change)).toBe(
			problem(
				"  netra-platform:externalSecrets.gemini-api-key.value is in plain text; expected an encrypted value",
				"    fix: issue a new value, since this one was readable, then: pulumi config set --secret --path 'externalSecrets[\"gemini-api-key\"].value' -s staging",
			),
		);
		expect(message(change, "staging", ["netra-platform:externalSecrets"])).toBe(
			"accepted",
		);
	});

	it("[R-022] is refused for an encrypted placeholder", () => {
		expect(
			message(
				external({
					"gemini-api-key": { value: "changeme-changeme-changeme-changeme" },
				}),
				"staging",
				["netra-platform:externalSecrets"],
			),
		).toBe(
			problem(
				"  netra-platform:externalSecrets.gemini-api-key.value is a placeholder",
				"    fix: pulumi config set --secret --path 'externalSecrets[\"gemini-api-key\"].value' -s staging",
			),
		);
	});

	it.each<[string, Record<string, string>, string[]]>([
		[
			"a service of a name that every object has",
			{ "netra-platform:services": '{"constructor":{}}' },
			[
				"  netra-platform:services.constructor is a name that every JavaScript object has: choose another one",
				"    fix: remove it from Pulumi.staging.yaml",
			],
		],
		[
			"a secret by the name of an object's prototype",
			{ "netra-platform:keyEpochs": '{"__proto__":1}' },
			[
				"  netra-platform:keyEpochs.__proto__ is a name that every JavaScript object has: choose another one",
				"    fix: remove it from Pulumi.staging.yaml",
			],
		],
		[
			"a service whose name would add a line or a command",
			{ "netra-platform:services": `{"a\\n    fix: 'rm":{}}` },
			[
				"  netra-platform:services.a\\u{a}    fix: 'rm is not a service of the contract; it has auth, backend, frontend",
				"    fix: remove it from the stack's file with an editor",
			],
		],
		[
			"a secret whose id would add a command",
			{ "netra-platform:keyEpochs": `{"x']; rm '":1}` },
			[
				"  netra-platform:keyEpochs.x']; rm ' is not a generated secret of staging; those are jwt-secret, secret-key, session-secret-key, service-secret, fernet-key, oauth-hmac-secret, e2e-oauth-simulation-key",
				"    fix: remove it from the stack's file with an editor",
			],
		],
		[
			"a project with a line feed",
			{ "gcp:project": "a\nb" },
			[
				"  gcp:project found a\\u{a}b; the contract says that staging is in netra-staging",
				"    fix: pulumi config set gcp:project netra-staging -s staging",
			],
		],
		[
			"a folder that is not normalised",
			{ "netra-platform:socketRoot": "/cloudsql/../etc" },
			[
				"  netra-platform:socketRoot found a string; expected the absolute path of a folder, without '//', '.', '..' and a '/' at its end",
				"    fix: pulumi config set socketRoot /cloudsql -s staging",
			],
		],
		[
			"a host with a scheme, and a database that no URL can carry",
			{
				"netra-platform:stores":
					'{"clickhouse":{"host":"https://x.example.org","user":"u","database":"d/e"}}',
			},
			[
				"  netra-platform:stores.clickhouse.host found a string; expected a host name or IP address, without scheme or port",
				"    fix: pulumi config set --path 'stores[\"clickhouse\"].host' <host> -s staging",
				"  netra-platform:stores.clickhouse.database found a string; expected letters, digits, '_' and '-' only",
				"    fix: pulumi config set --path 'stores[\"clickhouse\"].database' <database> -s staging",
			],
		],
	])("is refused for %s", (_what, change, lines) => {
		expect(message(change)).toBe(problem(...lines));
	});

	it("lists every problem at once", () => {
		expect(
			message({
				"gcp:project": undefined,
				"netra-platform:rotationEpoch": "x",
				"netra-platform:nope": "1",
			}).split("\n"),
		).toHaveLength(7);
	});

	it("is refused for a stack that is no environment", () => {
		expect(message({}, "dev")).toBe(
			"[stack-name] stack 'dev' is not an environment of this platform; expected one of local, staging, production: pulumi stack select staging",
		);
	});
});

it("a stack's region is the contract's, where that says one", () => {
	const contract = structuredClone(platform);
	contract.environments.staging.region = "europe-west1";
	expect(() => parseStackConfig(contract, "staging", complete, [])).toThrow(
		"  gcp:region found us-central1; the contract says that staging is in europe-west1\n    fix: pulumi config set gcp:region europe-west1 -s staging",
	);
});
