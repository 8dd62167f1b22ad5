/** Connection URLs have the form that their driver reads. */
import type { DatabaseDriver } from "../../contract/stores.ts";
import { type ConnectionUrl, isSocket } from "../connection-url.ts";
import type { Rule } from "../rule.ts";
import { urlsOf } from "../secret-urls.ts";

/** Written down again and not taken from the builder: a fault there must not hide itself. */
const schemes: Record<DatabaseDriver, string> = {
	"sqlalchemy-asyncpg": "postgresql+asyncpg",
	asyncpg: "postgresql",
	libpq: "postgresql",
	"sqlalchemy-psycopg2": "postgresql+psycopg2",
	"node-postgres": "postgres",
	"node-postgres-whatwg": "postgresql",
	prisma: "postgresql",
	jdbc: "jdbc:postgresql",
};

/** Those whose parsers refuse a login without a host; they go to the socket all the same. */
const needsHost: readonly DatabaseDriver[] = ["node-postgres-whatwg", "prisma"];

/** The class that opens a socket for JDBC, which knows none. */
const jdbcFactory = "com.google.cloud.sql.postgres.SocketFactory";

export const urlForm: Rule = {
	id: "url-form",
	level: "mandatory",
	requirements: ["R-010", "R-020"],
	complies:
		"Where they are known, the URLs of PostgreSQL and ClickHouse have the scheme of the driver, user info that is percent-encoded, a database, and for ClickHouse https and port 8443; an address of ClickHouse without a login has no more than host and port.",
	rejects: [
		"another scheme",
		"user info that is missing or not percent-encoded",
		"no database",
		"a socket where the driver does not read it, such as in the host's place for SQLAlchemy, or without what the driver needs to reach it",
		"ClickHouse without https or on another port, or an address of it that holds a login",
	],
	why: "A password with an @ or a / ends the user info early; without port 8443, ClickHouse's clients choose 8123 in plain text.",
	fix: "make the URL with the builders of contract/connection-strings.ts",
	looksAt: "resource",
	*check(evidence) {
		for (const { url, source, ...subject } of urlsOf(evidence, "postgres")) {
			const driver = source.driver as DatabaseDriver;
			const scheme = schemes[driver];
			yield* problems(subject, [
				...commonProblems(url, scheme),
				...(url !== undefined && isSocket(url)
					? socketProblems(driver, url)
					: []),
			]);
		}
		const local = evidence.expected.environment === "local";
		for (const { url, source: _, ...subject } of urlsOf(
			evidence,
			"clickhouse",
		)) {
			yield* problems(subject, [
				...commonProblems(url, "https"),
				!local && url !== undefined && anotherPort(url),
			]);
		}
		for (const { url, source: _, ...subject } of urlsOf(
			evidence,
			"clickhouse",
			"endpoint",
		)) {
			yield* problems(subject, [
				...addressProblems(url, "https"),
				!local && url !== undefined && anotherPort(url),
			]);
		}
		for (const { url, source: _, ...subject } of urlsOf(
			evidence,
			"clickhouse",
			"native",
		)) {
			yield* problems(subject, [
				...addressProblems(url, "clickhouse"),
				(url?.port === undefined || url.port === "9000") && {
					found: "the native port of plain text, or none",
					needed: "the port that speaks TLS, such as 9440",
				},
			]);
		}
	},
};

const anotherPort = ({ port }: ConnectionUrl): Problem | false =>
	port !== "8443" && {
		found: "another port than 8443, or none",
		needed: "port 8443",
	};

/** An address goes without a login and without anything behind the port. */
function addressProblems(
	url: ConnectionUrl | undefined,
	scheme: string,
): (Problem | false)[] {
	return [
		url?.scheme !== scheme && {
			found: "a URL of another scheme",
			needed: `${scheme}://…`,
		},
		url !== undefined &&
			(url.user !== undefined ||
				url.path !== "" ||
				url.parameters.size > 0) && {
				found: "an address with more than host and port",
				needed: "host and port alone",
			},
	];
}

function socketProblems(
	driver: DatabaseDriver,
	{ host, parameters }: ConnectionUrl,
): (Problem | false)[] {
	const socket = parameters.get("unixSocketPath");
	return [
		driver.startsWith("sqlalchemy") &&
			!parameters.has("host") && {
				found: "a socket in the host's place",
				needed: "?host= and the socket",
			},
		host !== "" &&
			parameters.has("host") &&
			!needsHost.includes(driver) && {
				found: "a host before the socket, which the driver may take",
				needed: "no host but ?host= with the socket",
			},
		needsHost.includes(driver) &&
			(host !== "localhost" || !parameters.has("host")) && {
				found: "a socket without a host before it",
				needed: "localhost, and ?host= with the socket",
			},
		driver === "jdbc" &&
			(parameters.get("socketFactory") !== jdbcFactory ||
				!socket?.endsWith(`/${parameters.get("cloudSqlInstance")}`)) && {
				found: "a socket without Google's factory and its instance",
				needed: `unixSocketPath=, cloudSqlInstance= and socketFactory=${jdbcFactory}`,
			},
	];
}

type Problem = { found: string; needed: string };

function* problems<Subject>(
	subject: Subject,
	found: (Problem | false)[],
): Generator<Subject & Problem> {
	for (const problem of found) {
		if (problem !== false) {
			yield { ...subject, ...problem };
		}
	}
}

function commonProblems(
	url: ConnectionUrl | undefined,
	scheme: string,
): (Problem | false)[] {
	if (url === undefined) {
		return [{ found: "a value that is no URL", needed: `${scheme}://…` }];
	}
	return [
		url.scheme !== scheme && {
			found: "a URL of another scheme",
			needed: `${scheme}://…`,
		},
		(!url.encoded || !url.user || !url.password) && {
			found: "user info that is missing or not percent-encoded",
			needed: "user and password, each percent-encoded",
		},
		url.path.length < 2 &&
			!url.parameters.has("database") &&
			!url.parameters.has("dbname") && {
				found: "a URL without a database",
				needed: "the database's name as the path",
			},
	];
}
