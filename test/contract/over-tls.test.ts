import { describe, expect, it } from "@jest/globals";
import {
	bindsTls,
	needsVpc,
	rolesOf,
	socketsOf,
} from "../../contract/needs.ts";
import { type Platform, parsePlatform } from "../../contract/schema.ts";
import { overTls, postgresCaFile } from "../fixtures/over-tls.ts";

type Source = Record<string, unknown>;

function messageAfter(edit: (copy: Platform, url: Source) => void): string {
	const copy = overTls({ parts: true });
	const url = copy.secrets.find(({ id }) => id === "tls-url")?.source as Source;
	edit(copy, url);
	try {
		parsePlatform(copy);
		return "accepted";
	} catch (error) {
		return (error as Error).message.split("\n").slice(1).join("\n").trim();
	}
}

describe("PostgreSQL over TLS", () => {
	it("[R-010] is accepted, by a URL and by a host", () => {
		expect(messageAfter(() => {})).toBe("accepted");
	});

	it.each<[string, (copy: Platform, url: Source) => void, RegExp]>([
		[
			"a URL that names no file",
			(_, url) => {
				delete url.caFile;
			},
			/^secrets\.tls-url\.source\.caFile: is missing; the URL of PostgreSQL by tls names the file of the certificates, such as \/etc\/netra\/database\/ca\.pem$/m,
		],
		[
			"a file on a URL by socket",
			(_, url) => {
				delete url.via;
			},
			/^secrets\.tls-url\.source\.caFile: stands in the URLs of redis-py, of kombu and of PostgreSQL by tls alone: remove it$/m,
		],
		[
			"Prisma",
			(_, url) => {
				url.driver = "prisma";
			},
			/^secrets\.tls-url\.source\.via: is tls; Prisma checks the server's name, which no certificate of Cloud SQL has, or nothing at all: remove it, so that it takes the socket$/m,
		],
		[
			"a way of what leads nowhere",
			({ secrets }) => {
				Object.assign(
					secrets.find(({ id }) => id === "postgres-user")?.source ?? {},
					{ via: "tls" },
				);
			},
			/source\.via: says how the url or the host of PostgreSQL is reached, and this is neither: remove it$/m,
		],
		[
			"a URL that a service binds without the file",
			({ services }) => {
				const auth = services.auth as Platform["services"][string];
				delete auth.secretFiles[postgresCaFile];
				auth.secretFiles["/etc/netra/elsewhere/ca.pem"] = "postgres-ca";
			},
			/^services\.auth\.secretFiles\.\/etc\/netra\/postgres\/ca\.pem: must hold the certificates of 'database', which 'tls-url' refers to: a secret with the source \{ from: "database\.ca" \}$/m,
		],
		[
			"a host that a service binds without the certificates",
			({ services }) => {
				const auth = services.auth as Platform["services"][string];
				delete auth.secretFiles[postgresCaFile];
			},
			/services\.auth\.secretFiles: must hold the certificates of 'database', whose host 'tls-host' is reached by tls: the file of a secret with the source \{ from: "database\.ca" \}$/m,
		],
		[
			"SQLAlchemy with asyncpg and no variable for the file",
			(_, url) => {
				url.driver = "sqlalchemy-asyncpg";
			},
			/^services\.auth\.variables\.PGSSLROOTCERT: must be '\/etc\/netra\/postgres\/ca\.pem': the URL 'tls-url' of sqlalchemy-asyncpg cannot name the certificates, and this variable does$/m,
		],
	])("[R-010] is rejected with %s", (_, edit, message) => {
		expect(messageAfter(edit)).toMatch(message);
	});

	it("[R-010] is accepted of SQLAlchemy with asyncpg where a variable names the file", () => {
		expect(
			messageAfter(({ services }, url) => {
				url.driver = "sqlalchemy-asyncpg";
				Object.assign(services.auth?.variables ?? {}, {
					PGSSLROOTCERT: postgresCaFile,
				});
			}),
		).toBe("accepted");
	});

	it("[R-010] takes the VPC, and neither sockets nor the role for them, unless another value uses the socket", () => {
		const needs = (contract: Platform, service: string) => {
			const parsed = parsePlatform(contract);
			for (const each of Object.values(parsed.services)) {
				delete each.vpcAccess;
				for (const [name, id] of Object.entries(each.secrets)) {
					if (id === "redis-url" || id === "redis-ca") {
						delete each.secrets[name];
					}
				}
				each.secretFiles = {};
			}
			return [
				bindsTls(parsed, service, "staging"),
				needsVpc(parsed, service, "staging"),
				socketsOf(parsed, service, "staging").map(({ name }) => name),
				rolesOf(parsed, service, "staging").includes("roles/cloudsql.client"),
			];
		};
		expect(needs(overTls(), "auth")).toEqual([true, true, [], false]);
		expect(needs(overTls(), "backend")).toEqual([
			false,
			false,
			["database"],
			true,
		]);
		const mixed = overTls();
		Object.assign(mixed.services.auth?.secrets ?? {}, {
			POSTGRES_HOST: "postgres-host",
		});
		expect(needs(mixed, "auth")).toEqual([true, true, ["database"], true]);
	});
});
