import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it, jest } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { checkPinnedVersions } from "../../components/pinned-versions.ts";
import { platform } from "../../contract/platform.ts";
import type { StackConfig } from "../../contract/stack-config.ts";
import { deployPlatform } from "../../program.ts";
import { stackFile } from "../in-process/stack-file.ts";
import { StandIn } from "../local/harness.ts";

const external = [
	"clickhouse-password",
	"google-oauth-client-id",
	"google-oauth-client-secret",
	"openai-api-key",
	"anthropic-api-key",
	"gemini-api-key",
];

const config = (changes: Partial<StackConfig> = {}): StackConfig => ({
	rotationEpoch: 0,
	dataProtection: true,
	socketRoot: "/cloudsql",
	secretFileRoot: "",
	stores: {
		clickhouse: {
			host: "c.example",
			port: 8443,
			nativePort: 9440,
			user: "u",
			database: "d",
		},
	},
	externalSecrets: Object.fromEntries(
		external.map((id) => [id, { version: 1 }]),
	),
	adopted: {},
	adoptedRevisions: [],
	keyEpochs: {},
	slotRetry: {},
	services: {},
	environment: "staging",
	project: "netra-staging",
	region: "us-central1",
	...changes,
});

const standIn = new StandIn({ project: "netra-staging" });
type Call = pulumi.runtime.MockCallArgs;
const asked: Call[] = [];
const declared: string[] = [];
/** What answers in the stand-in's place, if anything does. */
let answer: (call: Call) => Record<string, unknown> | string | undefined;
const warn = jest.spyOn(pulumi.log, "warn");

beforeEach(async () => {
	asked.length = 0;
	declared.length = 0;
	answer = () => undefined;
	warn.mockReset();
	warn.mockResolvedValue(undefined);
	await pulumi.runtime.setMocks({
		newResource: ({ name, inputs }) => {
			declared.push(name);
			return { id: name, state: inputs };
		},
		// biome-ignore lint/suspicious/noExplicitAny: the SDK's type for it
		call: (call): any => {
			asked.push(call);
			const given = answer(call);
			if (typeof given === "string") {
				throw Object.assign(new Error(given), { details: given });
			}
			return (
				given ??
				standIn.provider
					.invoke(call.token, call.inputs)
					.catch((error: Error) => {
						throw Object.assign(error, { details: error.message });
					})
			);
		},
	});
});

const fix = (secretId: string, key: string) =>
	`fix: take a number that gcloud secrets versions list ${secretId} --project netra-staging shows, then pulumi config set --path '${key}' <number> -s staging`;

describe("versions of secrets that the stack does not make", () => {
	it("[R-032] are each looked at before anything is planned, and no value is read", async () => {
		await checkPinnedVersions(platform, config());
		expect(
			asked.map(({ token, inputs }) => [
				token,
				inputs.secret,
				inputs.version,
				inputs.fetchSecretData,
			]),
		).toEqual(
			platform.secrets
				.filter(({ id }) => external.includes(id))
				.map(({ id }) => [
					"gcp:secretmanager/getSecretVersion:getSecretVersion",
					`${id}-staging`,
					"1",
					false,
				]),
		);
		expect(warn).not.toHaveBeenCalled();
	});

	it("[R-032] [R-063] are refused together where they do not exist, each with the command that mends it", async () => {
		answer = ({ inputs }) =>
			inputs.secret === "gemini-api-key-staging"
				? { ...inputs, destroyTime: "2026-11-01T00:00:00Z", enabled: true }
				: undefined;
		const refused = checkPinnedVersions(
			platform,
			config({
				externalSecrets: {
					...config().externalSecrets,
					"openai-api-key": { version: 9 },
				},
				adopted: { "jwt-secret": 4 },
			}),
		);
		await expect(refused).rejects.toThrow(
			new Error(
				[
					"[external-secret] Pulumi.staging.yaml pins what cannot be bound; nothing was changed in staging:",
					"  version 4 of secret jwt-secret-staging does not exist",
					`    ${fix("jwt-secret-staging", 'adopted["jwt-secret"]')}`,
					"  version 9 of secret openai-api-key-staging does not exist",
					`    ${fix("openai-api-key-staging", 'externalSecrets["openai-api-key"].version')}`,
					"  version 1 of secret gemini-api-key-staging was destroyed on 2026-11-01T00:00:00Z",
					`    ${fix("gemini-api-key-staging", 'externalSecrets["gemini-api-key"].version')}`,
				].join("\n"),
			),
		);
	});

	it("[R-032] stop nothing where the right to look is missing: one warning names them", async () => {
		const denied =
			"googleapi: Error 403: Permission 'secretmanager.versions.get' denied for resource, forbidden";
		answer = ({ inputs }) =>
			/^(?:openai|gemini)/.test(inputs.secret) ? denied : undefined;
		await checkPinnedVersions(platform, config());
		expect(warn.mock.calls.map(([text]) => text)).toEqual([
			expect.stringContaining(
				"stop the update only where it is bound: version 1 of secret openai-api-key-staging, version 1 of secret gemini-api-key-staging\n  found: ",
			),
		]);
	});

	it("[R-032] whose value is needed and can't be read stop the program before it declares anything", async () => {
		answer = ({ token }) =>
			token.endsWith(":getSecretVersionAccess")
				? "googleapi: Error 400: Secret Version [projects/1/secrets/clickhouse-password-staging/versions/1] is in DISABLED state., failedPrecondition"
				: undefined;
		const given = stackFile("staging");
		pulumi.runtime.setAllConfig(given);
		const deployed = deployPlatform(platform, {
			stack: "staging",
			config: given,
			secretKeys: [],
			prohibitions: { forbiddenVariables: {}, alternatives: {} },
			release: () =>
				readFileSync(
					new URL("../../releases/staging.json", import.meta.url),
					"utf8",
				),
		});
		await expect(deployed).rejects.toThrow(
			"[external-secret] version 1 of secret clickhouse-password-staging is disabled, so its value can't be read; nothing was changed in staging\n  fix: gcloud secrets versions enable 1 --secret=clickhouse-password-staging --project=netra-staging, or",
		);
		expect(declared).toEqual([]);
	});

	it("[R-032] are not looked for where the configuration holds the values", async () => {
		await checkPinnedVersions(
			platform,
			config({
				externalSecrets: Object.fromEntries(
					external.map((id) => [id, { value: "kept here" }]),
				),
			}),
		);
		expect(asked).toEqual([]);
	});
});
