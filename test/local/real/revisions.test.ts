/** Revisions as processes: what they are started with, when they are ready, and what becomes of those that fail. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Bench, project, service, until, workload } from "./bench.ts";

let bench: Bench;
beforeEach(() => {
	bench = new Bench();
});
afterEach(() => bench.remove());

/** What Cloud Run says of a container that does not start, before the log's place. */
const notListening =
	"The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable within the allocated timeout. This can happen when the container port is misconfigured or if the timeout is too short.";
const probesFailed =
	"The user-provided container failed the configured startup probe checks.";
const logOf = (name: string) =>
	`Logs for this revision might contain more information: ${join(bench.layout.logs, `${name}.log`)}`;

/** The process that answers next. Between two instances there is none, and the front door answers with a text. */
async function instanceAfter(pid: number): Promise<number> {
	let answering = pid;
	await until("another instance", async () => {
		answering = Number(await bench.ask("/pid"));
		return answering > 0 && answering !== pid;
	});
	return answering;
}

describe("a container", () => {
	it("gets what its resource declares and what Cloud Run and its image give, and nothing else", async () => {
		// The supervisor gets the second one, as every program of a command; containers neither.
		process.env.LEAKED = "yes";
		process.env.NODE_COMPILE_CACHE = join(bench.folder, "compile-cache");
		await bench.serve("one", { environment: { DECLARED: "a=b c\nd" } });
		delete process.env.LEAKED;
		delete process.env.NODE_COMPILE_CACHE;
		const { PORT, HOME, PATH, ...rest } = JSON.parse(
			await bench.ask("/environment"),
		);
		expect(rest).toEqual({
			DECLARED: "a=b c\nd",
			K_SERVICE: service,
			K_REVISION: "one",
			K_CONFIGURATION: service,
			NODE_EXTRA_CA_CERTS: bench.layout.trustStore,
			SSL_CERT_FILE: bench.layout.trustStore,
		});
		expect(Number(PORT)).toBeGreaterThan(1024);
		expect(dirname(HOME)).toBe(bench.layout.containers);
		expect(PATH.split(":")).toEqual([
			dirname(process.execPath),
			...["/usr/local", "/usr", ""].flatMap((root) => [
				`${root}/sbin`,
				`${root}/bin`,
			]),
		]);
	});

	it("finds secret files where they are mounted, for its owner only", async () => {
		const path = join(bench.folder, "mounted/here/ca.pem");
		await bench.serve("one", {
			files: { [path]: "line\n" },
			environment: { PGSSLROOTCERT: "/here/ca.pem", KEY_FILE: "/key.pem" },
		});
		expect(readFileSync(path, "utf8")).toBe("line\n");
		expect(JSON.parse(await bench.ask("/environment"))).toMatchObject({
			PGSSLROOTCERT: path,
			KEY_FILE: "/key.pem",
		});
		expect(statSync(path).mode & 0o777).toBe(0o600);
		await bench.plane.stopService(project, service);
		expect(existsSync(join(bench.folder, "mounted"))).toBe(false);
	});

	it("writes to a log of its own, which never shows what it was given", async () => {
		await bench.serve("one", { environment: { KEY: "hush-hush" } });
		expect(bench.log("one")).toMatch(/^--- \S+ container starts\n$/);
		expect(statSync(join(bench.layout.logs, "one.log")).mode & 0o777).toBe(
			0o600,
		);
		expect(statSync(bench.layout.state).mode & 0o777).toBe(0o600);
		expect(bench.log("supervisor")).not.toContain("hush-hush");
	});
});

describe("a revision", () => {
	it("is ready when its startup probe passes, however late within its budget", async () => {
		await bench.serve("one");
		const late = bench.plane.startRevision(
			workload("two", { environment: { READY_AFTER_MS: "300" } }),
		);
		await until("two starts", async () => "two" in (await bench.states()));
		expect(await bench.states()).toEqual({ one: "ready", two: "starting" });
		expect(await bench.ask("/")).toBe("one");
		expect(await late).toEqual({ ok: true });
		expect(await bench.states()).toEqual({ one: "ready", two: "ready" });
		expect(await bench.ask("/")).toBe("one");
	});

	it("fails when its startup probe never passes, and its predecessor serves on", async () => {
		await bench.serve("one");
		const outcome = await bench.plane.startRevision(
			workload("two", { environment: { READY: "never" } }),
		);
		expect(outcome).toEqual({
			ok: false,
			message: `${probesFailed} The container failed its startup probe 2 times. ${logOf("two")}`,
		});
		expect(await bench.states()).toEqual({ one: "ready", two: "failed" });
		expect(await bench.ask("/")).toBe("one");
		expect(bench.processes().map(({ what }) => what)).toEqual(["one"]);
	});

	it.each([
		[["sh", "-c", "exit 7"], "exited with 7"],
		[["/no/such/program"], "exited with 127"],
	])("fails at once when its container ends: %j", async (commands, what) => {
		const outcome = await bench.plane.startRevision(
			workload("one", { container: { commands } }),
		);
		expect(outcome).toEqual({
			ok: false,
			message: `${notListening} The container ${what}. ${logOf("one")}`,
		});
	});

	it("is remembered by its outcome, for whoever asks after a killed command", async () => {
		const outcomeOf = (name: string) =>
			bench.plane.outcomeOf(project, service, name);
		await bench.serve("one");
		const failing = bench.plane.startRevision(
			workload("two", { environment: { READY: "never" } }),
		);
		await until("two starts", async () => "two" in (await bench.states()));
		expect(await outcomeOf("two")).toEqual({
			ok: false,
			message: expect.stringContaining("failed its startup probe 2 times"),
		});
		await failing;
		expect(await outcomeOf("one")).toEqual({ ok: true });
		expect(await outcomeOf("three")).toEqual({
			ok: false,
			message: "The start of three was interrupted.",
		});
	});

	it("starts again when its liveness probe fails, and when it ends", async () => {
		await bench.serve("one");
		const first = Number(await bench.ask("/pid"));
		await bench.ask("/break");
		const second = await instanceAfter(first);
		process.kill(second, "SIGKILL");
		await instanceAfter(second);
		expect(bench.log("supervisor")).toContain(
			"one: failed its liveness probe 2 times in a row; it starts again",
		);
		expect(bench.log("supervisor")).toContain(
			"one: was ended by SIGKILL; it starts again",
		);
	});
});

describe("traffic", () => {
	it("meets no moment without an answer while revisions follow each other", async () => {
		await bench.serve("r0");
		const url = await bench.url();
		const answers = new Set<string>();
		let isOver = false;
		const client = (async () => {
			while (!isOver) answers.add(await (await fetch(url)).text());
		})();
		for (const name of ["r1", "r2", "r3"]) await bench.serve(name);
		await until("the last one answers", () => answers.has("r3"));
		isOver = true;
		await client;
		expect([...answers].sort()).toEqual(["r0", "r1", "r2", "r3"]);
	});

	it("goes both ways over an upgraded connection", async () => {
		await bench.serve("one");
		const { port } = new URL(await bench.url());
		const socket = connect(Number(port), "127.0.0.1");
		socket.write(
			"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nping",
		);
		let received = "";
		for await (const chunk of socket) {
			received += chunk;
			if (received.endsWith("ping")) break;
		}
		expect(received).toMatch(/^HTTP\/1\.1 101 .*\r\n\r\nping$/s);
	});

	it("moves to the new revision, and requests on the way to the old one end", async () => {
		await bench.serve("one");
		const url = await bench.url();
		const slow = bench.ask("/slow");
		await bench.serve("two");
		expect(await bench.ask("/")).toBe("two");
		expect(await slow).toBe("one");
		await until("the old one has ended", () =>
			bench.processes().every(({ what }) => what === "two"),
		);
		expect(await bench.url()).toBe(url);
	});

	it("goes back to a revision that has ended, which starts again as it was", async () => {
		await bench.serve("one", { environment: { SECRET_KEY: "first" } });
		await bench.serve("two", { environment: { SECRET_KEY: "second" } });
		await until("the old one has ended", () =>
			bench.processes().every(({ what }) => what === "two"),
		);
		await bench.route({ revision: "one", percent: 100 });
		const { SECRET_KEY } = JSON.parse(await bench.ask("/environment"));
		expect(SECRET_KEY).toBe("first");
	});

	it("is split by the shares", async () => {
		await bench.serve("one");
		await bench.plane.startRevision(workload("two", {}));
		await bench.route(
			{ revision: "one", percent: 50 },
			{ revision: "two", percent: 50 },
		);
		const answers = await Promise.all(
			Array.from({ length: 40 }, () => bench.ask("/")),
		);
		expect(new Set(answers)).toEqual(new Set(["one", "two"]));
	});
});
