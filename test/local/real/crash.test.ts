/** What becomes of servers and services when their supervisor is killed, and when the last of them is stopped. */

import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Client } from "pg";
import { CloudStore } from "../../../local/cloud/store.ts";
import { put } from "../../../local/cloud/world.ts";
import { isRunning } from "../../../local/plane/real/process-identity.ts";
import type { Properties } from "../../../local/provider/values.ts";
import { freePort } from "../../../local/servers/child-process.ts";
import {
	BUCKET,
	BUCKET_MEMBER,
	HMAC_KEY,
	SERVICE,
} from "../../../local/types/tokens.ts";
import { LATEST } from "../../../local/types/traffic.ts";
import { Bench, project, service, until, workload } from "./bench.ts";

let bench: Bench;
beforeEach(() => {
	bench = new Bench();
});
afterEach(() => bench.remove());

const instance = { name: "db" };
const connectionName = `${project}:us-central1:db`;

/** A service that mounts the instance's socket below the bench's folder. */
const mounting = (root: string) => ({
	container: { volumeMounts: [{ name: "cloudsql", mountPath: root }] },
	template: {
		volumes: [
			{ name: "cloudsql", cloudSqlInstance: { instances: [connectionName] } },
		],
	},
});

/** Logs in as a service would. Returns what the query gives. */
async function query(
	login: { user: string; password: string },
	statement: string,
) {
	const client = new Client({
		...login,
		host: join(bench.folder, "cloudsql", connectionName),
		port: 5432,
		database: "app",
	});
	await client.connect();
	try {
		return (await client.query(statement)).rows;
	} finally {
		await client.end();
	}
}

describe("the data plane", () => {
	it("ends what a killed supervisor left, and starts again what ran, with its data", async () => {
		const { plane } = bench;
		await plane.startSqlInstance(project, instance);
		await plane.createDatabase(project, "db", "app");
		const login = { user: "app_a", password: "p'a\"ss" };
		await plane.setUser(project, "db", login.user, login.password);
		await bench.serve("one", mounting(join(bench.folder, "cloudsql")));
		await query(login, "CREATE TABLE kept AS SELECT 7 AS n");
		const url = await bench.url();
		const before = bench.processes();
		expect(before.map(({ what }) => what).sort()).toEqual([
			`PostgreSQL ${project}/db`,
			"one",
		]);

		await bench.crash();
		expect(before.every(isRunning)).toBe(true);
		await plane.resume();

		expect(before.some(isRunning)).toBe(false);
		await until("the service answers", async () => {
			const answer = await fetch(url).catch(() => undefined);
			return (await answer?.text()) === "one";
		});
		expect(await query(login, "SELECT n FROM kept")).toEqual([{ n: 7 }]);
		expect(
			await query(
				login,
				"SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user",
			),
		).toEqual([{ rolsuper: false, rolcreaterole: true, rolcreatedb: true }]);
	});

	it("moves traffic to where the cloud says it is, if a killed command did not", async () => {
		await bench.serve("one");
		await bench.plane.startRevision(workload("two", {}));
		new CloudStore(bench.folder, project, () => {}).update((world) =>
			put(world, SERVICE, "services/auth", {
				properties: {
					name: service,
					latestReadyRevision: "services/auth/revisions/two",
					trafficStatuses: [{ type: LATEST, revision: "", percent: 100 }],
				},
				hidden: {},
			}),
		);
		await bench.plane.resume();
		expect(await bench.ask("/")).toBe("two");
	});

	it("changes a password in the running server", async () => {
		const { plane } = bench;
		await plane.startSqlInstance(project, instance);
		await plane.createDatabase(project, "db", "app");
		await plane.setUser(project, "db", "app_a", "before");
		await bench.serve("one", mounting(join(bench.folder, "cloudsql")));
		await plane.setUser(project, "db", "app_a", "after");
		await expect(
			query({ user: "app_a", password: "before" }, "SELECT 1"),
		).rejects.toMatchObject({ code: "28P01" });
		expect(
			await query({ user: "app_a", password: "after" }, "SELECT 1 AS n"),
		).toEqual([{ n: 1 }]);
	});

	it("keeps a server as it was when a change of it can't work", async () => {
		const { plane } = bench;
		await plane.startSqlInstance(project, instance);
		await plane.createDatabase(project, "db", "app");
		await plane.setUser(project, "db", "app_a", "pass");
		await bench.serve("one", mounting(join(bench.folder, "cloudsql")));
		const broken = {
			...instance,
			settings: { databaseFlags: [{ name: "max_connections", value: "0" }] },
		};
		await expect(plane.startSqlInstance(project, broken)).rejects.toThrow();
		expect(
			await query({ user: "app_a", password: "pass" }, "SELECT 1 AS n"),
		).toEqual([{ n: 1 }]);
	});

	it("leaves no process, no socket and no mount when the last thing is stopped", async () => {
		const { plane } = bench;
		await plane.startSqlInstance(project, instance);
		await plane.startRedis(project, redis, undefined);
		await bench.serve("one", mounting(join(bench.folder, "cloudsql")));
		const all = [...bench.processes(), bench.supervisor].filter(
			(each) => each !== undefined,
		);
		expect(all).toHaveLength(4);
		await plane.stopService(project, service);
		await plane.stopSqlInstance(project, "db");
		await plane.stopRedis(project, "cache");
		expect(all.filter(isRunning)).toEqual([]);
		expect(bench.left()).toEqual(["logs"]);
	});

	it("ends with everything when its folder is removed", async () => {
		await bench.plane.startSqlInstance(project, instance);
		await bench.serve("one", mounting(join(bench.folder, "cloudsql")));
		const all = [...bench.processes(), bench.supervisor].filter(
			(each) => each !== undefined,
		);
		expect(all).toHaveLength(3);
		rmSync(bench.layout.folder, { recursive: true });
		await until("all have ended", () => !all.some(isRunning));
		expect(bench.left()).toEqual(["logs"]);
	});

	it("takes a process for its own only if it is the one that it started", async () => {
		await bench.serve("one");
		await bench.crash();
		const [left] = bench.processes();
		const listed = JSON.parse(readFileSync(bench.layout.processes, "utf8"));
		expect(listed).toMatchObject([{ pid: left?.pid }]);
		expect(
			isRunning({ pid: process.pid, startedAt: listed[0].startedAt }),
		).toBe(false);
	});
});

const redis = {
	name: "cache",
	authEnabled: true,
	transitEncryptionMode: "SERVER_AUTHENTICATION",
};

describe("an error names what to change", () => {
	it("when another program has ClickHouse's port", async () => {
		const other = createServer();
		const port = await new Promise<number>((resolve) =>
			other.listen(0, "127.0.0.1", () =>
				resolve((other.address() as { port: number }).port),
			),
		);
		const CLICKHOUSE_URL = `https://netra:4b1c8e92d7f04b1c8e92d7f0@localhost:${port}/netra`;
		try {
			await expect(
				bench.plane.startRevision({
					...workload("one", { environment: { CLICKHOUSE_URL } }),
					owner: "netra-backend-local",
				}),
			).rejects.toThrow(
				`the stand-in for ClickHouse cannot listen on port ${port} (EADDRINUSE): choose a free one with 'tools/pulumi-local config set --path stores.clickhouse.port <port> -s local', then run the command again`,
			);
		} finally {
			other.close();
		}
	});

	it("when another program has the port of PostgreSQL's private address", async () => {
		const { privateAddress } = await bench.plane.startSqlInstance(
			project,
			instance,
		);
		const environment = { DB_HOST: privateAddress };
		const other = createServer();
		await new Promise<void>((resolve) =>
			other.listen(5432, privateAddress, resolve),
		);
		await expect(bench.serve("one", { environment })).rejects.toThrow(
			`this machine cannot listen at ${privateAddress}:5432, the private address of PostgreSQL ${project}/db (EADDRINUSE): end the program that listens on port 5432 of every address, then run the command again`,
		);
		await new Promise((resolve) => other.close(resolve));
		await bench.serve("one", { environment });
	});

	it("when a socket's path is too long", async () => {
		await bench.plane.startSqlInstance(project, instance);
		const root = join(bench.folder, "x".repeat(80));
		const path = join(root, connectionName, ".s.PGSQL.5432");
		await expect(bench.serve("one", mounting(root))).rejects.toThrow(
			`the socket's path ${path} has ${path.length} bytes and may have 107: shorten its root with 'tools/pulumi-local config set socketRoot <folder> -s local'`,
		);
		expect(existsSync(root)).toBe(false);
	});

	it("when another stand-in uses the folder, until that one has ended", async () => {
		const other = new Bench();
		try {
			const folder = join(bench.folder, "shared");
			mkdirSync(folder);
			const files = { [join(folder, "ca.pem")]: "theirs" };
			await other.serve("one", { files });
			await expect(bench.serve("one", { files })).rejects.toThrow(
				`the folder ${folder} is used by another stand-in, that of ${other.folder}: give this stand-in folders of its own with 'tools/pulumi-local config set socketRoot <folder>/cloudsql -s local' and 'tools/pulumi-local config set secretFileRoot <folder> -s local'; or destroy that one`,
			);
			await other.plane.stopService(project, service);
			await bench.serve("one", { files });
		} finally {
			await other.remove();
		}
	});
});

describe("the stand-in for ClickHouse", () => {
	it("is trusted by containers", async () => {
		const port = await freePort();
		const CLICKHOUSE_URL = `https://netra:4b1c8e92d7f04b1c8e92d7f0@localhost:${port}/netra`;
		const script = `fetch("https://localhost:${port}/").then(({ status }) => process.exit(status === 403 ? 0 : 1))`;
		expect(
			await bench.plane.runExecution({
				...workload("one", {
					environment: { CLICKHOUSE_URL },
					container: { commands: ["node", "-e", script] },
					template: { maxRetries: 0 },
				}),
				owner: "netra-preflight-backend-local",
			}),
		).toEqual({ ok: true });
	});
});

describe("the stand-in for Cloud Storage", () => {
	const key = { accessKeyId: "GOOG1EKEY", secretAccessKey: "s".repeat(40) };
	const account = `uploads@${project}.iam.gserviceaccount.com`;
	const signature = new URL(
		"../../../preflight/aws-signature.ts",
		import.meta.url,
	);
	/** Ends well if a request that is signed with the key gets this answer. */
	const asks = (bucket: string, secretAccessKey: string, code: string) =>
		bench.plane.runExecution(
			workload(`${bucket}-${code}`, {
				container: {
					commands: [
						"node",
						"-e",
						`const url = new URL(process.env.STORAGE_EMULATOR_HOST + "/${bucket}");
						import("${signature}")
							.then(({ signatureHeaders }) => signatureHeaders(${JSON.stringify({ ...key, secretAccessKey })}, "auto", "GET", url, new Date()))
							.then((headers) => fetch(url, { headers }))
							.then(async (answer) => process.exit((await answer.text()).includes("${code}") ? 0 : 1));`,
					],
				},
				template: { maxRetries: 0 },
			}),
		);

	it("answers by the keys, buckets and grants of the cloud", async () => {
		new CloudStore(bench.folder, project, () => {}).update((world) => {
			const has = (type: string, id: string, properties: Properties) =>
				put(world, type, id, { properties, hidden: {} });
			has(BUCKET, "uploads", { name: "uploads" });
			has(BUCKET, "others", { name: "others" });
			has(HMAC_KEY, "key", {
				accessId: key.accessKeyId,
				secret: key.secretAccessKey,
				serviceAccountEmail: account,
				state: "ACTIVE",
			});
			has(BUCKET_MEMBER, "grant", {
				bucket: "b/uploads",
				role: "roles/storage.objectUser",
				member: `serviceAccount:${account}`,
			});
		});
		const { secretAccessKey } = key;
		for (const [bucket, secret, code] of [
			["uploads", secretAccessKey, "ListBucketResult"],
			["uploads", "another", "SignatureDoesNotMatch"],
			["others", secretAccessKey, "AccessDenied"],
			["missing", secretAccessKey, "NoSuchBucket"],
		] as const) {
			expect(await asks(bucket, secret, code)).toEqual({ ok: true });
		}
	});
});
