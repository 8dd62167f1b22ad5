import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
	clickhouseUrl,
	databaseUrl,
	redisUrl,
} from "../../contract/connection-strings.ts";
import { createAuthority } from "../../local/servers/certificates.ts";
import {
	awkwardPassword,
	type DataStores,
	database,
	startDataStores,
} from "../servers/data-stores.ts";
import {
	loginToClickhouse,
	loginWithIoredis,
	loginWithJdbc,
	loginWithNodePostgres,
	loginWithNodeRedis,
	missingJdbc,
	missingPythonDrivers,
	PythonDrivers,
} from "./drivers.ts";

let stores: DataStores;
let starting: Promise<DataStores>;

beforeAll(async () => {
	starting = startDataStores();
	stores = await starting;
});

// Waits for stores that were still starting when the tests gave up on them.
afterAll(async () => (await starting).stop());

const otherAuthority = createAuthority("other authority");
const wrongPassword = "wrong-password";

function login(kind: "socket" | "tls", password = awkwardPassword) {
	return {
		user: "netra_a",
		password,
		database,
		via:
			kind === "socket"
				? { socket: stores.socket }
				: {
						host: "127.0.0.1",
						port: stores.postgres.port,
						caFile: stores.caFile,
					},
	};
}

function redisLogin(password = awkwardPassword) {
	return {
		host: "127.0.0.1",
		port: stores.redis.port,
		password,
		caFile: stores.caFile,
	};
}

const loggedIn = { result: ["netra_a", database] };
const pong = { result: ["PONG"] };

const missing = missingPythonDrivers();
if (missing !== undefined && process.env.CI !== undefined) {
	throw new Error(missing);
}

/** Where the drivers are missing, the title says how to get them. */
const describePython = missing === undefined ? describe : describe.skip;

describePython(
	`Python drivers against real servers${missing === undefined ? "" : ` (skipped: ${missing})`}`,
	() => {
		let python: PythonDrivers;
		beforeAll(() => {
			python = new PythonDrivers();
		});
		afterAll(() => python.stop());
		const run = async (driver: string, url: string, caFile = stores.caFile) =>
			(await python.run([{ action: "login", driver, url, caFile }]))[0];

		describe.each([
			"sqlalchemy-asyncpg",
			"asyncpg",
			"libpq",
			"sqlalchemy-psycopg2",
		] as const)("%s", (driver) => {
			it.each(["socket", "tls"] as const)(
				"[R-010] logs in by %s",
				async (kind) => {
					expect(await run(driver, databaseUrl(driver, login(kind)))).toEqual(
						loggedIn,
					);
				},
			);

			it.each(["socket", "tls"] as const)(
				"is refused by %s with a wrong password",
				async (kind) => {
					expect(
						await run(driver, databaseUrl(driver, login(kind, wrongPassword))),
					).toEqual({
						error: expect.stringContaining(
							'password authentication failed for user "netra_a"',
						),
					});
				},
			);

			it("refuses a server whose certificate another authority signed", async () => {
				const other = join(stores.folder, "other-ca.pem");
				writeFileSync(other, otherAuthority.certificate);
				const { via, ...rest } = login("tls");
				const url = databaseUrl(driver, {
					...rest,
					via: { ...via, caFile: other } as typeof via,
				});
				expect(await run(driver, url, other)).toEqual({
					error: expect.stringMatching(/certificate verify failed/),
				});
			});
		});

		const byTls = (
			driver:
				| "sqlalchemy-asyncpg"
				| "asyncpg"
				| "libpq"
				| "sqlalchemy-psycopg2",
		) => databaseUrl(driver, login("tls")).split("?")[0];

		it("[R-010] SQLAlchemy with asyncpg fails on libpq's sslmode", async () => {
			expect(
				await run(
					"sqlalchemy-asyncpg",
					`${byTls("sqlalchemy-asyncpg")}?sslmode=verify-ca`,
				),
			).toEqual({
				error:
					"TypeError: connect() got an unexpected keyword argument 'sslmode'",
			});
		});

		it("[R-010] asyncpg alone sends SQLAlchemy's ssl to the server as a setting", async () => {
			expect(await run("asyncpg", `${byTls("asyncpg")}?ssl=verify-ca`)).toEqual(
				{
					error:
						'CantChangeRuntimeParamError: parameter "ssl" cannot be changed now',
				},
			);
		});

		it.each([
			[
				"libpq",
				'ProgrammingError: invalid dsn: invalid URI query parameter: "ssl"\n',
			],
			[
				"sqlalchemy-psycopg2",
				expect.stringContaining('invalid dsn: invalid connection option "ssl"'),
			],
		] as const)("[R-010] %s fails on asyncpg's ssl", async (driver, error) => {
			expect(await run(driver, `${byTls(driver)}?ssl=verify-ca`)).toEqual({
				error,
			});
		});

		it.each([
			[
				"sqlalchemy-asyncpg",
				"sslmode=require",
				"TypeError: connect() got an unexpected keyword argument 'sslmode'",
			],
			[
				"asyncpg",
				"ssl=require",
				'CantChangeRuntimeParamError: parameter "ssl" cannot be changed now',
			],
			[
				"libpq",
				"ssl=require",
				'ProgrammingError: invalid dsn: invalid URI query parameter: "ssl"\n',
			],
		] as const)(
			"[R-011] %s fails on a socket with %s",
			async (driver, parameter, error) => {
				expect(
					await run(
						driver,
						`${databaseUrl(driver, login("socket"))}&${parameter}`,
					),
				).toEqual({ error });
			},
		);

		it("redis-py logs in over TLS, and not with a wrong password", async () => {
			expect(await run("redis-py", redisUrl("redis-py", redisLogin()))).toEqual(
				pong,
			);
			expect(
				await run("redis-py", redisUrl("redis-py", redisLogin(wrongPassword))),
			).toEqual({
				error:
					"ResponseError: WRONGPASS invalid username-password pair or user is disabled.",
			});
		});

		it("[R-021] kombu and Celery log in over TLS, not with a wrong password, and not to a server of another authority", async () => {
			const [version] = await python.run([
				{ action: "parse", driver: "kombu version", url: "" },
			]);
			const [major = 0, minor = 0] = (version?.result ?? []).map(Number);
			// Up to 5.4, "false" was true, and redis-py below 6, which those versions need, checks no names if it is not told.
			const readsIt = major > 5 || (major === 5 && minor >= 5);
			const asRead = (url: string) =>
				readsIt ? url : url.replace("&ssl_check_hostname=false", "");
			const url = redisUrl("kombu", redisLogin());
			expect(await run("kombu", asRead(url))).toEqual(pong);
			expect(
				await run(
					"kombu",
					asRead(redisUrl("kombu", redisLogin(wrongPassword))),
				),
			).toEqual({ error: expect.stringContaining("WRONGPASS") });
			const other = join(stores.folder, "kombu-other-ca.pem");
			writeFileSync(other, otherAuthority.certificate);
			expect(
				await run("kombu", asRead(url.replace(stores.caFile, other))),
			).toEqual({ error: expect.stringMatching(/certificate verify failed/) });
			expect(
				await run("kombu", asRead(url).replace("CERT_REQUIRED", "REQUIRED")),
			).toEqual({ error: expect.stringMatching(/KeyError/) });
		});

		it("[R-021] redis-py fails on kombu's spelling", async () => {
			expect(await run("redis-py", redisUrl("kombu", redisLogin()))).toEqual({
				error: expect.stringContaining(
					"Invalid SSL Certificate Requirements Flag: CERT_REQUIRED",
				),
			});
		});

		it.each([
			[
				"checked host names",
				(url: string) => url.replace("hostname=false", "hostname=true"),
				/IP address mismatch/,
			],
			[
				"no authorities",
				(url: string) => url.split("?")[0] ?? "",
				/unable to get local issuer certificate/,
			],
			[
				"plain text",
				(url: string) => url.replace("rediss", "redis").split("?")[0] ?? "",
				/^ConnectionError/,
			],
		] as const)("[R-021] redis-py fails with %s", async (_, change, error) => {
			expect(
				await run("redis-py", change(redisUrl("redis-py", redisLogin()))),
			).toEqual({ error: expect.stringMatching(error) });
		});
	},
);

const lacksJdbc = missingJdbc();

(lacksJdbc === undefined ? describe : describe.skip)(
	`pgjdbc against real servers${lacksJdbc === undefined ? "" : ` (skipped: ${lacksJdbc})`}`,
	() => {
		it("[R-010] logs in by socket and by TLS, not with a wrong password, and not to a server of another authority", () => {
			const other = join(stores.folder, "jdbc-other-ca.pem");
			writeFileSync(other, otherAuthority.certificate);
			const both = join(stores.folder, "jdbc-both.pem");
			writeFileSync(
				both,
				otherAuthority.certificate + stores.authority.certificate,
			);
			const withAuthorities = (caFile: string) => {
				const { via, ...rest } = login("tls");
				return databaseUrl("jdbc", {
					...rest,
					via: { ...via, caFile } as typeof via,
				});
			};
			expect(
				loginWithJdbc([
					databaseUrl("jdbc", login("socket")),
					databaseUrl("jdbc", login("tls")),
					withAuthorities(both),
					databaseUrl("jdbc", login("socket", wrongPassword)),
					databaseUrl("jdbc", login("tls", wrongPassword)),
					withAuthorities(other),
				]),
			).toEqual([
				`netra_a ${database}`,
				`netra_a ${database}`,
				`netra_a ${database}`,
				expect.stringContaining("password authentication failed"),
				expect.stringContaining("password authentication failed"),
				expect.stringContaining("unable to find valid certification path"),
			]);
		}, 60_000);
	},
);

describe("Node drivers against real servers", () => {
	// Prisma with its adapter for node-postgres is node-postgres.
	it.each([
		["node-postgres", "socket"],
		["node-postgres", "tls"],
		["node-postgres-whatwg", "socket"],
		["node-postgres-whatwg", "tls"],
		["prisma", "socket"],
	] as const)(
		"[R-010] node-postgres logs in with the form of %s by %s, and not with a wrong password",
		async (driver, kind) => {
			expect(
				await loginWithNodePostgres(databaseUrl(driver, login(kind))),
			).toEqual(loggedIn);
			expect(
				await loginWithNodePostgres(
					databaseUrl(driver, login(kind, wrongPassword)),
				),
			).toEqual({
				error: 'error: password authentication failed for user "netra_a"',
			});
		},
	);

	it("[R-011] node-postgres applies sslmode to a socket too, and fails", async () => {
		const url = databaseUrl("node-postgres", login("socket"));
		expect(
			await loginWithNodePostgres(`${url}&uselibpqcompat=true&sslmode=require`),
		).toEqual({ error: "Error: The server does not support SSL connections" });
	});

	it("[R-010] the WHATWG parser refuses a socket's URL that names no host, and takes the form that does", () => {
		const url = databaseUrl("node-postgres-whatwg", login("socket"));
		expect(new URL(url).hostname).toBe("localhost");
		expect(new URL(url).searchParams.get("host")).toBe(stores.socket);
		expect(URL.canParse(databaseUrl("node-postgres", login("socket")))).toBe(
			false,
		);
	});

	it("[R-010] node-postgres needs uselibpqcompat to take verify-ca as libpq does", async () => {
		const url = databaseUrl("node-postgres", login("tls"));
		expect(
			await loginWithNodePostgres(url.replace("uselibpqcompat=true&", "")),
		).toEqual({
			error:
				"Error: Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list: ",
		});
	});

	it.each([
		["ioredis", loginWithIoredis, "ReplyError"],
		["node-redis", loginWithNodeRedis, "Error"],
	] as const)(
		"%s logs in over TLS, and not with a wrong password",
		async (driver, run, error) => {
			expect(await run(redisUrl(driver, redisLogin()), stores.caFile)).toEqual(
				pong,
			);
			expect(
				await run(redisUrl(driver, redisLogin(wrongPassword)), stores.caFile),
			).toEqual({
				error: `${error}: WRONGPASS invalid username-password pair or user is disabled.`,
			});
		},
	);

	it("ClickHouse's client logs in over HTTPS, and not with a wrong password or database", async () => {
		const url = (change: object = {}) =>
			clickhouseUrl({
				host: "127.0.0.1",
				port: stores.clickhouse.port,
				...stores.clickhouseLogin,
				...change,
			});
		const { certificate } = stores.authority;
		expect(await loginToClickhouse(url(), certificate)).toEqual({
			result: ["1"],
		});
		expect(
			await loginToClickhouse(url({ password: wrongPassword }), certificate),
		).toEqual({ error: "Error: AUTHENTICATION_FAILED. " });
		expect(
			await loginToClickhouse(url({ database: "other" }), certificate),
		).toEqual({ error: "Error: UNKNOWN_DATABASE. " });
	});
});
