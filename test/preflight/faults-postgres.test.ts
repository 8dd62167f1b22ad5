import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { createAuthority } from "../../local/servers/certificates.ts";
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
const postgresNetworkFix = networkFix("the Cloud SQL instance");
const loginFix =
	"if revisions serve with netra_a, rotate to the other login with 'pulumi config set rotationEpoch <n + 1> -s local'; if none does, make its password anew with 'pulumi config set --path 'slotRetry[\"<n>\"]' <one more> -s local'; then run 'tools/pulumi-local up -s local'";

describe("faults of PostgreSQL", () => {
	const line = (host: string, rest: string) =>
		`FAIL backend in local: postgres by DATABASE_URL (secret database-url-local) at ${host}, ${rest}`;

	/** A folder with a socket that behaves as given. */
	async function socketThat(
		behave: Parameters<typeof startMisbehaving>[0],
	): Promise<{ socket: string; server: MisbehavingServer }> {
		const folder = temporaryFolder("netra");
		bench.cleanUps.push(folder.remove);
		const socket = join(folder.path, "p:r:i");
		mkdirSync(socket);
		const server = await startMisbehaving(behave, {
			path: join(socket, ".s.PGSQL.5432"),
		});
		bench.cleanUps.push(server.stop);
		return { socket, server };
	}

	it("[R-062] tries again while there is no socket", async () => {
		const socket = join(bench.stores.folder, "absent");
		expectFailure(
			await bench.checkInVain({ postgres: { via: { socket } } }),
			line(
				socket,
				`several attempts: there is no socket (ENOENT). Fix: ${postgresNetworkFix}`,
			),
		);
	});

	it("[R-062] tries again while the server refuses connections", async () => {
		const server = await startMisbehaving(hang);
		await server.stop();
		expectFailure(
			await bench.checkInVain(
				{
					postgres: {
						via: {
							host: "127.0.0.1",
							port: server.port,
							caFile: bench.stores.caFile,
						},
					},
				},
				{ PGSSLROOTCERT: bench.stores.caFile },
			),
			line(
				`127.0.0.1:${server.port}`,
				`several attempts: the server refuses connections (ECONNREFUSED). Fix: ${postgresNetworkFix}`,
			),
		);
	});

	it.each([
		["hangs after it has accepted", hang, "no answer in time"],
		["hangs up during the login", drop, "the connection was dropped"],
		[
			"sends something else than PostgreSQL's protocol",
			flood("\u0000\u0000\u0000\u0000\u0004"),
			"the server does not speak PostgreSQL's protocol",
		],
		[
			"floods the connection",
			// The first message claims to be so long that it never ends.
			flood("\u007f"),
			"the server sends more than any answer needs",
		],
	])("[R-062] tries again while the server %s", async (_, behave, fact) => {
		const { socket, server } = await socketThat(behave);
		const report = await bench.checkInVain({ postgres: { via: { socket } } });
		expectFailure(
			report,
			line(socket, `several attempts: ${fact}. Fix: ${postgresNetworkFix}`),
		);
		expect(server.seen()).toBeGreaterThan(1);
		expect(server.open()).toBe(0);
	});

	it("[R-004] finds a wrong password at once", async () => {
		expectFailure(
			await bench.check({ postgres: { password: "wrong-password" } }),
			line(
				bench.stores.socket,
				`1 attempt: the password is wrong, or the login has expired (28P01). Fix: ${loginFix}`,
			),
		);
	});

	it("[R-004] finds an expired login at once", async () => {
		await bench.stores.administer([
			`ALTER ROLE netra_a VALID UNTIL '${yesterday.toISOString()}'`,
		]);
		bench.cleanUps.push(async () => {
			await bench.stores.administer([
				"ALTER ROLE netra_a VALID UNTIL 'infinity'",
			]);
		});
		expectFailure(
			await bench.check({}),
			line(
				bench.stores.socket,
				`1 attempt: the password is wrong, or the login has expired (28P01). Fix: ${loginFix}`,
			),
		);
	});

	it("[R-004] finds a missing database at once", async () => {
		expectFailure(
			await bench.check({ postgres: { database: "other" } }),
			line(
				bench.stores.socket,
				`1 attempt: the database does not exist (3D000). Fix: ${up}, which creates database other`,
			),
		);
	});

	it("[R-004] finds a login that is none of the slots'", async () => {
		expectFailure(
			await bench.check({ postgres: { user: "postgres" } }),
			line(
				bench.stores.socket,
				`1 attempt: logs in as postgres; expected netra_a or netra_b. Fix: ${loginFix.replace("netra_a", "postgres")}`,
			),
		);
	});

	it("[R-062] tries again while no connection is left", async () => {
		await bench.stores.administer(["ALTER ROLE netra_a CONNECTION LIMIT 0"]);
		bench.cleanUps.push(async () => {
			await bench.stores.administer(["ALTER ROLE netra_a CONNECTION LIMIT -1"]);
		});
		expectFailure(
			await bench.checkInVain({}),
			line(
				bench.stores.socket,
				`several attempts: the server has no connection left (53300). Fix: lower 'poolPerInstance' or 'maxInstances', or raise 'maxConnections' in contract/platform.ts, then ${up}`,
			),
		);
	});

	const certificateFix = `${up}, which takes address and authorities from the instance that DATABASE_URL belongs to`;

	it("finds a certificate of another authority at once", async () => {
		const caFile = join(bench.stores.folder, "other-ca.pem");
		writeFileSync(caFile, createAuthority("other authority").certificate);
		const { port } = bench.stores.postgres;
		expectFailure(
			await bench.check(
				{ postgres: { via: { host: "127.0.0.1", port, caFile } } },
				{ PGSSLROOTCERT: caFile },
			),
			line(
				`127.0.0.1:${port}`,
				`1 attempt: its certificate is signed by another authority (UNABLE_TO_VERIFY_LEAF_SIGNATURE). Fix: ${certificateFix}`,
			),
		);
	});

	it("finds a server without TLS at once", async () => {
		const server = await startMisbehaving((socket) => {
			socket.once("data", () => socket.write("N"));
		});
		bench.cleanUps.push(server.stop);
		const via = {
			host: "127.0.0.1",
			port: server.port,
			caFile: bench.stores.caFile,
		};
		expectFailure(
			await bench.check(
				{ postgres: { via } },
				{ PGSSLROOTCERT: bench.stores.caFile },
			),
			line(
				`127.0.0.1:${server.port}`,
				`1 attempt: the server does not speak TLS. Fix: ${certificateFix}`,
			),
		);
		expect(server.open()).toBe(0);
	});

	it("leaves no session behind", async () => {
		await bench.check({});
		await bench.check({ postgres: { password: "wrong-password" } });
		await bench.stores.untilNoSessionOf("preflight");
	});
});
