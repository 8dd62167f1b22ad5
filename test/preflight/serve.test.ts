import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { freePort } from "../../local/servers/child-process.ts";
import { listeningAddresses } from "../local/real/listeners.ts";
import { FaultBench } from "./fault-bench.ts";
import { spawnPreflight, type Variables } from "./preflight.ts";

const bench = new FaultBench();

/** Starts the server and waits until it listens. */
async function serve(
	service: string,
	variables: Variables,
	...options: string[]
): Promise<{ url: string; child: ChildProcess; output: () => string }> {
	const port = await freePort();
	const child = spawnPreflight(
		[
			...["serve", service, "local"],
			...["--budget-seconds", "20", "--attempt-seconds", "2"],
			...options,
		],
		{ ...variables, PORT: String(port) },
	);
	bench.cleanUps.push(() => child.kill("SIGKILL"));
	let text = "";
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding("utf8").on("data", (chunk) => {
			text += chunk;
		});
	}
	const url = `http://127.0.0.1:${port}`;
	await until(async () => (await fetch(`${url}/health/live`)).status === 200);
	return { url, child, output: () => text };
}

/** Waits until something holds. A test's own time ends the waiting. */
async function until(holds: () => Promise<boolean>): Promise<void> {
	while (!(await holds().catch(() => false))) {
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

async function get(url: string) {
	const response = await fetch(url);
	return { status: response.status, body: await response.json() };
}

const isReady = async (url: string) =>
	(await get(`${url}/health/ready`)).status === 200;

async function stop(child: ChildProcess): Promise<number | null> {
	child.kill("SIGTERM");
	const [code] = await once(child, "close");
	return code;
}

const dependencies = (state: string) =>
	["postgres", "redis", "clickhouse"].map((name) => ({
		name,
		state: name === "redis" ? state : "passed",
	}));

describe("preflight serve", () => {
	it("[R-060] is ready once everything has passed, and ends when it is told to", async () => {
		const { url, child, output } = await serve("backend", bench.variables({}));
		await until(() => isReady(url));
		expect(await get(`${url}/health/ready`)).toEqual({
			status: 200,
			body: { status: "ready", dependencies: dependencies("passed") },
		});
		expect((await get(`${url}/other`)).status).toBe(404);
		expect(await stop(child)).toBe(0);
		expect(output().split("\n").sort()).toEqual([
			"",
			expect.stringMatching(/^ok {3}backend in local: clickhouse by /),
			expect.stringMatching(/^ok {3}backend in local: postgres by /),
			expect.stringMatching(/^ok {3}backend in local: redis by /),
			expect.stringMatching(
				/^ok {3}backend in local: variables: all 37 are set and well-formed; of /,
			),
		]);
	});

	it("[R-060] is alive and not ready while a dependency is missing", async () => {
		const port = await freePort();
		const { url, child } = await serve(
			"backend",
			bench.variables({ redis: { port } }),
		);
		await until(async () => {
			const { body } = await get(`${url}/health/ready`);
			return body.dependencies[0].state === "passed";
		});
		expect(await get(`${url}/health/ready`)).toMatchObject({
			status: 503,
			body: { status: "not ready" },
		});
		expect((await get(`${url}/health/live`)).status).toBe(200);
		expect(await stop(child)).toBe(0);
	});

	it("is ready again after a dependency was away", async () => {
		const { url, child, output } = await serve("backend", bench.variables({}));
		await until(() => isReady(url));
		await bench.stores.administer(["ALTER ROLE netra_a CONNECTION LIMIT 0"]);
		await until(async () => !(await isReady(url)));
		await bench.stores.administer(["ALTER ROLE netra_a CONNECTION LIMIT -1"]);
		await until(() => isReady(url));
		expect(await stop(child)).toBe(0);
		expect(
			output()
				.split("\n")
				.filter((line) => line.includes(" postgres by "))
				.map((line) => line.slice(0, 4)),
		).toEqual(["ok  ", "FAIL", "ok  "]);
	});

	it("[R-030] does not start while a variable is missing", async () => {
		const variables = bench.variables({});
		delete variables.SECRET_KEY;
		const child = spawnPreflight(["serve", "backend", "local"], variables);
		const [code] = await once(child, "close");
		expect(code).toBe(1);
	});

	const frontend = {
		FORCE_HTTPS: "true",
		NODE_ENV: "production",
		NEXT_PUBLIC_API_URL: "https://api",
		NEXT_PUBLIC_WS_URL: "wss://api",
		NEXT_PUBLIC_AUTH_URL: "https://auth",
		NEXT_PUBLIC_FRONTEND_URL: "https://app",
		NEXT_PUBLIC_ENVIRONMENT: "local",
	};

	it.each<[string, string[], RegExp]>([
		["every address, as Cloud Run needs", [], /^(0{32}|0\.0\.0\.0)$/],
		[
			"one address alone where it is told so",
			["--address=127.0.0.1"],
			/^127\.0\.0\.1$/,
		],
	])("listens on %s", async (_what, options, address) => {
		const { child } = await serve("frontend", frontend, ...options);
		expect(listeningAddresses([child.pid as number])).toEqual([
			expect.stringMatching(address),
		]);
		expect(await stop(child)).toBe(0);
	});

	it("answers the one path of frontend", async () => {
		const { url, child } = await serve("frontend", frontend);
		expect(await get(`${url}/api/health`)).toEqual({
			status: 200,
			body: { status: "ready", dependencies: [] },
		});
		expect(await stop(child)).toBe(0);
	});
});

describe("preflight verify", () => {
	it("[R-061] asks siblings whether they are ready, and check does not", async () => {
		let status = 200;
		const paths: (string | undefined)[] = [];
		const sibling = createServer((request, response) => {
			paths.push(request.url);
			response.writeHead(status).end();
		}).listen(0, "127.0.0.1");
		await once(sibling, "listening");
		bench.cleanUps.push(() => sibling.close());
		const { port } = sibling.address() as AddressInfo;
		const variables = { AUTH_SERVICE_URL: `http://127.0.0.1:${port}` };
		expect((await bench.check({}, variables)).code).toBe(0);
		expect(paths).toEqual([]);
		const run = () => bench.verifyInVain(variables);
		expect((await run()).lines.at(-2)).toBe(
			`ok   backend in local: sibling auth by AUTH_SERVICE_URL at 127.0.0.1:${port}, 1 attempt: answers /health/ready with HTTP 200`,
		);
		status = 503;
		const { code, lines } = await run();
		expect(code).toBe(1);
		expect(lines.at(-2)?.replace(/\d+ attempts/, "several attempts")).toBe(
			`FAIL backend in local: sibling auth by AUTH_SERVICE_URL at 127.0.0.1:${port}, several attempts: answers /health/ready with HTTP 503. Fix: look at the revisions of auth and at the load balancer: gcloud run revisions list --service=netra-auth-local`,
		);
	});
});
