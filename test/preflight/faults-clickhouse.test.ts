import { describe, expect, it } from "@jest/globals";
import { createAuthority } from "../../local/servers/certificates.ts";
import { startClickhouse, startHttps } from "../servers/clickhouse.ts";
import { drop, flood, hang, startMisbehaving } from "../servers/misbehaving.ts";
import {
	expectFailure,
	FaultBench,
	networkFix,
	yesterday,
} from "./fault-bench.ts";

const bench = new FaultBench();

describe("faults of ClickHouse", () => {
	const line = (port: number, rest: string) =>
		`FAIL backend in local: clickhouse by CLICKHOUSE_URL (secret clickhouse-url-local) at localhost:${port}, ${rest}`;
	const network = networkFix("ClickHouse");
	const certificateFix =
		"check that the host is ClickHouse's own, with a certificate of a public authority";
	const loginFix =
		"store the user's password with 'gcloud secrets versions add clickhouse-password-local --data-file=-', pin its number with 'pulumi config set --path 'externalSecrets[\"clickhouse-password\"].version' <number> -s local', then run 'tools/pulumi-local up -s local'";
	const tls = (validUntil?: Date) =>
		bench.stores.authority.issue(["localhost"], validUntil);

	it.each([
		["hangs after the handshake", hang, "no answer in time"],
		["hangs up", drop, "the connection was dropped (ECONNRESET)"],
		[
			"does not speak HTTP",
			flood("x"),
			"the server does not speak HTTP (HPE_INVALID_CONSTANT)",
		],
	])("[R-062] tries again while the server %s", async (_, behave, fact) => {
		const server = await startMisbehaving(behave, { tls: tls() });
		bench.cleanUps.push(server.stop);
		expectFailure(
			await bench.checkInVain({ clickhouse: { port: server.port } }),
			line(server.port, `several attempts: ${fact}. Fix: ${network}`),
		);
		expect(server.seen()).toBeGreaterThan(1);
		expect(server.open()).toBe(0);
	});

	it.each([
		[
			"floods its answer",
			200,
			"x",
			"the server sends more than any answer needs",
		],
		[
			"floods an error",
			500,
			"x",
			"the server sends more than any answer needs",
		],
	])(
		"[R-062] tries again while the server %s",
		async (_, status, text, fact) => {
			const server = await startHttps(tls(), (_request, response) => {
				response.writeHead(status);
				flood(text)(response as never);
			});
			bench.cleanUps.push(server.stop);
			expectFailure(
				await bench.checkInVain({ clickhouse: { port: server.port } }),
				line(server.port, `several attempts: ${fact}. Fix: ${network}`),
			);
		},
	);

	it("[R-062] tries again while the server is overloaded", async () => {
		const server = await startHttps(tls(), (_, response) => {
			response.writeHead(503).end("no healthy upstream");
		});
		bench.cleanUps.push(server.stop);
		expectFailure(
			await bench.checkInVain({ clickhouse: { port: server.port } }),
			line(
				server.port,
				`several attempts: answers with HTTP 503. Fix: ${network}`,
			),
		);
	});

	it("[R-004] finds a wrong password at once", async () => {
		expectFailure(
			await bench.check({ clickhouse: { password: "wrong-password" } }),
			line(
				bench.stores.clickhouse.port,
				`1 attempt: the user or the password is wrong (code 516). Fix: ${loginFix}`,
			),
		);
	});

	it("[R-004] finds a missing database at once", async () => {
		expectFailure(
			await bench.check({ clickhouse: { database: "other" } }),
			line(
				bench.stores.clickhouse.port,
				"1 attempt: the database does not exist (code 81). Fix: create database other, or correct it with 'pulumi config set --path 'stores[\"clickhouse\"].database' <name> -s local'",
			),
		);
	});

	it.each([
		[
			"of another authority",
			() => createAuthority("other authority").issue(["localhost"]),
			"its certificate is signed by another authority (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
		],
		[
			"that has expired",
			() => tls(yesterday),
			"its certificate has expired (CERT_HAS_EXPIRED)",
		],
		[
			"for another host",
			() => bench.stores.authority.issue(["click.netrasystems.ai"]),
			"its certificate is for another name (ERR_TLS_CERT_ALTNAME_INVALID)",
		],
	])("finds a certificate %s at once", async (_, certificate, fact) => {
		const server = await startClickhouse(
			certificate(),
			bench.stores.clickhouseLogin,
		);
		bench.cleanUps.push(server.stop);
		expectFailure(
			await bench.check({ clickhouse: { port: server.port } }),
			line(server.port, `1 attempt: ${fact}. Fix: ${certificateFix}`),
		);
	});
});
