/** The REST answers: the APIs' forms, and who gets them. */
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { GcpProvider } from "../../local/gcp/provider.ts";
import { SimulatedPlane } from "../../local/plane/simulated.ts";
import type { Properties } from "../../local/provider/values.ts";
import { answer } from "../../local/rest/answer.ts";
import { restAddress, serveRest } from "../../local/rest/server.ts";
import { PROJECT, REGION, StandIn, temporaryFolder } from "./harness.ts";

const SERVICE = "gcp:cloudrunv2/service:Service";
const JOB = "gcp:cloudrunv2/job:Job";
const SECRET = "gcp:secretmanager/secret:Secret";
const VERSION = "gcp:secretmanager/secretVersion:SecretVersion";
const MEMBER = "gcp:secretmanager/secretIamMember:SecretIamMember";
const ACCOUNT = "gcp:serviceaccount/account:Account";
const EMAIL = "netra-web@demo-1.iam.gserviceaccount.com";
const NUMBER = "755315209189";
const run = `/v2/projects/${PROJECT}/locations/${REGION}`;
const secrets = `/v1/projects/${PROJECT}/secrets`;

/** What a path answers. */
function ask(standIn: StandIn, url: string, method = "GET") {
	const { pathname, searchParams } = new URL(url, "http://stand-in");
	return standIn.cloud((world) =>
		structuredClone(
			answer({ method, path: pathname, query: searchParams }, world),
		),
	);
}

const container = (level: string): Properties => ({
	image: "x",
	ports: { containerPort: 8080 },
	envs: [
		{ name: "LEVEL", value: level },
		{
			name: "KEY",
			valueSource: { secretKeyRef: { secret: "key", version: "1" } },
		},
	],
});
const service = (level: string): Properties => ({
	name: "web",
	location: REGION,
	deletionProtection: false,
	template: {
		revision: `web-${level}`,
		serviceAccount: EMAIL,
		labels: { release: level },
		containers: [container(level)],
	},
});
const job = (token: string): Properties => ({
	name: "check",
	location: REGION,
	deletionProtection: false,
	runExecutionToken: token,
	template: {
		template: { serviceAccount: EMAIL, containers: [{ image: "x" }] },
	},
});

async function withSecret(): Promise<StandIn> {
	const standIn = new StandIn();
	await standIn.create(ACCOUNT, "web", { accountId: "netra-web" });
	await standIn.create(SECRET, "key", {
		secretId: "key",
		replication: { auto: {} },
	});
	await standIn.create(VERSION, "key", {
		secret: `projects/${PROJECT}/secrets/key`,
		secretData: "the-payload",
	});
	await standIn.create(MEMBER, "web", {
		secretId: "key",
		role: "roles/secretmanager.secretAccessor",
		member: `serviceAccount:${EMAIL}`,
	});
	return standIn;
}

describe("Cloud Run's answers", () => {
	it("list a service's revisions, page by page, the newest first", async () => {
		const standIn = await withSecret();
		const first = await standIn.create(SERVICE, "web", service("one"));
		await standIn.update(first, service("two"));
		const path = `${run}/services/web/revisions`;
		const newest = ask(standIn, `${path}?pageSize=1`);
		expect(newest).toMatchObject({
			status: 200,
			body: {
				revisions: [
					{
						name: `projects/${PROJECT}/locations/${REGION}/services/web/revisions/web-two`,
						labels: { release: "two" },
						serviceAccount: EMAIL,
						conditions: [{ type: "Ready", state: "CONDITION_SUCCEEDED" }],
						containers: [
							{
								image: "x",
								ports: [{ containerPort: 8080 }],
								env: [
									{ name: "LEVEL", value: "two" },
									{
										name: "KEY",
										valueSource: {
											secretKeyRef: { secret: "key", version: "1" },
										},
									},
								],
							},
						],
					},
				],
				nextPageToken: "1",
			},
		});
		expect(ask(standIn, `${path}?pageSize=1&pageToken=1`).body).toMatchObject({
			revisions: [{ labels: { release: "one" } }],
		});
		expect(ask(standIn, path).body).not.toHaveProperty("nextPageToken");
		expect(ask(standIn, `${path}/web-one`).body).toMatchObject({
			labels: { release: "one" },
		});
	});

	it("list a revision that somebody made by hand", async () => {
		const standIn = await withSecret();
		await standIn.create(SERVICE, "web", service("one"));
		standIn.cloud(({ resources }) => {
			for (const { properties } of Object.values(resources[SERVICE] ?? {})) {
				const template = properties.template as Properties;
				template.revision = "web-00007-xyz";
				properties.latestCreatedRevision = `projects/${PROJECT}/locations/${REGION}/services/web/revisions/web-00007-xyz`;
				properties.latestReadyRevision = properties.latestCreatedRevision;
			}
		});
		const { body } = ask(standIn, `${run}/services/web/revisions`);
		expect(body).toMatchObject({
			revisions: expect.arrayContaining([
				expect.objectContaining({
					name: expect.stringContaining("/web-00007-xyz"),
					conditions: [{ type: "Ready", state: "CONDITION_SUCCEEDED" }],
				}),
				expect.objectContaining({ name: expect.stringContaining("/web-one") }),
			]),
		});
	});

	it("tell how a job's executions ended", async () => {
		const standIn = await withSecret();
		const first = await standIn.create(JOB, "check", job("one"));
		standIn.script({ id: "fails", on: "execution", message: "no login" });
		await standIn.failingUpdate(first, job("two"));
		const path = `${run}/jobs/check`;
		expect(ask(standIn, path).body).toMatchObject({
			executionCount: 2,
			terminalCondition: { state: "CONDITION_FAILED" },
			latestCreatedExecution: {
				name: `projects/${PROJECT}/locations/${REGION}/jobs/check/executions/check-two`,
				completionStatus: "EXECUTION_FAILED",
			},
		});
		expect(ask(standIn, `${path}/executions/check-two`).body).toMatchObject({
			failedCount: 1,
			conditions: [
				{
					type: "Completed",
					state: "CONDITION_FAILED",
					message: expect.stringContaining("no login"),
				},
			],
		});
		expect(ask(standIn, `${path}/executions`).body).toMatchObject({
			executions: [{ failedCount: 1 }, { succeededCount: 1 }],
		});
	});
});

describe("Secret Manager's answers", () => {
	it("tell a version's state, and never its payload", async () => {
		const standIn = await withSecret();
		const name = `projects/${NUMBER}/secrets/key/versions/1`;
		const change = (action: (version: Properties) => void) =>
			standIn.cloud(({ resources }) =>
				action(resources[VERSION]?.[name]?.properties as Properties),
			);
		expect(ask(standIn, `${secrets}/key/versions/latest`).body).toMatchObject({
			name,
			state: "ENABLED",
		});
		change((version) => {
			version.enabled = false;
		});
		expect(ask(standIn, `${secrets}/key/versions/1`).body).toMatchObject({
			state: "DISABLED",
		});
		standIn.cloud(({ resources }) => {
			Object.assign(resources[VERSION]?.[name]?.hidden ?? {}, {
				destroyed: true,
			});
		});
		expect(ask(standIn, `${secrets}/key/versions`).body).toMatchObject({
			versions: [{ name, state: "DESTROYED" }],
		});
		expect(
			JSON.stringify(ask(standIn, `${secrets}/key/versions/1:access`)),
		).not.toContain("the-payload");
		expect(ask(standIn, `${secrets}/key/versions/1:access`).status).toBe(404);
	});

	it("tell who may read a secret", async () => {
		const standIn = await withSecret();
		expect(ask(standIn, `${secrets}/key:getIamPolicy`).body).toMatchObject({
			bindings: [
				{
					role: "roles/secretmanager.secretAccessor",
					members: [`serviceAccount:${EMAIL}`],
				},
			],
		});
		expect(ask(standIn, `${secrets}/key`).body).toMatchObject({
			name: `projects/${NUMBER}/secrets/key`,
		});
	});

	it("have the APIs' form where they refuse", async () => {
		const standIn = await withSecret();
		expect(ask(standIn, `${secrets}/key/versions/2`)).toEqual({
			status: 404,
			body: {
				error: {
					code: 404,
					message: `Secret Version [projects/${NUMBER}/secrets/key/versions/2] not found.`,
					status: "NOT_FOUND",
				},
			},
		});
		for (const url of [
			`${secrets}/other:getIamPolicy`,
			`${run}/services/web/revisions`,
			`${run}/jobs/check`,
			"/v1/anything",
		]) {
			expect(ask(standIn, url).status).toBe(404);
		}
		expect(ask(standIn, "/v1/projects/another/secrets/key").status).toBe(403);
		expect(ask(standIn, `${secrets}/key`, "DELETE").status).toBe(404);
	});
});

describe("the data source of a version", () => {
	const token = "gcp:secretmanager/getSecretVersion:getSecretVersion";

	it("says enabled whatever is so; only the time of its destruction is true, and the payload's error", async () => {
		const standIn = await withSecret();
		const version = await standIn.import(
			VERSION,
			`projects/${NUMBER}/secrets/key/versions/1`,
		);
		standIn.cloud(({ resources }) => {
			const [entry] = Object.values(resources[VERSION] ?? {});
			Object.assign(entry?.properties ?? {}, { enabled: false });
		});
		const look = (fetchSecretData: boolean) =>
			standIn.provider.invoke(token, { secret: "key", fetchSecretData });
		expect(await look(false)).toMatchObject({ enabled: true, destroyTime: "" });
		await expect(look(true)).rejects.toThrow(
			`googleapi: Error 400: Secret Version [projects/${NUMBER}/secrets/key/versions/1] is in DISABLED state.`,
		);
		await standIn.delete(version as NonNullable<typeof version>);
		expect(await look(false)).toMatchObject({
			enabled: true,
			destroyTime: expect.stringMatching(/^\d{4}-/),
			secretData: "",
		});
		await expect(look(true)).rejects.toThrow("is in DESTROYED state");
	});
});

describe("the login of a program", () => {
	const token = "gcp:organizations/getClientConfig:getClientConfig";

	it("is the command's own, with the provider's settings", async () => {
		const provider = new GcpProvider({
			directory: temporaryFolder(),
			plane: new SimulatedPlane(),
			accessToken: "of-this-command",
		});
		provider.configure({
			project: PROJECT,
			region: REGION,
			defaultLabels: '{"team":"a"}',
		});
		expect(await provider.invoke(token, {})).toEqual({
			id: `projects/"${PROJECT}"/regions/"${REGION}"/zones/""`,
			accessToken: "of-this-command",
			defaultLabels: { team: "a" },
			project: PROJECT,
			region: REGION,
			zone: "",
		});
	});

	it("is there only where the answers are served", async () => {
		await expect(new StandIn().provider.invoke(token, {})).rejects.toThrow(
			"it has no token for them",
		);
		const endpoint = "http://127.0.0.1:20001/v2/";
		const variables = {
			GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT: endpoint,
			GOOGLE_OAUTH_ACCESS_TOKEN: "t",
		};
		expect(restAddress(variables)).toEqual({ port: 20001, token: "t" });
		expect(restAddress({})).toBeUndefined();
		expect(
			restAddress({
				...variables,
				GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT: "https://run.googleapis.com/v2/",
			}),
		).toBeUndefined();
	});
});

describe("the server of the answers", () => {
	const open: { close: () => unknown }[] = [];
	afterEach(() => {
		for (const server of open.splice(0)) server.close();
	});

	async function serve(standIn: StandIn, port = 0, token = "right") {
		const provider = standIn.provider as GcpProvider;
		const server = await serveRest(port, {
			token,
			answer: (request) => provider.answer(request),
		});
		open.push(server);
		return server;
	}
	const get = (port: number, token: string) =>
		fetch(`http://127.0.0.1:${port}${secrets}/key`, {
			headers: { authorization: `Bearer ${token}`, connection: "close" },
		});

	it("answers whoever bears the command's token, and nobody else", async () => {
		const server = await serve(await withSecret());
		const { port, address } = server.address() as AddressInfo;
		expect(address).toBe("127.0.0.1");
		expect((await get(port, "right")).status).toBe(200);
		const refused = await get(port, "wrong");
		expect(refused.status).toBe(401);
		expect(await refused.json()).toMatchObject({
			error: { status: "UNAUTHENTICATED" },
		});
	});

	it("leaves the port to the one that has it, and takes it over from that one", async () => {
		const standIn = await withSecret();
		const first = await serve(standIn);
		const { port } = first.address() as AddressInfo;
		const second = await serve(standIn, port);
		expect(second.listening).toBe(false);
		const taken = new Promise((done) => second.once("listening", done));
		first.close();
		await taken;
		expect((await get(port, "right")).status).toBe(200);
	});

	it("refuses what a script says, with the status in its message", async () => {
		const standIn = await withSecret();
		const { port } = (await serve(standIn)).address() as AddressInfo;
		standIn.script({
			id: "no right",
			on: "request",
			name: "*/secrets/*",
			message: "googleapi: Error 403: Permission denied",
		});
		expect((await get(port, "right")).status).toBe(403);
	});
});
