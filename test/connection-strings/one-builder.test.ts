import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
	clickhouseUrl,
	type DatabaseLogin,
	databaseUrl,
	redisUrl,
} from "../../contract/connection-strings.ts";
import { platform } from "../../contract/platform.ts";
import type { DatabaseDriver, RedisDriver } from "../../contract/stores.ts";
import { plainProperties } from "../../local/provider/values.ts";
import {
	FormError,
	readClickhouseUrl,
	readDatabaseUrl,
	readRedisUrl,
} from "../../preflight/access.ts";
import { importsIn, sourceFiles, textsIn, value } from "../fixtures/source.ts";
import { shippedStack } from "../in-process/shipped.ts";

const builder = "contract/connection-strings.ts";

/** What makes values, carries them or reads them. The pack makes none: it judges those that it is shown. */
const files = sourceFiles(
	"components",
	"contract",
	"index.ts",
	"local",
	"plan",
	"preflight",
	"program.ts",
	"tools",
);

/** A URL of a data store, or any URL with a login in it. */
const connectionUrl = new RegExp(
	`(?:postgres(?:ql)?|rediss?|clickhouse)(?:\\+\\w+)?://|://[^/\\s]*${value}[^/\\s]*@`,
	"i",
);
const urlsIn = (file: string, source?: string) =>
	textsIn(file, source).filter(({ text }) => connectionUrl.test(text));

describe("connection strings", () => {
	it("[R-012] are written by one file alone", () => {
		expect(urlsIn(builder).length).toBeGreaterThan(2);
		expect(
			files.filter((file) => file !== builder).flatMap((file) => urlsIn(file)),
		).toEqual([]);
	});

	it.each([
		// biome-ignore-start lint/suspicious/noTemplateCurlyInString: programs
		["a template", "const url = `rediss://:${password}@${host}:6378/0`;"],
		["a scheme of its own", "const url = `${scheme}://${user}:${word}@${at}`;"],
		["a sum", 'const url = "https://" + user + ":" + word + "@" + host;'],
		["a replaced scheme", 'url.replace("postgresql+asyncpg://", "");'],
		// biome-ignore-end lint/suspicious/noTemplateCurlyInString: programs
	])("are found as %s", (_, source) => {
		expect(urlsIn("second-builder.ts", source)).toHaveLength(1);
	});

	it("[R-012] are asked of it by what makes the secrets, and by the reader that takes nothing else", () => {
		expect(
			files.filter((file) =>
				importsIn(file).some(
					({ from, names }) =>
						from.endsWith("/connection-strings.ts") &&
						names.some((name) => name.endsWith("Url")),
				),
			),
		).toEqual(["components/store-values.ts", "preflight/access.ts"]);
	});
});

const login: DatabaseLogin = {
	user: "netra_a",
	password: "p@ss word",
	database: "netra",
	via: { host: "10.64.0.3", port: 5432, caFile: "/etc/ca.pem" },
};
const redis = {
	host: "10.64.0.4",
	port: 6378,
	password: "p@ss word",
	caFile: "/etc/ca.pem",
};
const clickhouse = { ...redis, user: "netra", database: "netra", port: 8443 };
const drivers: DatabaseDriver[] = [
	"sqlalchemy-asyncpg",
	"asyncpg",
	"libpq",
	"sqlalchemy-psycopg2",
	"node-postgres",
	"node-postgres-whatwg",
	"jdbc",
];

/** What services once put right by themselves, each in its own way. */
const almost: [string, (url: string) => string][] = [
	["another spelling of the scheme", (url) => url.replace(/^[^:]+/, "pg")],
	["a space in form encoding", (url) => url.replaceAll("%20", "+")],
	["a password that is not encoded", (url) => url.replace("%40", "@")],
	[
		"no port, or one where none belongs",
		(url) =>
			url.includes("@localhost/")
				? url.replace("@localhost/", "@localhost:5432/")
				: url.replace(/:\d+\//, "/"),
	],
	["a parameter more", (url) => `${url}${url.includes("?") ? "&" : "?"}a=b`],
];

describe.each(almost)("a connection string with %s", (_, spoil) => {
	it.each<[string, string, (url: string) => unknown]>([
		...drivers.map((driver): [string, string, (url: string) => unknown] => [
			driver,
			databaseUrl(driver, login),
			(url) => readDatabaseUrl(driver, url, "/etc/ca.pem"),
		]),
		...(["redis-py", "kombu", "ioredis"] as const).map(
			(driver): [string, string, (url: string) => unknown] => [
				driver,
				redisUrl(driver, redis),
				(url) => readRedisUrl(driver, url),
			],
		),
		[
			"prisma",
			databaseUrl("prisma", {
				...login,
				via: { socket: "/cloudsql/netra:us-central1:netra" },
			}),
			(url) => readDatabaseUrl("prisma", url, undefined),
		],
		["ClickHouse", clickhouseUrl(clickhouse), readClickhouseUrl],
	])("[R-012] is refused by preflight's reader for %s", (_, url, read) => {
		expect(() => read(url)).not.toThrow();
		expect(() => read(spoil(url))).toThrow(FormError);
	});
});

describe("a service", () => {
	const stack = shippedStack("staging");
	afterAll(() => stack.remove());
	const values = new Map<string, string>();
	beforeAll(async () => {
		const { ok, registrations } = await stack.up();
		expect(ok).toBe(true);
		for (const { type, name, inputs } of registrations) {
			if (type === "gcp:secretmanager/secretVersion:SecretVersion") {
				values.set(name, String(plainProperties(inputs).secretData));
			}
		}
	});

	it("[R-012] receives each connection string finished, with the parts that its other secrets have", () => {
		const value = (id: string) => values.get(id) as string;
		const read = platform.secrets.flatMap(({ id, source }): object[] => {
			switch (source.from) {
				case "database.url":
					return [
						readDatabaseUrl(
							source.driver as DatabaseDriver,
							value(id),
							undefined,
						),
					];
				case "redis.url":
					return [readRedisUrl(source.driver as RedisDriver, value(id))];
				case "clickhouse.url":
					return [readClickhouseUrl(value(id))];
				default:
					return [];
			}
		});
		expect(read).toMatchObject([
			{
				user: value("postgres-user"),
				password: value("postgres-password"),
				database: value("postgres-db"),
				via: { socket: value("postgres-host") },
			},
			{ port: 6378, caFile: "/etc/netra/redis/ca.pem" },
			{ port: 8443 },
		]);
	});
});
