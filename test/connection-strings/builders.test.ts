import { describe, expect, it } from "@jest/globals";
import {
	clickhouseEndpoint,
	clickhouseNative,
	clickhouseUrl,
	databaseUrl,
	redisUrl,
} from "../../contract/connection-strings.ts";
import type { DatabaseDriver } from "../../contract/stores.ts";

const login = { user: "netra_a", password: "p@ss/w+rd", database: "netra" };
const socket = { socket: "/cloudsql/netra-staging:us-central1:netra" };
const tls = { host: "10.64.0.3", port: 5432, caFile: "/etc/netra/ca.pem" };
const redis = {
	host: "10.64.0.4",
	port: 6378,
	password: "p@ss/w+rd",
	caFile: "/etc/netra/redis/ca.pem",
};
const clickhouse = { ...login, host: "click.netrasystems.ai", port: 8443 };

/** The whole message of the error that something throws. */
function messageOf(build: () => unknown): string {
	try {
		build();
	} catch (error) {
		return `${(error as Error).name}: ${(error as Error).message}`;
	}
	return "nothing was thrown";
}

describe("connection strings", () => {
	it.each<[DatabaseDriver, string, string]>([
		[
			"sqlalchemy-asyncpg",
			"postgresql+asyncpg://netra_a:p%40ss%2Fw%2Brd@/netra?host=/cloudsql/netra-staging:us-central1:netra",
			"postgresql+asyncpg://netra_a:p%40ss%2Fw%2Brd@10.64.0.3:5432/netra?ssl=verify-ca",
		],
		[
			"asyncpg",
			"postgresql://netra_a:p%40ss%2Fw%2Brd@/netra?host=/cloudsql/netra-staging:us-central1:netra",
			"postgresql://netra_a:p%40ss%2Fw%2Brd@10.64.0.3:5432/netra?sslmode=verify-ca&sslrootcert=/etc/netra/ca.pem",
		],
		[
			"libpq",
			"postgresql://netra_a:p%40ss%2Fw%2Brd@/netra?host=/cloudsql/netra-staging:us-central1:netra",
			"postgresql://netra_a:p%40ss%2Fw%2Brd@10.64.0.3:5432/netra?sslmode=verify-ca&sslrootcert=/etc/netra/ca.pem",
		],
		[
			"sqlalchemy-psycopg2",
			"postgresql+psycopg2://netra_a:p%40ss%2Fw%2Brd@/netra?host=/cloudsql/netra-staging:us-central1:netra",
			"postgresql+psycopg2://netra_a:p%40ss%2Fw%2Brd@10.64.0.3:5432/netra?sslmode=verify-ca&sslrootcert=/etc/netra/ca.pem",
		],
		[
			"node-postgres",
			"postgres://netra_a:p%40ss%2Fw%2Brd@/netra?host=/cloudsql/netra-staging:us-central1:netra",
			"postgres://netra_a:p%40ss%2Fw%2Brd@10.64.0.3:5432/netra?uselibpqcompat=true&sslmode=verify-ca&sslrootcert=/etc/netra/ca.pem",
		],
		[
			"node-postgres-whatwg",
			"postgresql://netra_a:p%40ss%2Fw%2Brd@localhost/netra?host=/cloudsql/netra-staging:us-central1:netra",
			"postgresql://netra_a:p%40ss%2Fw%2Brd@10.64.0.3:5432/netra?uselibpqcompat=true&sslmode=verify-ca&sslrootcert=/etc/netra/ca.pem",
		],
		[
			"jdbc",
			"jdbc:postgresql:///netra?unixSocketPath=/cloudsql/netra-staging:us-central1:netra&cloudSqlInstance=netra-staging:us-central1:netra&socketFactory=com.google.cloud.sql.postgres.SocketFactory&user=netra_a&password=p%40ss%2Fw%2Brd",
			"jdbc:postgresql://10.64.0.3:5432/netra?user=netra_a&password=p%40ss%2Fw%2Brd&sslmode=verify-ca&sslrootcert=/etc/netra/ca.pem",
		],
	])("[R-010] writes the form of %s", (driver, bySocket, byTls) => {
		expect(databaseUrl(driver, { ...login, via: socket })).toBe(bySocket);
		expect(databaseUrl(driver, { ...login, via: tls })).toBe(byTls);
	});

	it("[R-010] writes Prisma's form for a socket, and none for a host, whose authorities it cannot check", () => {
		expect(databaseUrl("prisma", { ...login, via: socket })).toBe(
			"postgresql://netra_a:p%40ss%2Fw%2Brd@localhost/netra?host=/cloudsql/netra-staging:us-central1:netra",
		);
		expect(messageOf(() => databaseUrl("prisma", { ...login, via: tls }))).toBe(
			"ConnectionStringError: connection string for prisma: it checks a host's name, or nothing at all; give it a socket",
		);
	});

	it("writes Redis' URL with the authorities only for the driver that reads them there", () => {
		expect(redisUrl("redis-py", redis)).toBe(
			"rediss://:p%40ss%2Fw%2Brd@10.64.0.4:6378/0?ssl_cert_reqs=required&ssl_ca_certs=/etc/netra/redis/ca.pem&ssl_check_hostname=false",
		);
		expect(redisUrl("kombu", redis)).toBe(
			"rediss://:p%40ss%2Fw%2Brd@10.64.0.4:6378/0?ssl_cert_reqs=CERT_REQUIRED&ssl_ca_certs=/etc/netra/redis/ca.pem&ssl_check_hostname=false",
		);
		expect(redisUrl("ioredis", redis)).toBe(
			"rediss://:p%40ss%2Fw%2Brd@10.64.0.4:6378/0",
		);
		expect(redisUrl("node-redis", redis)).toBe(redisUrl("ioredis", redis));
	});

	it("[R-020] writes ClickHouse's addresses without a login", () => {
		const address = { host: "fd20::3", port: 8443, nativePort: 9440 };
		expect(clickhouseEndpoint(address)).toBe("https://[fd20::3]:8443");
		expect(clickhouseNative(address)).toBe("clickhouse://[fd20::3]:9440");
	});

	it("always writes ClickHouse's port", () => {
		expect(clickhouseUrl(clickhouse)).toBe(
			"https://netra_a:p%40ss%2Fw%2Brd@click.netrasystems.ai:8443/netra",
		);
	});

	it("puts an IPv6 address in brackets", () => {
		expect(redisUrl("ioredis", { ...redis, host: "fd20::3" })).toBe(
			"rediss://:p%40ss%2Fw%2Brd@[fd20::3]:6378/0",
		);
	});

	it("[R-011] refuses a socket with TLS parameters, in types and when it runs", () => {
		expect(
			messageOf(() =>
				databaseUrl("libpq", {
					...login,
					// @ts-expect-error a socket has no TLS
					via: { ...socket, caFile: "/etc/netra/ca.pem" },
				}),
			),
		).toBe(
			"ConnectionStringError: connection string for libpq: a socket comes with caFile; give either { socket } or { host, port, caFile }",
		);
	});

	it.each<[string, () => unknown, string]>([
		[
			"an empty password",
			() => databaseUrl("libpq", { ...login, password: "", via: socket }),
			"libpq: the password is empty; give it a value",
		],
		[
			"a control character, without repeating the value",
			() =>
				databaseUrl("libpq", { ...login, password: "top\u0000", via: socket }),
			"libpq: the password holds a character that cannot be printed; use printable characters only",
		],
		[
			"half of a character",
			() => redisUrl("ioredis", { ...redis, password: "top\ud800" }),
			"ioredis: the password holds a character that cannot be printed; use printable characters only",
		],
		[
			"a host that is a URL, without repeating it",
			() => clickhouseUrl({ ...clickhouse, host: "https://u:secret@click" }),
			"clickhouse: the host is neither a name nor an IP address; give the host alone, without scheme, port or login",
		],
		[
			"a port that is none",
			() => clickhouseUrl({ ...clickhouse, port: 0 }),
			"clickhouse: 0 is no port; give a number from 1 to 65535",
		],
		[
			"a socket that drivers would split into hosts",
			() => databaseUrl("asyncpg", { ...login, via: { socket: "/a,/b" } }),
			"asyncpg: '/a,/b' is no folder of a socket; give an absolute path without commas, such as /cloudsql/PROJECT:REGION:INSTANCE",
		],
		[
			"a socket that is too long for the system",
			() =>
				databaseUrl("asyncpg", {
					...login,
					via: { socket: `/${"a".repeat(100)}` },
				}),
			`asyncpg: the socket in '/${"a".repeat(100)}' has a path of 115 bytes, the system takes 107; shorten the socket root`,
		],
		[
			"a database name that node-postgres cannot read",
			() =>
				databaseUrl("node-postgres", {
					...login,
					database: "what?",
					via: socket,
				}),
			"node-postgres: its parser cannot read the database name 'what?' from a URL; choose a name of letters, digits, '_' and '-'",
		],
		[
			"a database name that Prisma would not decode",
			() => databaseUrl("prisma", { ...login, database: "what?", via: socket }),
			"prisma: its engines take the database name 'what?' from a URL without decoding it; choose a name of letters, digits, '_' and '-'",
		],
		[
			"a socket that does not say which instance it is of, for JDBC",
			() => databaseUrl("jdbc", { ...login, via: { socket: "/tmp/pg" } }),
			"jdbc: '/tmp/pg' does not end in the instance's connection name; give a path such as /cloudsql/PROJECT:REGION:INSTANCE",
		],
		[
			"a database name that ClickHouse's clients would not decode",
			() => clickhouseUrl({ ...clickhouse, database: "what?" }),
			"clickhouse: clients take the database name 'what?' from a URL without decoding it; choose a name of letters, digits, '_' and '-'",
		],
	])("refuses %s", (_, build, message) => {
		expect(messageOf(build)).toBe(
			`ConnectionStringError: connection string for ${message}`,
		);
	});
});
