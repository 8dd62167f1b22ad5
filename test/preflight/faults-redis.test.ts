import { describe, expect, it } from "@jest/globals";
import { createAuthority } from "../../local/servers/certificates.ts";
import { startRedis } from "../../local/servers/redis.ts";
import { awkwardPassword } from "../servers/data-stores.ts";
import { temporaryFolder } from "../servers/folder.ts";
import {
	drop,
	flood,
	hang,
	type MisbehavingServer,
	startMisbehaving,
} from "../servers/misbehaving.ts";
import {
	expectFailure,
	FaultBench,
	networkFix,
	up,
	yesterday,
} from "./fault-bench.ts";

const bench = new FaultBench();
const redisNetworkFix = networkFix("the Memorystore instance");

describe("faults of Redis", () => {
	const line = (host: string, rest: string) =>
		`FAIL backend in local: redis by REDIS_URL (secret redis-url-local) at ${host}, ${rest}`;
	const certificateFix = `${up}, which takes address and authorities from the instance that REDIS_URL belongs to`;
	const authFix = `${up}, which takes the AUTH string from the instance; AUTH must be on`;

	/** A TLS server that behaves as given. */
	async function serverThat(
		behave: Parameters<typeof startMisbehaving>[0],
		tls = bench.stores.authority.issue(["redis"]),
	): Promise<MisbehavingServer> {
		const server = await startMisbehaving(behave, { tls });
		bench.cleanUps.push(server.stop);
		return server;
	}

	it("[R-062] tries again while the server refuses connections", async () => {
		const server = await startMisbehaving(hang);
		await server.stop();
		expectFailure(
			await bench.checkInVain({ redis: { port: server.port } }),
			line(
				`127.0.0.1:${server.port}`,
				`several attempts: the server refuses connections (ECONNREFUSED). Fix: ${redisNetworkFix}`,
			),
		);
	});

	it("[R-062] tries again while the name does not resolve", async () => {
		const report = await bench.checkInVain({
			redis: { host: "redis.invalid" },
		});
		// Which of the two codes it is depends on whether the machine has a name server.
		const lines = report.lines.map((each) =>
			each.replace("EAI_AGAIN", "ENOTFOUND"),
		);
		expectFailure(
			{ ...report, lines },
			line(
				`redis.invalid:${bench.stores.redis.port}`,
				`several attempts: the name does not resolve (ENOTFOUND). Fix: ${redisNetworkFix}`,
			),
		);
	});

	it.each([
		["hangs after the handshake", hang, "no answer in time"],
		["hangs up during the login", drop, "the connection was dropped"],
		[
			"sends something else than Redis' protocol",
			flood("x"),
			"the server does not speak Redis' protocol",
		],
		[
			"floods the connection",
			flood("+"),
			"the server sends more than any answer needs",
		],
	])("[R-062] tries again while the server %s", async (_, behave, fact) => {
		const server = await serverThat(behave);
		expectFailure(
			await bench.checkInVain({ redis: { port: server.port } }),
			line(
				`127.0.0.1:${server.port}`,
				`several attempts: ${fact}. Fix: ${redisNetworkFix}`,
			),
		);
		expect(server.seen()).toBeGreaterThan(1);
		expect(server.open()).toBe(0);
	});

	it("[R-004] finds a wrong password at once", async () => {
		expectFailure(
			await bench.check({ redis: { password: "wrong-password" } }),
			line(
				`127.0.0.1:${bench.stores.redis.port}`,
				`1 attempt: the password is wrong (WRONGPASS). Fix: ${authFix}`,
			),
		);
	});

	it("[R-021] finds a server without AUTH at once", async () => {
		const folder = temporaryFolder("netra");
		const redis = await startRedis(folder.path, {
			tls: bench.stores.authority.issue(["redis"]),
		});
		bench.cleanUps.push(folder.remove, redis.stop);
		expectFailure(
			await bench.check({ redis: { port: redis.port } }),
			line(
				`127.0.0.1:${redis.port}`,
				`1 attempt: the server has no AUTH: everybody may use it. Fix: ${authFix}`,
			),
		);
	});

	it("[R-021] finds a Redis without TLS, which takes its start for an unfinished command", async () => {
		const folder = temporaryFolder("netra");
		const redis = await startRedis(folder.path, { password: awkwardPassword });
		bench.cleanUps.push(folder.remove, redis.stop);
		expectFailure(
			await bench.checkInVain({ redis: { port: redis.port } }),
			line(
				`127.0.0.1:${redis.port}`,
				`several attempts: no answer in time to the start of TLS, so it may not speak TLS. Fix: ${certificateFix}`,
			),
		);
	});

	it("[R-021] finds a server that answers in plain text at once", async () => {
		const server = await startMisbehaving((socket) => {
			socket.once("data", () => socket.write("-ERR Protocol error\r\n"));
		});
		bench.cleanUps.push(server.stop);
		expectFailure(
			await bench.check({ redis: { port: server.port } }),
			line(
				`127.0.0.1:${server.port}`,
				`1 attempt: the server does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER). Fix: ${certificateFix}`,
			),
		);
		expect(server.open()).toBe(0);
	});

	it.each([
		[
			"of another authority",
			() => createAuthority("other authority").issue(["redis"]),
			"its certificate is signed by another authority (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
		],
		[
			"that has expired",
			() => bench.stores.authority.issue(["redis"], yesterday),
			"its certificate has expired (CERT_HAS_EXPIRED)",
		],
	])("finds a certificate %s at once", async (_, certificate, fact) => {
		const server = await serverThat(hang, certificate());
		expectFailure(
			await bench.check({ redis: { port: server.port } }),
			line(
				`127.0.0.1:${server.port}`,
				`1 attempt: ${fact}. Fix: ${certificateFix}`,
			),
		);
		expect(server.open()).toBe(0);
	});
});
