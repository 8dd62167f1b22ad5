/** The reader of the cloud against the stand-in's REST answers, through a socket and without the engine. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { CloudReader } from "../../components/cloud-reader.ts";
import { findDrift, missingNeeds } from "../../components/drift.ts";
import { observeServices } from "../../components/observed-cloud.ts";
import { platform } from "../../contract/platform.ts";
import type { StackConfig } from "../../contract/stack-config.ts";
import type { GcpProvider } from "../../local/gcp/provider.ts";
import type { Properties } from "../../local/provider/values.ts";
import { serveRest } from "../../local/rest/server.ts";
import { StandIn } from "../local/harness.ts";

const project = "netra-staging";
const region = "us-central1";
const token = "token-of-the-command";
const email = `netra-auth@${project}.iam.gserviceaccount.com`;
const name = "netra-auth-staging";
const consequence = "the next instance that starts cannot read it";

const SERVICE = "gcp:cloudrunv2/service:Service";
const SECRET = "gcp:secretmanager/secret:Secret";
const VERSION = "gcp:secretmanager/secretVersion:SecretVersion";
const MEMBER = "gcp:secretmanager/secretIamMember:SecretIamMember";
const ACCOUNT = "gcp:serviceaccount/account:Account";
const JOB = "gcp:cloudrunv2/job:Job";

const config: StackConfig = {
	environment: "staging",
	project,
	region,
	rotationEpoch: 0,
	dataProtection: true,
	socketRoot: "/cloudsql",
	secretFileRoot: "",
	stores: {
		clickhouse: {
			host: "h",
			port: 8443,
			nativePort: 9440,
			user: "u",
			database: "d",
		},
	},
	externalSecrets: { "openai-api-key": { version: 1 } },
	adopted: {},
	adoptedRevisions: [],
	keyEpochs: {},
	slotRetry: {},
	services: {},
};

const variables = {
	GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT: "v2",
	GOOGLE_SECRET_MANAGER_CUSTOM_ENDPOINT: "v1",
};

let standIn: StandIn;
let server: Server;
/** The paths that were asked for. */
let asked: string[];

beforeEach(async () => {
	standIn = new StandIn({ project });
	asked = [];
	const provider = standIn.provider as GcpProvider;
	server = await serveRest(0, {
		token,
		answer: (request) => {
			asked.push(request.path);
			return provider.answer(request);
		},
	});
	const { port } = server.address() as AddressInfo;
	for (const [variable, version] of Object.entries(variables)) {
		process.env[variable] = `http://127.0.0.1:${port}/${version}/`;
	}
	await pulumi.runtime.setMocks(
		{
			newResource: () => ({ id: undefined, state: {} }),
			call: (args) =>
				args.token === "gcp:organizations/getClientConfig:getClientConfig"
					? { accessToken: token }
					: invoke(args.token, args.inputs),
		},
		"netra-platform",
		"staging",
	);
});

afterEach(() => {
	server.close();
	server.closeAllConnections();
	for (const variable of Object.keys(variables)) {
		Reflect.deleteProperty(process.env, variable);
	}
});

/** A data source; its errors as the engine gives them. */
async function invoke(source: string, args: Properties) {
	try {
		const answer = await standIn.provider.invoke(source, args);
		// The SDK knows a list by its class, and a clone has that of the world outside of the test.
		return JSON.parse(JSON.stringify(answer));
	} catch (error) {
		const { message } = error as Error;
		throw Object.assign(new Error(message), { details: message });
	}
}

/** A service that binds a variable of this stack's, one of somebody else's, and a file. */
async function deploy(revision = `${name}-e0-aaaaaaaa-1`): Promise<void> {
	await standIn.create(ACCOUNT, "auth", { accountId: "netra-auth" });
	for (const secretId of [
		"secret-key-staging",
		"openai-api-key-staging",
		"redis-ca-staging",
	]) {
		// The stand-in's project holds what somebody else issues.
		if (secretId !== "openai-api-key-staging") {
			await standIn.create(SECRET, secretId, {
				secretId,
				replication: { auto: {} },
			});
			await standIn.create(VERSION, secretId, {
				secret: `projects/${project}/secrets/${secretId}`,
				secretData: "the-payload",
			});
		}
		for (const member of [email, "netra-backend@other.example"]) {
			await standIn.create(MEMBER, `${secretId}-${member}`, {
				secretId,
				role: "roles/secretmanager.secretAccessor",
				member: `serviceAccount:${member}`,
			});
		}
	}
	const variable = (each: string, secret: string): Properties => ({
		name: each,
		valueSource: { secretKeyRef: { secret, version: "1" } },
	});
	await standIn.create(SERVICE, "auth", {
		name,
		location: region,
		deletionProtection: false,
		template: {
			revision,
			serviceAccount: email,
			containers: [
				{
					image: "x",
					envs: [
						{ name: "LOG_LEVEL", value: "plain-value" },
						variable("SECRET_KEY", "secret-key-staging"),
						variable("OPENAI_API_KEY", "openai-api-key-staging"),
					],
					volumeMounts: [{ name: "ca", mountPath: "/secrets" }],
				},
			],
			volumes: [
				{
					name: "ca",
					secret: {
						secret: "redis-ca-staging",
						items: [{ path: "ca.pem", version: "1" }],
					},
				},
			],
		},
	});
}

/** Changes the version of a secret behind Pulumi's back. */
function change(
	secretId: string,
	action: (entry: { properties: Properties; hidden: Properties }) => void,
): void {
	standIn.cloud(({ resources }) => {
		for (const [id, entry] of Object.entries(resources[VERSION] ?? {})) {
			if (id.includes(`/${secretId}/`)) {
				action(entry as { properties: Properties; hidden: Properties });
			}
		}
	});
}

async function look() {
	const reader = new CloudReader();
	const observed = await observeServices(platform, config, reader);
	return {
		observed,
		lines: await findDrift(platform, config, observed, reader),
	};
}

const mayNotRead = (path: string) => ({
	id: path,
	on: "request" as const,
	name: path,
	message: "googleapi: Error 403: Permission denied on the resource.",
});

describe("drift", () => {
	it("[R-102] is nothing on a first deployment, and nothing while all is as it was", async () => {
		expect((await look()).lines).toEqual([]);
		await deploy();
		expect((await look()).lines).toEqual([]);
	});

	it("[R-102] is seen in versions and grants: disabled, destroyed, gone, another service's grant alone", async () => {
		await deploy();
		change("secret-key-staging", ({ properties }) => {
			properties.enabled = false;
		});
		change("redis-ca-staging", ({ hidden }) => {
			hidden.destroyed = true;
		});
		standIn.cloud(({ resources }) => {
			const grants = resources[MEMBER] ?? {};
			for (const id of Object.keys(grants)) {
				if (id.includes("openai-api-key") && id.includes(email)) {
					delete grants[id];
				}
			}
		});
		expect((await look()).lines).toEqual([
			`[drift] service auth: variable SECRET_KEY: version 1 of secret-key-staging is disabled: ${consequence}; fix: pulumi up --refresh -s staging`,
			`[drift] service auth: file /secrets/ca.pem: version 1 of redis-ca-staging is destroyed: ${consequence}; fix: pulumi up --refresh -s staging`,
			`[drift] service auth: variable OPENAI_API_KEY: openai-api-key-staging is not granted to ${email}: ${consequence}; fix: gcloud secrets add-iam-policy-binding openai-api-key-staging --member=serviceAccount:${email} --role=roles/secretmanager.secretAccessor --project=${project}`,
		]);
	});

	it("[R-102] is seen in what a hand-made revision binds, with what mends that", async () => {
		await deploy(`${name}-00007-xyz`);
		standIn.cloud(({ resources }) => {
			resources[VERSION] = {};
		});
		expect((await look()).lines).toEqual([
			expect.stringMatching(
				/SECRET_KEY: version 1 of secret-key-staging does not exist.*another revision has to serve: pulumi up -s staging$/,
			),
			expect.stringMatching(
				/OPENAI_API_KEY.*pulumi config set --path 'externalSecrets\["openai-api-key"\].version' <number> -s staging/,
			),
			expect.stringMatching(/ca\.pem: version 1 of redis-ca-staging/),
		]);
	});

	it("[R-102] is seen in a job whose last execution failed", async () => {
		const job = "netra-verify-auth-staging";
		await standIn.create(JOB, "auth-verify", {
			name: job,
			location: region,
			deletionProtection: false,
			template: { template: { containers: [{ image: "x" }] } },
		});
		expect((await look()).lines).toEqual([]);
		const id = `projects/${project}/locations/${region}/jobs/${job}`;
		standIn.script({ id: "fails", on: "execution", message: "refused" });
		await standIn.api.execute(id);
		expect((await look()).lines).toEqual([
			expect.stringMatching(
				/^\[drift\] service auth: netra-verify-auth-staging-\w+, the last execution of netra-verify-auth-staging, failed: .*refused; fix: mend what its log names, then gcloud run jobs execute netra-verify-auth-staging /,
			),
		]);
		standIn.script();
		await standIn.api.execute(id);
		expect((await look()).lines).toEqual([]);
	});

	it("[R-102] is looked for with each question asked once, and without a payload", async () => {
		await deploy();
		const { observed } = await look();
		expect(new Set(asked).size).toBe(asked.length);
		expect(asked).toHaveLength(3 + 3 + 3);
		expect(asked.filter((path) => path.includes(":access"))).toEqual([]);
		const kept = JSON.stringify([...observed]);
		expect(kept).not.toContain("plain-value");
		expect(kept).not.toContain("the-payload");
	});

	it("[R-102] and what a pinned revision needs are looked for together, each question asked once", async () => {
		await deploy();
		const pinnedRevision = `${name}-e0-aaaaaaaa-1`;
		const pinned = { ...config, services: { auth: { pinnedRevision } } };
		const reader = new CloudReader();
		const observed = await observeServices(platform, pinned, reader);
		const missing = await missingNeeds(pinned, observed, reader);
		expect(missing.get(pinnedRevision)).toEqual([]);
		expect(await findDrift(platform, pinned, observed, reader)).toEqual([]);
		expect(new Set(asked).size).toBe(asked.length);
	});

	it("[R-102] that nobody may look for is a warning for each API, with the role that helps", async () => {
		await deploy();
		change("secret-key-staging", ({ properties }) => {
			properties.enabled = false;
		});
		standIn.script(mayNotRead("/v1/*"));
		const unseen = (title: string, role: string) =>
			`[drift] ${title} in ${project} could not be looked at, so a change by hand stays unseen there: 403 googleapi: Error 403: Permission denied on the resource.; fix: grant ${role} on the project to whoever runs this`;
		expect((await look()).lines).toEqual([
			unseen("Secret Manager", "roles/secretmanager.viewer"),
		]);
		// Without the list of revisions, the service's template tells of the newest.
		standIn.script(mayNotRead("/v2/*"));
		const { observed, lines } = await look();
		expect(observed.get("auth")?.revisions).toBeUndefined();
		expect(lines).toEqual([
			expect.stringContaining("version 1 of secret-key-staging is disabled"),
			unseen("Cloud Run", "roles/run.viewer"),
		]);
	});

	it("[R-102] of a cloud that can't be reached is a warning", async () => {
		await deploy();
		await new Promise((done) => {
			server.close(done);
			server.closeAllConnections();
		});
		expect((await look()).lines).toEqual([
			expect.stringMatching(
				/^\[drift\] Cloud Run in netra-staging could not be looked at, .*ECONNREFUSED.*; fix: make sure that this machine reaches run\.googleapis\.com, and is logged in$/,
			),
			expect.stringContaining("[drift] Secret Manager in netra-staging"),
		]);
	});

	it("[R-102] is not looked for where the login would cross a network in plain text", async () => {
		process.env.GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT = "http://example.org/v2/";
		expect((await look()).lines).toEqual([
			expect.stringContaining(
				"GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT is no https address",
			),
		]);
	});

	it("[R-102] is looked for at the address in the provider's configuration first", async () => {
		await deploy();
		const { port } = server.address() as AddressInfo;
		process.env.GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT = "https://localhost:1/";
		pulumi.runtime.setAllConfig({
			"gcp:cloudRunV2CustomEndpoint": `http://127.0.0.1:${port}/v2`,
		});
		const { observed, lines } = await look();
		pulumi.runtime.setAllConfig({});
		expect(lines).toEqual([]);
		expect(observed.get("auth")?.revisions).toMatchObject([
			{ name: `${name}-e0-aaaaaaaa-1`, ready: true },
		]);
	});

	it("[R-102] is looked for again after an answer that passes", async () => {
		await deploy();
		standIn.script({
			id: "busy",
			on: "request",
			name: "*/revisions",
			message: "googleapi: Error 503: The service is currently unavailable.",
			times: 1,
		});
		const { observed, lines } = await look();
		expect(lines).toEqual([]);
		expect(observed.get("auth")?.revisions).toHaveLength(1);
	});

	it("[R-102] shows every revision, page after page", async () => {
		await deploy();
		standIn.cloud(({ resources }) => {
			const [entry] = Object.values(resources[SERVICE] ?? {});
			const revisions = entry?.hidden.revisions as Record<string, object>;
			const [only] = Object.values(revisions);
			for (let each = 0; each < 250; each++) {
				revisions[`${name}-${each}`] = { ...only, createTime: "2020-01-01" };
			}
		});
		expect((await look()).observed.get("auth")?.revisions).toHaveLength(251);
	});
});
