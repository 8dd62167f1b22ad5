import { createClient as createClickhouseClient } from "@clickhouse/client";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createClient as createRedisClient } from "@redis/client";
import fc from "fast-check";
import { Redis } from "ioredis";
import { parse } from "pg-connection-string";
import {
	clickhouseUrl,
	type DatabaseLogin,
	databaseUrl,
	redisUrl,
} from "../../contract/connection-strings.ts";
import type { DatabaseDriver } from "../../contract/stores.ts";
import {
	readClickhouseUrl,
	readDatabaseUrl,
	readRedisUrl,
} from "../../preflight/access.ts";
import { missingPythonDrivers, PythonDrivers } from "./drivers.ts";

const text = fc
	.string({ unit: "binary", minLength: 1, maxLength: 24 })
	.filter((value) => !/\p{Cc}/u.test(value));

/** Those that node-postgres' parser can read from a URL. */
const plainerText = text.filter(
	(value) => !/[?#]/.test(value) && value !== "." && value !== "..",
);

const word = fc.stringMatching(/^[A-Za-z0-9_-]{1,24}$/);

const socket = { socket: "/cloudsql/netra-local:us-central1:netra" };
const tls = { host: "10.64.0.3", port: 5432, caFile: "/etc/netra/a b+c&d.pem" };

const loginWith = (
	name: fc.Arbitrary<string>,
	...ways: DatabaseLogin["via"][]
): fc.Arbitrary<DatabaseLogin> =>
	fc.record({
		user: text,
		password: text,
		database: name,
		via: fc.constantFrom(...ways),
	});

/** Drivers with logins of which they can read the database's name from a URL. */
const databaseDrivers: [DatabaseDriver, fc.Arbitrary<DatabaseLogin>][] = [
	["sqlalchemy-asyncpg", loginWith(text, socket, tls)],
	["asyncpg", loginWith(text, socket, tls)],
	["libpq", loginWith(text, socket, tls)],
	["sqlalchemy-psycopg2", loginWith(text, socket, tls)],
	["node-postgres", loginWith(plainerText, socket, tls)],
	["node-postgres-whatwg", loginWith(plainerText, socket, tls)],
	["prisma", loginWith(word, socket)],
	["jdbc", loginWith(text, socket, tls)],
];

describe("round trips of connection strings", () => {
	it.each(databaseDrivers)(
		"[R-012] preflight reads back what was built for %s",
		(driver, logins) => {
			fc.assert(
				fc.property(logins, (login) => {
					const url = databaseUrl(driver, login);
					expect(readDatabaseUrl(driver, url, tls.caFile)).toEqual(login);
				}),
			);
		},
	);

	it.each([
		["node-postgres", loginWith(plainerText, socket, tls)],
		["node-postgres-whatwg", loginWith(plainerText, socket, tls)],
		["prisma", loginWith(word, socket)],
	] as const)(
		"node-postgres reads back what was built for %s",
		(driver, logins) => {
			fc.assert(
				fc.property(logins, (login) => {
					const via = {
						...login.via,
						...(login.via.socket ? {} : { caFile: "/dev/null" }),
					};
					const url = databaseUrl(driver, {
						...login,
						via: via as DatabaseLogin["via"],
					});
					// An empty file of authorities is refused when it would be used.
					const { user, password, database, host } = parse(
						url.replace("verify-ca", "disable"),
					);
					expect({ user, password, database, host }).toEqual({
						user: login.user,
						password: login.password,
						database: login.database,
						host: login.via.socket ?? login.via.host,
					});
				}),
			);
		},
	);

	it.each([
		["node-postgres-whatwg", loginWith(word, socket, tls)],
		["prisma", loginWith(word, socket)],
	] as const)(
		"[R-010] the WHATWG parser, which Prisma's engines have too, reads back what was built for %s",
		(driver, logins) => {
			fc.assert(
				fc.property(logins, (login) => {
					const url = new URL(databaseUrl(driver, login));
					expect({
						user: decodeURIComponent(url.username),
						password: decodeURIComponent(url.password),
						database: url.pathname.slice(1),
						host: url.searchParams.get("host") ?? url.hostname,
					}).toEqual({
						user: login.user,
						password: login.password,
						database: login.database,
						host: login.via.socket ?? login.via.host,
					});
				}),
			);
		},
	);

	const login = { host: "10.64.0.4", port: 6378, caFile: "/etc/ca.pem" };

	it("redis drivers and preflight read back what was built for them", () => {
		fc.assert(
			fc.property(text, (password) => {
				const url = redisUrl("ioredis", { ...login, password });
				expect(new Redis(url, { lazyConnect: true }).options.password).toBe(
					password,
				);
				expect(createRedisClient({ url }).options?.password).toBe(password);
				expect(readRedisUrl("ioredis", url).password).toBe(password);
				for (const driver of ["redis-py", "kombu"] as const) {
					const python = redisUrl(driver, { ...login, password });
					expect(readRedisUrl(driver, python)).toEqual({ ...login, password });
				}
			}),
			{ numRuns: 30 },
		);
	});

	it("ClickHouse's client and preflight read back what was built for them", () => {
		fc.assert(
			fc.property(
				fc.record({ user: text, password: text, database: word }),
				(access) => {
					const whole = {
						...access,
						host: "click.netrasystems.ai",
						port: 8443,
					};
					const url = clickhouseUrl(whole);
					expect(readClickhouseUrl(url)).toEqual(whole);
					// The client shows nowhere else what it has read.
					const { connectionParams } = createClickhouseClient({
						url,
					}) as unknown as {
						connectionParams: { auth: object; database: string };
					};
					expect(connectionParams).toMatchObject({
						auth: { username: access.user, password: access.password },
						database: access.database,
					});
				},
			),
		);
	});
});

const missing = missingPythonDrivers();
if (missing !== undefined && process.env.CI !== undefined) {
	throw new Error(missing);
}
const describePython = missing === undefined ? describe : describe.skip;

describePython(
	`round trips through Python's parsers${missing === undefined ? "" : ` (skipped: ${missing})`}`,
	() => {
		let python: PythonDrivers;
		beforeAll(() => {
			python = new PythonDrivers();
		});
		afterAll(() => python.stop());

		it.each([
			"sqlalchemy-asyncpg",
			"asyncpg",
			"libpq",
			"sqlalchemy-psycopg2",
		] as const)("%s reads back what was built for it", async (driver) => {
			await fc.assert(
				fc.asyncProperty(
					// The other ways in are the same for the parts that are encoded, and asyncpg opens the file.
					fc.array(loginWith(text, socket), { minLength: 20, maxLength: 40 }),
					async (logins) => {
						const bySocket = logins.map((each) => ({ ...each, via: socket }));
						const results = await python.run(
							bySocket.map((each) => ({
								action: "parse",
								driver,
								url: databaseUrl(driver, each),
							})),
						);
						expect(results).toEqual(
							bySocket.map(({ user, password, database }) => ({
								result: [
									user,
									password,
									database,
									expect.stringContaining(socket.socket),
								],
							})),
						);
					},
				),
				{ numRuns: 10 },
			);
		});

		it.each(["redis-py", "kombu"] as const)(
			"%s reads back what was built for it",
			async (driver) => {
				await fc.assert(
					fc.asyncProperty(
						fc.array(text, { minLength: 20, maxLength: 40 }),
						async (passwords) => {
							const results = await python.run(
								passwords.map((password) => ({
									action: "parse",
									driver,
									url: redisUrl(driver, {
										host: "10.64.0.4",
										port: 6378,
										caFile: "/etc/ca.pem",
										password,
									}),
								})),
							);
							expect(results).toEqual(
								passwords.map((password) => ({
									result: ["", password, "0", "10.64.0.4"],
								})),
							);
						},
					),
					{ numRuns: 10 },
				);
			},
		);
	},
);
