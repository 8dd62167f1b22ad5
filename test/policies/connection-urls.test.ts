/** How the pack judges the URLs of drivers that the shipped contract does not use. */
import { describe, expect, it } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import { type Platform, parsePlatform } from "../../contract/schema.ts";
import type { StoreSource } from "../../contract/sources.ts";
import { secondKey } from "../../policies/shipped-key.ts";
import { draftOf } from "../../tools/key-draft.ts";
import { overTls, postgresCaFile } from "../fixtures/over-tls.ts";
import { plainStack } from "../fixtures/plain-stack.ts";
import { preview } from "../fixtures/preview.ts";
import type { Value } from "../fixtures/resources.ts";
import { withChecklistsOf } from "./checklists.ts";
import { judgeStack } from "./engine.ts";
import { all, type Change } from "./mutants/operations.ts";
import { setFound, versionOf } from "./mutants/ways/way.ts";

const staging = preview(plainStack("staging"), "settled");

/** What the pack finds in a URL that is bound for a driver, once for each service. */
async function found(
	secret: string,
	source: Partial<StoreSource>,
	url: string,
): Promise<string[]> {
	const copy = structuredClone(platform);
	for (const each of copy.secrets) {
		if (each.id === secret) {
			Object.assign(each.source, source);
		}
	}
	const change = setFound(versionOf(`${secret}-staging`), "secretData", url);
	const changed = parsePlatform(copy);
	const diagnostics = await judgeStack(
		change(withChecklistsOf(changed)(staging)),
		{
			platform: changed,
			secondKey: draftOf(changed, secondKey),
		},
	);
	return [
		...new Set(
			diagnostics
				// The values here are nobody's.
				.filter(({ rule }) => !/^value-(?:provenance|matches)$/.test(rule))
				.map(({ message }) =>
					message.replace(/ service .*: found /, " ").replace(/; fix: .*/, ""),
				),
		),
	];
}

const path = "/cloudsql/netra-staging:us-central1:postgres";
const jdbc = `jdbc:postgresql:///netra?unixSocketPath=${path}&cloudSqlInstance=netra-staging:us-central1:postgres&socketFactory=com.google.cloud.sql.postgres.SocketFactory&user=u&password=p%40`;
const hosted = `postgresql://u:p%40@localhost/netra?host=${path}`;
const noHost =
	"[url-form] a socket without a host before it; needed localhost, and ?host= with the socket";
const noFactory =
	"[url-form] a socket without Google's factory and its instance; needed unixSocketPath=, cloudSqlInstance= and socketFactory=com.google.cloud.sql.postgres.SocketFactory";
const noLogin =
	"[url-form] user info that is missing or not percent-encoded; needed user and password, each percent-encoded";

const authorities = "/etc/netra/redis/ca.pem";
const redis = (word: string, file = authorities) =>
	`rediss://:p@10.64.0.4:6378/0?ssl_cert_reqs=${word}&ssl_ca_certs=${file}&ssl_check_hostname=false`;
const unchecked = (word: string) =>
	`[redis-auth-tls] a URL that turns the check of certificates off; needed ssl_cert_reqs=${word}`;

describe("a Redis URL", () => {
	it("[R-021] is as kombu reads it", async () => {
		expect(
			await found("redis-url", { driver: "kombu" }, redis("CERT_REQUIRED")),
		).toEqual([]);
	});

	it.each([
		["kombu", redis("required"), unchecked("CERT_REQUIRED")],
		["kombu", redis("CERT_NONE"), unchecked("CERT_REQUIRED")],
		["kombu", redis("").split("?")[0], unchecked("CERT_REQUIRED")],
		["redis-py", redis("CERT_REQUIRED"), unchecked("required")],
		[
			"kombu",
			redis("CERT_REQUIRED", "/etc/other.pem"),
			`[redis-auth-tls] a URL without the file of Memorystore's certificates; needed ssl_ca_certs=${authorities}`,
		],
	] as const)(
		"[R-021] is found where it is not as %s reads it: %s",
		async (driver, url, problem) => {
			expect(await found("redis-url", { driver }, url as string)).toContain(
				problem,
			);
		},
	);
});

describe("a PostgreSQL URL over TLS", () => {
	const url = (query: string) =>
		`postgresql://u:p%40@10.64.0.3:5432/netra?${query}`;
	const right = `sslmode=verify-ca&sslrootcert=${postgresCaFile}`;
	/** What the two rules find that look at it; the stack serves it in place of the socket's URL. */
	const judged = async (value: string, change: Change = all()) => {
		const platform = overTls();
		for (const service of Object.values(platform.services)) {
			for (const [name, id] of Object.entries(service.secrets)) {
				if (id === "tls-url") {
					service.secrets[name] = "database-url";
				}
			}
		}
		platform.secrets = platform.secrets.flatMap((each) =>
			each.id === "database-url"
				? []
				: [each.id === "tls-url" ? { ...each, id: "database-url" } : each],
		);
		const backend = platform.services.backend as Platform["services"][string];
		backend.secretFiles[postgresCaFile] = "postgres-ca";
		delete backend.secrets.POSTGRES_HOST;
		platform.secrets = platform.secrets.filter(
			({ id }) => id !== "postgres-host",
		);
		const stack = setFound(
			versionOf("database-url-staging"),
			"secretData",
			value,
		)(change(staging));
		const diagnostics = await judgeStack(stack, {
			platform: parsePlatform(platform),
		});
		return [
			...new Set(
				diagnostics.flatMap(({ message }) =>
					/^\[(?:network-path|socket-without-ssl|url-form|no-loopback)\]/.test(
						message,
					)
						? [
								message
									.replace(/ service .*: found /, " ")
									.replace(/; fix: .*/, ""),
							]
						: [],
				),
			),
		];
	};
	const workloads: Change = (resources) =>
		resources.map((each) => {
			const { vpcAccess: _, ...template } = (each.properties.template ??
				{}) as Record<string, Value>;
			return each.type === "gcp:cloudrunv2/service:Service"
				? { ...each, properties: { ...each.properties, template } }
				: each;
		});

	it("[R-010] passes with verify-ca and the mounted file", async () => {
		expect(await judged(url(right))).toEqual([]);
	});

	it.each([
		[
			url(right.replace("verify-ca", "require")),
			"a host whose certificate is not checked; needed sslmode=verify-ca",
		],
		[
			url("sslmode=verify-ca"),
			`a host without the file of its certificates; needed sslrootcert=${postgresCaFile}`,
		],
		[
			url("sslmode=verify-ca&sslrootcert=/etc/other.pem"),
			`a host without the file of its certificates; needed sslrootcert=${postgresCaFile}`,
		],
		[
			`postgresql://u:p%40@/netra?host=${path}`,
			"a socket; needed what the contract has, via tls",
		],
	])("[R-011] is found as %s", async (value, problem) => {
		expect(await judged(value)).toEqual([`[socket-without-ssl] ${problem}`]);
	});

	it("[R-010] takes the VPC", async () => {
		expect(await judged(url(right), workloads)).toEqual([
			"[network-path] no VPC access; needed private ranges through the VPC",
		]);
	});
});

describe("an address of ClickHouse", () => {
	const endpoint = { from: "clickhouse.endpoint" as const };
	const native = { from: "clickhouse.native" as const };
	const more =
		"[url-form] an address with more than host and port; needed host and port alone";

	it.each([
		[endpoint, "https://netra.clickhouse.cloud:8443"],
		[native, "clickhouse://netra.clickhouse.cloud:9440"],
	] as const)("[R-020] is host and port alone: %j, %s", async (source, url) => {
		expect(await found("clickhouse-url", source, url)).toEqual([]);
	});

	it.each([
		[endpoint, "https://u:p@netra.clickhouse.cloud:8443", more],
		[endpoint, "https://netra.clickhouse.cloud:8443/netra", more],
		[
			endpoint,
			"http://netra.clickhouse.cloud:8443",
			"[url-form] a URL of another scheme; needed https://…",
		],
		[
			endpoint,
			"https://netra.clickhouse.cloud:8123",
			"[url-form] another port than 8443, or none; needed port 8443",
		],
		[native, "clickhouse://u:p@netra.clickhouse.cloud:9440", more],
		[
			native,
			"clickhouse://netra.clickhouse.cloud:9000",
			"[url-form] the native port of plain text, or none; needed the port that speaks TLS, such as 9440",
		],
	] as const)(
		"[R-020] is found with something else: %j, %s",
		async (source, url, problem) => {
			expect(await found("clickhouse-url", source, url)).toContain(problem);
		},
	);
});

describe("a PostgreSQL URL by socket", () => {
	it.each([
		["prisma", hosted],
		["node-postgres-whatwg", hosted],
		["jdbc", jdbc],
	] as const)("[R-010] is as %s reads it", async (driver, url) => {
		expect(await found("database-url", { driver }, url)).toEqual([]);
	});

	it.each([
		["prisma", hosted.replace("localhost", ""), noHost],
		["node-postgres-whatwg", hosted.replace("localhost", ""), noHost],
		[
			"asyncpg",
			hosted,
			"[url-form] a host before the socket, which the driver may take; needed no host but ?host= with the socket",
		],
		["jdbc", jdbc.replace(/&socketFactory=[^&]*/, ""), noFactory],
		["jdbc", jdbc.replace("=netra-staging:us", "=netra-staging:eu"), noFactory],
		["jdbc", jdbc.replace("&user=u", ""), noLogin],
		["jdbc", jdbc.replace("p%40", "p%4"), noLogin],
		[
			"jdbc",
			hosted,
			"[url-form] a URL of another scheme; needed jdbc:postgresql://…",
		],
	] as const)(
		"[R-010] is found where %s does not read it: %s",
		async (driver, url, problem) => {
			expect(await found("database-url", { driver }, url)).toContain(problem);
		},
	);

	it("[R-011] is found where JDBC's has a TLS parameter", async () => {
		expect(
			await found(
				"database-url",
				{ driver: "jdbc" },
				`${jdbc}&sslmode=require`,
			),
		).toEqual([
			"[socket-without-ssl] the parameter sslmode on a socket; needed a socket without TLS parameters",
		]);
	});
});
