import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { bindingsFor } from "../../contract/bindings.ts";
import { databaseUrl } from "../../contract/connection-strings.ts";
import type { Environment } from "../../contract/environments.ts";
import { platform } from "../../contract/platform.ts";
import { type Platform, parsePlatform } from "../../contract/schema.ts";
import { createAuthority } from "../../local/servers/certificates.ts";
import { inspect } from "../../preflight/configuration.ts";
import { withBuckets } from "../fixtures/buckets.ts";
import { votes } from "../fixtures/contracts/votes.ts";
import { overTls, postgresCaFile } from "../fixtures/over-tls.ts";
import { temporaryFolder } from "../servers/folder.ts";
import {
	checklistIn,
	type Logins,
	type Variables,
	variablesOf,
} from "./preflight.ts";

const folder = temporaryFolder("netra");
afterAll(folder.remove);
const authorities = createAuthority("authority").certificate;
const caFile = join(folder.path, "etc/netra/redis/ca.pem");
mkdirSync(dirname(caFile), { recursive: true });
writeFileSync(caFile, authorities);

const logins: Logins = {
	postgres: {
		user: "netra_a",
		password: "0123456789abcdef",
		database: "netra",
		via: { socket: "/cloudsql/netra-staging:us-central1:netra" },
	},
	redis: {
		host: "10.64.0.4",
		port: 6378,
		password: "fedcba9876543210",
		caFile,
		authorities,
	},
	clickhouse: {
		host: "click.netrasystems.ai",
		port: 8443,
		user: "netra",
		password: "00112233445566",
		database: "netra",
	},
};

/** What preflight says about a service with some variables changed; undefined takes one away. */
function problems(
	change: Record<string, string | undefined>,
	service = "backend",
	environment: Environment = "staging",
): string[] {
	const variables: Record<string, string | undefined> = {
		...variablesOf(service, environment, logins),
		...change,
	};
	for (const name of Object.keys(change)) {
		if (change[name] === undefined) {
			delete variables[name];
		}
	}
	return inspect(checklistIn(service, environment), variables).outcomes.map(
		({ check, fact }) => `${check} ${fact}`,
	);
}

const services = Object.keys(platform.services);
const everywhere = services.flatMap((service) =>
	(["local", "staging", "production"] as const).map(
		(environment) => [service, environment] as const,
	),
);

describe("variables of a service", () => {
	it.each(everywhere)(
		"are complete as the contract writes them: %s in %s",
		(service, environment) => {
			const { secrets, plain, files } = bindingsFor(
				platform,
				service,
				environment,
			);
			const issued = secrets
				.map(({ variable }) => variable)
				.filter((variable) => /^GOOGLE_|_API_KEY$/.test(variable));
			expect(problems({}, service, environment)).toEqual([
				`variables all ${secrets.length + plain.length + files.length} are set and well-formed; ${service === "frontend" ? "they give no login to a data store, so none was tried" : `of ${issued.join(", ")} nothing but the form can be tried`}`,
			]);
		},
	);

	it.each(everywhere)(
		"[R-030] are each missed and each found empty: %s in %s",
		(service, environment) => {
			const { secrets, plain } = bindingsFor(platform, service, environment);
			for (const { variable } of [...secrets, ...plain]) {
				const unknown = /ENVIRONMENT$/.test(variable);
				const missing = problems(
					{ [variable]: undefined },
					service,
					environment,
				);
				const empty = problems({ [variable]: "" }, service, environment);
				const ofIt = (lines: string[]) =>
					lines.filter((line) => line.startsWith(`${variable} `));
				expect(ofIt(missing)).toEqual([
					`${variable} is missing${unknown ? `; expected ${environment}` : ""}`,
				]);
				expect(ofIt(empty)).toEqual([`${variable} is empty`]);
			}
		},
	);

	it("[R-063] come with secret, fact and remedy", () => {
		const variables: Variables = variablesOf("auth", "staging", logins);
		delete variables.SECRET_KEY;
		variables.GOOGLE_OAUTH_CLIENT_ID_STAGING = "changeme-changeme";
		variables.JWT_SECRET_KEY = "short";
		expect(inspect(checklistIn("auth", "staging"), variables).outcomes).toEqual(
			[
				{
					state: "failed",
					check: "SECRET_KEY",
					secretId: "secret-key-staging",
					fact: "is missing",
					fix: "run 'pulumi up -s staging', which binds secret secret-key-staging to SECRET_KEY",
				},
				{
					state: "failed",
					check: "JWT_SECRET_KEY",
					secretId: "jwt-secret-staging",
					fact: "is shorter than 32 characters",
					fix: "make a new value with 'pulumi config set --path 'keyEpochs[\"jwt-secret\"]' <one more> -s staging', then run 'pulumi up -s staging'",
				},
				{
					state: "failed",
					check: "GOOGLE_OAUTH_CLIENT_ID_STAGING",
					secretId: "google-oauth-client-id-staging",
					fact: "is a placeholder; does not end in '.apps.googleusercontent.com'",
					fix: "store a right value with 'gcloud secrets versions add google-oauth-client-id-staging --data-file=-', pin its number with 'pulumi config set --path 'externalSecrets[\"google-oauth-client-id\"].version' <number> -s staging', then run 'pulumi up -s staging'",
				},
				{
					state: "failed",
					check: "JWT_SECRET_STAGING",
					secretId: "jwt-secret-staging",
					fact: "differs from JWT_SECRET_KEY, which is the same secret",
					fix: "run 'pulumi up -s staging', which binds one version to both",
				},
			],
		);
	});

	const form =
		"postgresql+asyncpg://USER:PASSWORD@/DATABASE?host=/FOLDER or postgresql+asyncpg://USER:PASSWORD@HOST:5432/DATABASE?ssl=verify-ca";
	const url = (driver: Parameters<typeof databaseUrl>[0]) =>
		databaseUrl(driver, logins.postgres as never);

	it.each<[string, Record<string, string | undefined>, string[]]>([
		[
			"[R-010] a URL for another driver",
			{ DATABASE_URL: url("libpq") },
			[
				`DATABASE_URL is not in the form that sqlalchemy-asyncpg reads, ${form}; found postgresql scheme, parameters host`,
			],
		],
		[
			"[R-011] TLS parameters on a socket",
			{ DATABASE_URL: `${url("sqlalchemy-asyncpg")}&sslmode=require` },
			[
				`DATABASE_URL is not in the form that sqlalchemy-asyncpg reads, ${form}; found postgresql+asyncpg scheme, parameters host, sslmode`,
			],
		],
		[
			"a password that is not encoded, without repeating it",
			{ DATABASE_URL: url("sqlalchemy-asyncpg").replace("89ab", "8@9/a?b") },
			[
				`DATABASE_URL is not in the form that sqlalchemy-asyncpg reads, ${form}; found postgresql+asyncpg scheme, parameters host`,
			],
		],
		[
			"[R-001] a password of another rotation",
			{ POSTGRES_PASSWORD: "another-0123456789" },
			["POSTGRES_PASSWORD differs from the password in DATABASE_URL"],
		],
		[
			"parts that say something else than the URL",
			{
				POSTGRES_HOST: "/cloudsql/other",
				POSTGRES_PORT: "5433",
				POSTGRES_DB: "other",
				POSTGRES_USER: "netra_b",
			},
			[
				"POSTGRES_HOST differs from the host in DATABASE_URL",
				"POSTGRES_PORT differs from the port in DATABASE_URL",
				"POSTGRES_DB differs from the database in DATABASE_URL",
				"POSTGRES_USER differs from the user in DATABASE_URL",
			],
		],
		[
			"[R-021] Redis on this machine",
			{ REDIS_URL: "redis://localhost:6379/0" },
			["REDIS_URL points at loopback"],
		],
		[
			"[R-021] Redis without TLS and AUTH",
			{ REDIS_URL: "redis://10.64.0.4:6379/0" },
			[
				"REDIS_URL is not in the form that redis-py reads, rediss://:PASSWORD@HOST:6378/0?ssl_cert_reqs=required&ssl_ca_certs=FILE&ssl_check_hostname=false; found redis scheme, no known parameters",
			],
		],
		[
			"[R-020] ClickHouse on this machine",
			{ CLICKHOUSE_URL: "http://localhost:8123/default" },
			["CLICKHOUSE_URL points at loopback"],
		],
		[
			"[R-020] ClickHouse without a port",
			{
				CLICKHOUSE_URL:
					"https://netra:00112233445566@click.netrasystems.ai/netra",
			},
			[
				"CLICKHOUSE_URL is not in the form that ClickHouse reads, https://USER:PASSWORD@HOST:8443/DATABASE; found https scheme, no known parameters",
			],
		],
		[
			"[R-043] two ways to Redis at once",
			{ REDIS_HOST: "10.64.0.4" },
			[
				"REDIS_URL and REDIS_HOST + REDIS_PORT + REDIS_PASSWORD are alternatives, and more than one is set",
			],
		],
		[
			"[R-041] a key file",
			{ GOOGLE_APPLICATION_CREDENTIALS: "/key.json" },
			["GOOGLE_APPLICATION_CREDENTIALS must not be set in staging"],
		],
		[
			"switches that turn checks off",
			{
				BYPASS_STARTUP_CHECKS: "1",
				REDIS_DISABLED: "true",
				MY_FAST_TEST_MODE: "",
				skip_migrations: "1",
			},
			[
				"BYPASS_STARTUP_CHECKS must not be set in staging",
				"REDIS_DISABLED must not be set in staging",
				"MY_FAST_TEST_MODE must not be set in staging",
				"skip_migrations must not be set in staging",
			],
		],
		[
			"[R-040] another project",
			{ GCP_PROJECT_ID: "netra-production" },
			["GCP_PROJECT_ID names another project; expected netra-staging"],
		],
		[
			"[R-046] a sibling in plain text, or on this machine",
			{
				AUTH_SERVICE_URL: "http://auth.staging.netrasystems.ai",
				FRONTEND_URL: "https://localhost:3000",
			},
			[
				"FRONTEND_URL points at loopback",
				"AUTH_SERVICE_URL is not an address with https://",
			],
		],
		[
			"a Fernet key that is none",
			{ FERNET_KEY: "0".repeat(44) },
			[
				"FERNET_KEY is no Fernet key: expected URL-safe base64 of 32 bytes, with padding",
			],
		],
		[
			"another service's id",
			{ SERVICE_ID: "netra-frontend" },
			["SERVICE_ID is not the constant of the contract"],
		],
		[
			"authorities that are no certificates",
			{ REDIS_CA_CERT: "-----BEGIN CERTIFICATE-----" },
			[
				"/etc/netra/redis/ca.pem differs from REDIS_CA_CERT, which is the same secret",
				"REDIS_CA_CERT holds no certificate in PEM",
			],
		],
		[
			"authorities that differ from the mounted file",
			{ REDIS_CA_CERT: createAuthority("other authority").certificate },
			[
				"/etc/netra/redis/ca.pem differs from REDIS_CA_CERT, which is the same secret",
				`REDIS_CA_CERT differs from the file ${caFile} that the URL names`,
			],
		],
	])("are refused with %s", (_, change, expected) => {
		expect(problems(change)).toEqual(expected);
	});

	it("[R-022] are refused with a forbidden value in another case", () => {
		expect(problems({ REDIS_DISABLED: "True" })).toEqual([
			"REDIS_DISABLED must not be set in staging",
		]);
	});

	it("[R-020] may be an address to listen at, and not one to call", () => {
		const copy = structuredClone(platform);
		Object.assign(copy.services.backend?.variables ?? {}, {
			HOST: "0.0.0.0",
			SEARCH_HOST: "10.64.0.9",
		});
		const said = (change: Record<string, string>) =>
			inspect(checklistIn("backend", "staging", parsePlatform(copy)), {
				...variablesOf("backend", "staging", logins),
				...change,
			}).outcomes.flatMap(({ state, check, fact }) =>
				state === "passed" ? [] : [`${check} ${fact}`],
			);
		expect(said({ HOST: "0.0.0.0", SEARCH_HOST: "10.64.0.9" })).toEqual([]);
		expect(said({ HOST: "127.0.0.1", SEARCH_HOST: "0.0.0.0" })).toEqual([
			"HOST points at loopback",
			"SEARCH_HOST points at loopback",
		]);
	});

	describe("of an application that takes ClickHouse's login apart", () => {
		const copy = structuredClone(platform);
		const { backend } = copy.services;
		copy.secrets = copy.secrets.filter(({ id }) => id !== "clickhouse-url");
		for (const attribute of ["endpoint", "native", "user"] as const) {
			const id = `clickhouse-${attribute}`;
			copy.secrets.push({
				id,
				source: { from: `clickhouse.${attribute}` },
				criticalIn: [],
			});
			Object.assign(backend?.secrets ?? {}, {
				[`CLICKHOUSE_${attribute.toUpperCase()}`]: id,
			});
		}
		Object.assign(backend?.secrets ?? {}, {
			CLICKHOUSE_PASSWORD: "clickhouse-password",
		});
		delete backend?.secrets.CLICKHOUSE_URL;
		const apart = parsePlatform(copy);
		const inspected = (change: Variables) => {
			const { CLICKHOUSE_URL: _, ...rest } = variablesOf(
				"backend",
				"staging",
				logins,
			);
			const all = {
				...rest,
				CLICKHOUSE_ENDPOINT: "https://click.netrasystems.ai:8443",
				CLICKHOUSE_NATIVE: "clickhouse://click.netrasystems.ai:9440",
				CLICKHOUSE_USER: "netra",
				CLICKHOUSE_PASSWORD: "00112233445566",
				...change,
			};
			return inspect(checklistIn("backend", "staging", apart), all);
		};

		it("[R-020] are read together as one login, to the default database", () => {
			expect(inspected({}).access.clickhouse).toEqual([
				{
					store: "clickhouse",
					variable: "CLICKHOUSE_PASSWORD",
					secretId: "clickhouse-password-staging",
					login: {
						host: "click.netrasystems.ai",
						port: 8443,
						user: "netra",
						password: "00112233445566",
						database: "default",
					},
				},
			]);
		});

		it.each([
			[
				{ CLICKHOUSE_ENDPOINT: "https://u:p@click.netrasystems.ai:8443" },
				"CLICKHOUSE_ENDPOINT is not in the form that ClickHouse reads, https://HOST:8443; found https scheme, no known parameters",
			],
			[
				{ CLICKHOUSE_NATIVE: "clickhouse://click.netrasystems.ai" },
				"CLICKHOUSE_NATIVE is not in the form that ClickHouse reads, clickhouse://HOST:9440; found clickhouse scheme, no known parameters",
			],
			[
				{ CLICKHOUSE_NATIVE: "clickhouse://other.netrasystems.ai:9440" },
				"CLICKHOUSE_NATIVE differs from the host in CLICKHOUSE_ENDPOINT",
			],
		])("[R-020] are refused with %j", (change, problem) => {
			expect(
				inspected(change as Variables).outcomes.map(
					({ check, fact }) => `${check} ${fact}`,
				),
			).toEqual([problem]);
		});
	});

	describe("of a service that takes its login in files", () => {
		/** @param parts of the login in variables and files, by where each comes from */
		function inspected(
			parts: Record<string, unknown>,
			files: Record<string, string | undefined>,
			variables: Record<string, string>,
		) {
			const contract = structuredClone(votes) as unknown as {
				services: Record<string, Record<string, unknown>>;
			};
			const text = {
				from: "template",
				text: '{"user": "{database.user}", "key": "{database.password}"}',
			};
			Object.assign(contract, {
				secrets: [
					{ id: "url", source: { from: "database.url", driver: "libpq" } },
					{ id: "password", source: { from: "database.password" } },
					{ id: "login", source: text },
				]
					.filter(({ id }) => id in files)
					.map((each) => ({ ...each, criticalIn: ["web"] })),
			});
			Object.assign(contract.services.web ?? {}, {
				variables: parts,
				secrets: {},
				secretFiles: Object.fromEntries(
					Object.keys(files).map((id) => [`/run/votes/${id}`, id]),
				),
			});
			const paths = Object.entries(files).map(([id, content]) => {
				const path = join(folder.path, "run/votes", id);
				mkdirSync(dirname(path), { recursive: true });
				rmSync(path, { force: true });
				if (content !== undefined) {
					writeFileSync(path, content);
				}
				return path;
			});
			return inspect(
				checklistIn("web", "staging", parsePlatform(contract as never)),
				{ ...variables, NETRA_MOUNTED_FILES: paths.join(":") },
			);
		}
		const { user, password, via } = logins.postgres;
		const { socket } = via as { socket: string };
		const login = { user, password, database: "votes", via };
		const url = databaseUrl("libpq", login as never);
		const host = { DB_HOST: { from: "database.host" } };
		const name = { DB_USER: { from: "database.user" } };

		it.each<[string, ...Parameters<typeof inspected>]>([
			["a URL", {}, { url }, {}],
			[
				"the password alone",
				{ ...host, ...name },
				{ password },
				{ DB_HOST: socket, DB_USER: user },
			],
			[
				"a composed text",
				host,
				{ login: `{"user": "${user}", "key": "${password}"}` },
				{ DB_HOST: socket },
			],
		])("[R-004] are read as a login from %s", (_, parts, files, variables) => {
			const { access, outcomes } = inspected(parts, files, variables);
			expect(outcomes.map(({ state }) => state)).toEqual(["passed"]);
			expect(access.postgres.map((each) => each.login)).toEqual([login]);
		});

		it("[R-004] must have them, with a value that can be one", () => {
			const said = (files: Record<string, string | undefined>) =>
				inspected({}, files, {}).outcomes.map(
					({ check, secretId, fact }) => `${check} ${secretId} ${fact}`,
				);
			expect(said({ url: "" })).toEqual([
				"/run/votes/url url-staging is empty",
			]);
			expect(said({ url: "postgresql://u:p@127.0.0.1:5432/votes" })).toEqual([
				expect.stringContaining(
					"/run/votes/url url-staging points at loopback",
				),
			]);
			expect(said({ url: undefined })).toEqual([
				"/run/votes/url url-staging is missing",
			]);
		});
	});

	describe("of a service that reaches PostgreSQL over TLS", () => {
		/** The contract's file is one of this machine's here. */
		const contract = (parts: boolean) => {
			const copy = overTls({ parts });
			const { auth } = copy.services;
			const files = auth?.secretFiles ?? {};
			delete files[postgresCaFile];
			const file = "/opt/netra/postgres/ca.pem";
			files[file] = "postgres-ca";
			for (const { source } of copy.secrets) {
				if ("caFile" in source && source.from === "database.url") {
					source.caFile = file;
				}
			}
			const parsed = parsePlatform(copy);
			const parsedFiles = parsed.services.auth?.secretFiles ?? {};
			delete parsedFiles[file];
			parsedFiles[caFile] = "postgres-ca";
			return parsed;
		};
		const tlsLogin = {
			user: "netra_a",
			password: "0123456789abcdef",
			database: "netra",
			via: { host: "10.64.0.3", port: 5432, caFile },
		};
		const inspected = (platform: Platform, change: Variables = {}) =>
			inspect(checklistIn("auth", "staging", platform), {
				...variablesOf("auth", "staging", logins),
				DATABASE_URL: databaseUrl("libpq", tlsLogin),
				POSTGRES_HOST: "10.64.0.3",
				...change,
			});
		const said = (platform: Platform, change: Variables) =>
			inspected(platform, change).outcomes.map(
				({ check, fact }) => `${check} ${fact}`,
			);

		it("[R-010] are read as a login over TLS from the URL", () => {
			expect(inspected(contract(true)).access.postgres).toEqual([
				{
					store: "database",
					variable: "DATABASE_URL",
					secretId: "tls-url-staging",
					login: tlsLogin,
				},
			]);
		});

		it("[R-010] are read as a login over TLS from host and parts, with the file of the certificates", () => {
			const platform = contract(true);
			delete platform.services.auth?.secrets.DATABASE_URL;
			expect(inspected(platform).access.postgres).toEqual([
				{
					store: "database",
					variable: "POSTGRES_PASSWORD",
					secretId: "postgres-password-staging",
					login: tlsLogin,
				},
			]);
		});

		it("[R-010] are two logins where the host is a socket's", () => {
			const platform = contract(false);
			Object.assign(platform.services.auth?.secrets ?? {}, {
				POSTGRES_HOST: "postgres-host",
			});
			const { socket } = logins.postgres.via as { socket: string };
			const { access, outcomes } = inspected(platform, {
				POSTGRES_HOST: socket,
			});
			expect(outcomes.map(({ state }) => state)).toEqual(["passed"]);
			expect(access.postgres.map(({ login }) => login.via)).toEqual([
				{ socket },
				tlsLogin.via,
			]);
		});

		it.each<[string, Variables, string]>([
			[
				"another host than the URL's",
				{ POSTGRES_HOST: "10.64.0.4" },
				"POSTGRES_HOST differs from the host in DATABASE_URL",
			],
			[
				"a URL by socket",
				{ DATABASE_URL: databaseUrl("libpq", logins.postgres as never) },
				"POSTGRES_HOST differs from the host in DATABASE_URL",
			],
			[
				"a file that is not there",
				{
					DATABASE_URL: databaseUrl("libpq", {
						...tlsLogin,
						via: { ...tlsLogin.via, caFile: "/nowhere/ca.pem" },
					}),
				},
				"DATABASE_URL needs the authorities' certificates in a file: /nowhere/ca.pem (ENOENT)",
			],
		])("[R-010] are refused with %s", (_, change, problem) => {
			expect(said(contract(true), change)).toEqual([problem]);
		});
	});

	it("[R-045] are refused when two keys are equal", () => {
		const same = "0123456789abcdef".repeat(4);
		expect(
			problems({
				JWT_SECRET_KEY: same,
				JWT_SECRET_STAGING: same,
				SERVICE_SECRET: same,
			}),
		).toEqual([
			"SERVICE_SECRET equals JWT_SECRET_KEY, which is another secret (jwt-secret-staging)",
		]);
	});

	it("are refused in an environment that they do not belong to", () => {
		expect(
			problems(
				{ E2E_OAUTH_SIMULATION_KEY: "0123456789abcdef".repeat(4) },
				"auth",
				"production",
			),
		).toEqual(["E2E_OAUTH_SIMULATION_KEY must not be set in production"]);
	});

	it("[R-022] are those of the environment that is given, whatever a variable says", () => {
		for (const ENVIRONMENT of ["stage", "production", "local"]) {
			expect(problems({ ENVIRONMENT })).toEqual([
				"ENVIRONMENT names another environment; expected staging",
			]);
		}
		expect(problems({ ENVIRONMENT: undefined })).toEqual([
			"ENVIRONMENT is missing; expected staging",
		]);
	});

	it("[R-063] are never repeated by a finding", () => {
		const variables = variablesOf("backend", "staging", logins);
		const { secrets } = bindingsFor(platform, "backend", "staging");
		for (const { variable } of secrets) {
			const planted = "planted-0123456789-planted";
			for (const value of [
				planted,
				`https://user:${planted}@localhost/`,
				` ${planted}`,
				`postgresql+asyncpg://u:${planted}@/db?${planted}=1`,
			]) {
				const { outcomes } = inspect(checklistIn("backend", "staging"), {
					...variables,
					[variable]: value,
				});
				expect(JSON.stringify(outcomes)).not.toContain("planted");
			}
		}
	});
});

describe("a service that binds a bucket", () => {
	const inspected = (
		environment: "local" | "staging",
		contract: Platform,
		change: Variables,
	) =>
		inspect(checklistIn("auth", environment, contract), {
			...variablesOf("auth", environment, logins),
			...change,
		});

	it("[R-004] has it tried as its own account", () => {
		const { access, outcomes } = inspected("staging", withBuckets(), {
			AVATARS_BUCKET: "netra-avatars-staging-netra-staging",
		});
		expect(outcomes.length).toBe(1);
		expect(access.bucket).toEqual([
			{
				store: "avatars",
				variable: "AVATARS_BUCKET",
				secretId: "avatars-name-staging",
				login: {
					bucket: "netra-avatars-staging-netra-staging",
					endpoint: "https://storage.googleapis.com",
					region: "auto",
					as: { metadataHost: "metadata.google.internal" },
				},
			},
		]);
	});

	it.each<[string, "local" | "staging", string | undefined, string, string]>([
		[
			"on a laptop",
			"local",
			"avatars.name",
			"was not tried: on this machine nothing answers for it",
			"deploy to staging, where preflight tries it",
		],
		[
			"without the bucket's name",
			"staging",
			"avatars.region",
			"was not tried: nobody can log in by what the service takes of it",
			"bind name of 'avatars' too, in contract/platform.ts",
		],
	])(
		"[R-004] hears that it was not tried %s",
		(_, environment, from, fact, fix) => {
			const contract = withBuckets(({ secrets }) => {
				Object.assign(secrets.find(({ id }) => id === "avatars-name") ?? {}, {
					source: { from },
				});
			});
			const { outcomes } = inspected(environment, contract, {
				AVATARS_BUCKET: "netra-avatars-local-netra-local",
			});
			expect(outcomes.slice(1)).toEqual([
				{ state: "warning", check: "bucket avatars", fact, fix },
			]);
		},
	);

	it("[R-020] must have the key's parts", () => {
		const given = {
			S3_BUCKET: "netra-uploads-staging-netra-staging",
			S3_ENDPOINT: "https://storage.googleapis.com",
			S3_REGION: "auto",
			S3_ACCESS_KEY_ID: "GOOG1E0123456789",
			S3_SECRET_ACCESS_KEY: "short",
		};
		const found = inspect(checklistIn("backend", "staging", withBuckets()), {
			...variablesOf("backend", "staging", logins),
			...given,
		});
		expect(found.outcomes.map(({ check, fact }) => `${check} ${fact}`)).toEqual(
			["S3_SECRET_ACCESS_KEY is shorter than 8 characters"],
		);
	});
});
