import { describe, expect, it } from "@jest/globals";
import { ContractError, parsePlatform } from "../../contract/schema.ts";
import { votes } from "../fixtures/contracts/votes.ts";

const template = (text: string) => ({ from: "template", text });

/** What the contract's check says of a service with these variables, of a platform with a database and a cache. */
function said(variables: object): string[] {
	const { web } = votes.services;
	try {
		parsePlatform({
			...votes,
			stores: { ...votes.stores, cache: { kind: "redis" } },
			secrets: [],
			services: {
				web: {
					...web,
					secrets: {},
					variables: {
						DATABASE: { from: "database.url", driver: "libpq" },
						CACHE_CA: { from: "cache.ca" },
						CACHE: { from: "cache.url", driver: "ioredis" },
						...variables,
					},
				},
			},
		} as never);
		return [];
	} catch (error) {
		if (error instanceof ContractError) {
			return error.message
				.split("\n")
				.slice(1)
				.map((line) => line.replace("  services.web.variables.", ""));
		}
		throw error;
	}
}

const url =
	"postgresql://{database.user}:{database.password}@localhost/{database.name}?host={database.host}";
const redis = "rediss://:{cache.password}@{cache.host}:{cache.port}/0";
const json =
	'{"db": {"host": "{database.host}", "port": {database.port}, "user": "{database.user}", "password": "{database.password}", "database": "votes"}, "smtp": {"host": "smtp.example.org", "port": 25, "user": "mailer"}}';
const parts = {
	DB_HOST: { from: "database.host" },
	DB_USER: { from: "database.user" },
	DB_PASS: { from: "database.password" },
};
const cacheParts = {
	REDIS_HOST: { from: "cache.host" },
	REDIS_PASSWORD: { from: "cache.password" },
};

describe("a text around a login", () => {
	it.each([
		["a URL", url],
		["a URL with another spelling of the scheme", `jdbc:${url}`],
		["the database by hand", url.replace("{database.name}", "votes")],
		["a URL of Redis", redis],
		["Redis' own user", redis.replace("//:", "//default:")],
		["a certificate that is checked", `${redis}?ssl_cert_reqs=required`],
		["JSON with other things in it", json],
		[
			"a connection string",
			"host={database.host} port=5432 dbname=votes user={database.user} password={database.password} sslmode=disable",
		],
		[
			"a password file",
			"{database.host}:{database.port}:{database.name}:{database.user}:{database.password}",
		],
	])("[R-010] may be %s", (_, text) => {
		expect(said({ TEXT: template(text) })).toEqual([]);
	});

	it.each([
		[
			"another kind of store",
			url.replace("postgresql", "mysql"),
			"begins with mysql://, and 'database' is postgres",
		],
		[
			"another database",
			url.replace("{database.name}", "polls"),
			"names the database 'polls'; that of 'database' is votes: take {database.name}",
		],
		[
			"TLS on a socket",
			`${url}&sslmode=require`,
			"says 'require', and the socket of 'database' speaks no TLS: remove it",
		],
		[
			"a user by hand",
			url.replace("{database.user}", "postgres"),
			"names the user 'postgres'; the password belongs to {database.user}",
		],
		[
			"another host",
			redis.replace("{cache.host}", "redis.internal"),
			"names the host 'redis.internal'; take {cache.host}",
		],
		[
			"Redis without TLS",
			redis.replace("rediss", "redis"),
			"begins with redis://, and 'cache' speaks TLS alone: write rediss://",
		],
		[
			"another port",
			redis.replace("{cache.port}", "6379"),
			"names the port '6379'; 'cache' answers at 6378: take {cache.port}",
		],
		[
			"a user of Redis",
			redis.replace("//:", "//admin:"),
			"names the user 'admin'; 'cache' has none but default",
		],
		[
			"the password as a user",
			redis.replace("//:", "//"),
			"has {cache.password} where the user stands",
		],
		[
			"no check of certificates",
			`${redis}?ssl_cert_reqs=none`,
			"says 'none', and 'cache' speaks TLS alone, with a certificate that is checked",
		],
		[
			"another port in JSON",
			json.replace("{database.port}", "6432"),
			"names the port '6432'; 'database' answers at 5432: take {database.port}",
		],
		[
			"another database in a URL in JSON",
			JSON.stringify({ url: url.replace("{database.name}", "polls") }),
			"names the database 'polls'; that of 'database' is votes: take {database.name}",
		],
		[
			"parts that run together",
			"{database.host} {database.user}{database.password}",
			"has {database.user}{database.password} side by side, and nothing tells where the first one ends: write something between them",
		],
	])("[R-010] can't say %s", (_, text, fact) => {
		expect(said({ TEXT: template(text) })).toEqual([`TEXT.text: ${fact}`]);
	});

	it("[R-010] can't have user and password exchanged", () => {
		const swapped = url
			.replace("database.user", "x")
			.replace("database.password", "database.user")
			.replace("{x}", "{database.password}");
		expect(said({ TEXT: template(swapped) })).toEqual([
			"TEXT.text: has {database.password} where the user stands",
			"TEXT.text: has {database.user} where the password stands",
		]);
	});
});

describe("a variable beside the parts of a login", () => {
	it("[R-010] may say what the store says, or something else altogether", () => {
		const variables = {
			DB_NAME: "votes",
			DB_PORT: { staging: "5432", production: "5432" },
			DB_POOL: "5",
			DB_SSL: "false",
			REDIS_PORT: "6378",
			REDIS_TLS: "true",
			REDIS_DB: "0",
			SMTP_PORT: "25",
		};
		expect(said({ ...parts, ...cacheParts, ...variables })).toEqual([]);
		const { DB_HOST, DB_USER, DB_PASS } = parts;
		expect(
			said({
				APP_HOST: DB_HOST,
				APP_USER: DB_USER,
				APP_PASS: DB_PASS,
				APP_NAME: "shop",
			}),
		).toEqual([]);
	});

	it.each([
		["DB_NAME", "polls", "names the database 'polls'"],
		["DB_DATABASE", "polls", "names the database 'polls'"],
		["DB_PORT", { staging: "5432", production: "6432" }, "names the port"],
		["DB_SSL", "true", "says 'true', and the socket"],
		["REDIS_PORT", "6379", "names the port '6379'; 'cache' answers at 6378"],
		["REDIS_TLS", "false", "says 'false', and 'cache' speaks TLS alone"],
	])("[R-010] can't contradict them: %s", (variable, value, fact) => {
		expect(said({ ...parts, ...cacheParts, [variable]: value })).toEqual([
			expect.stringMatching(new RegExp(`^${variable}: ${fact}`)),
		]);
	});

	it("[R-010] belongs to a family without a separator, too", () => {
		const { DB_HOST, DB_USER, DB_PASS } = parts;
		expect(
			said({
				PGHOST: DB_HOST,
				PGUSER: DB_USER,
				PGPASSWORD: DB_PASS,
				PGPORT: "5433",
			}),
		).toEqual([
			"PGPORT: names the port '5433'; 'database' answers at 5432: take {database.port}",
		]);
	});
});
