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
};

export const urlForm: Rule = {
	id: "url-form",
	level: "mandatory",
	requirements: ["R-010", "R-020"],
	complies:
		"Where they are known, the URLs of PostgreSQL and ClickHouse have the scheme of the driver, user info that is percent-encoded, a database, and for ClickHouse https and port 8443.",
	rejects: [
		"another scheme",
		"user info that is missing or not percent-encoded",
		"no database",
		"a socket in the host's place for SQLAlchemy, which reads it only as ?host=",
		"ClickHouse without https or on another port",
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
				url !== undefined &&
					isSocket(url) &&
					!url.parameters.has("host") &&
					driver.startsWith("sqlalchemy") && {
						found: "a socket in the host's place",
						needed: "?host= and the socket",
					},
			]);
		}
		const local = evidence.expected.environment === "local";
		for (const { url, source: _, ...subject } of urlsOf(
			evidence,
			"clickhouse",
		)) {
			yield* problems(subject, [
				...commonProblems(url, "https"),
				!local &&
					url !== undefined &&
					url.port !== "8443" && {
						found: "another port than 8443, or none",
						needed: "port 8443",
					},
			]);
		}
	},
};

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
		(!url.encoded || url.user === "" || !url.password) && {
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
