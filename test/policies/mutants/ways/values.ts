/** Ways to break values: of plain variables at any time, of secrets once they are known. */
import { UNKNOWN } from "../../../fixtures/resources.ts";
import {
	add,
	addVariable,
	edit,
	editVariable,
	having,
	set,
	setTemplate,
	workload,
} from "../operations.ts";
import {
	auth,
	authJob,
	backend,
	frontend,
	known,
	line,
	setFound,
	versionOf,
	type Ways,
} from "./way.ts";

const write = (
	name: string,
	variable: string,
	value: string | typeof UNKNOWN,
) => editVariable(name, variable, () => [{ name: variable, value }]);
const extra = (name: string, value: string | typeof UNKNOWN) =>
	addVariable(auth, { name, value });

const inDatabaseUrl = (url: string) =>
	setFound(versionOf("database-url-staging"), "secretData", url);
const databaseUrl = [
	"service auth",
	"variable DATABASE_URL",
	"secret database-url-staging",
];
const inRedisUrl = (url: string) =>
	setFound(versionOf("redis-url-staging"), "secretData", url);
const redisUrl = ["service auth", "variable REDIS_URL"];
const inClickhouseUrl = (url: string) =>
	setFound(versionOf("clickhouse-url-staging"), "secretData", url);
const clickhouseUrl = ["service backend", "variable CLICKHOUSE_URL"];
const socket = "host=/cloudsql/netra-staging:us-central1:postgres";

export const values: Ways = {
	"environment-matches": {
		"a secret, service, job or bucket whose name does not say the environment":
			[
				line(
					set(
						having("Secret", "secretId", "jwt-secret-staging"),
						"secretId",
						"jwt-secret",
					),
					"the name 'jwt-secret'",
					"ends in '-staging'",
				),
				line(
					set(workload(auth), "name", "netra-auth-production"),
					"the name 'netra-auth-production'",
				),
			],
		"a resource in another project, or a service of which this preview does not know the project":
			[
				line(
					(resources) =>
						resources.map((each) => ({
							...each,
							project: "netra-production",
							properties: { ...each.properties, project: UNKNOWN },
						})),
					"in project netra-production",
					"needed everything in netra-staging",
				),
				line(
					edit(workload(auth), (each) => ({
						...each,
						project: "",
						properties: { ...each.properties, project: UNKNOWN },
					})),
					"service auth",
					"does not know",
				),
			],
		"ENVIRONMENT, GCP_PROJECT_ID or the like with another value": [
			line(
				write(auth, "ENVIRONMENT", "development"),
				"service auth",
				"variable ENVIRONMENT",
				"needed the plain value 'staging'",
			),
			line(
				write(frontend, "NEXT_PUBLIC_ENVIRONMENT", "production"),
				"service frontend",
				"variable NEXT_PUBLIC_ENVIRONMENT",
			),
			line(
				write(auth, "GCP_PROJECT_ID", UNKNOWN),
				"service auth",
				"variable GCP_PROJECT_ID",
			),
		],
		"a variable or secret value that names another environment's project": [
			line(
				extra("BUCKET", "gs://netra-production/files"),
				"service auth",
				"variable BUCKET",
			),
			known(
				inDatabaseUrl(
					"postgresql+asyncpg://u:p@/netra?host=/cloudsql/netra-production:us-central1:postgres",
				),
				...databaseUrl,
			),
		],
	},
	"no-key-file": {
		"the variable GOOGLE_APPLICATION_CREDENTIALS": [
			line(
				extra("GOOGLE_APPLICATION_CREDENTIALS", "/secrets/key.json"),
				"service auth",
				"variable GOOGLE_APPLICATION_CREDENTIALS",
			),
		],
		"a service account key in the stack": [
			line(add("gcp:serviceaccount/key:Key", "key", {}), "resource key"),
		],
		"a secret whose value is a service account's key": [
			known(
				setFound(
					versionOf("secret-key-staging"),
					"secretData",
					'{"type":"service_account","private_key":"-"}',
				),
				"secret secret-key-staging",
			),
		],
	},
	"no-check-bypass": {
		"a variable that turns a check off, such as BYPASS_… or SKIP_…": [
			...[
				"BYPASS_AUTH",
				"SKIP_MIGRATIONS",
				"DISABLE_TLS",
				"ALLOW_DEV_LOGIN",
				"DEMO_MODE",
				"USE_MEMORY_DB",
				"AUTH_FAST_TEST_MODE",
				"bypass_auth",
				"Demo_Mode",
			].map((name) =>
				line(extra(name, "false"), "service auth", `variable ${name}`),
			),
		],
		"a forbidden value, such as REDIS_DISABLED=true, or one that this preview does not know":
			[
				line(
					extra("REDIS_DISABLED", "True"),
					"service auth",
					"variable REDIS_DISABLED",
				),
				line(
					extra("REDIS_DISABLED", UNKNOWN),
					"service auth",
					"variable REDIS_DISABLED",
				),
			],
	},
	"no-loopback": {
		"a plain variable that points at loopback": [
			line(
				write(auth, "AUTH_SERVICE_URL", "http://localhost:8081"),
				"service auth",
				"variable AUTH_SERVICE_URL",
			),
			line(extra("HOST", "127.0.0.1"), "service auth", "variable HOST"),
			line(
				extra("LISTEN_ADDRESS", "localhost:8080"),
				"service auth",
				"variable LISTEN_ADDRESS",
			),
		],
		"0.0.0.0 where nothing listens: in a URL, or in a variable whose name is not that of a listen address":
			[
				line(
					extra("REDIS_HOST", "0.0.0.0"),
					"service auth",
					"variable REDIS_HOST",
				),
				line(
					extra("HOST", "http://0.0.0.0:8080"),
					"service auth",
					"variable HOST",
				),
				line(
					write(auth, "AUTH_SERVICE_URL", "https://0.0.0.0"),
					"service auth",
					"variable AUTH_SERVICE_URL",
				),
			],
		"a secret whose value, where it is known, points at loopback": [
			known(
				inRedisUrl("rediss://:secret@localhost:6378/0"),
				...redisUrl,
				"secret redis-url-staging",
			),
			known(
				inClickhouseUrl("https://u:p@127.0.0.1:8443/netra"),
				...clickhouseUrl,
			),
		],
		"a command or argument that points at loopback": [
			line(
				setTemplate(backend, "containers.0.args", ["--redis", "localhost"]),
				"service backend",
			),
			line(
				setTemplate(backend, "containers.0.args", [
					"--host",
					"0.0.0.0",
					"--redis-host",
					"0.0.0.0",
				]),
				"service backend",
			),
			line(
				setTemplate(backend, "containers.0.args", ["--host", "127.0.0.1"]),
				"service backend",
			),
			line(
				setTemplate(authJob, "containers.0.commands", ["[::1]"]),
				`job ${authJob}`,
			),
		],
	},
	"no-placeholder": {
		"an empty plain variable": [
			line(write(auth, "LOG_LEVEL", ""), "service auth", "variable LOG_LEVEL"),
			line(
				editVariable(auth, "LOG_LEVEL", () => [{ name: "LOG_LEVEL" }]),
				"service auth",
				"variable LOG_LEVEL",
			),
		],
		"a placeholder such as changeme": [
			line(
				write(auth, "FRONTEND_URL", "https://example.com/TODO"),
				"service auth",
				"variable FRONTEND_URL",
			),
			...["todo", "TODO: a name", "your-name-here", "https://<host>/"].map(
				(value) =>
					line(
						write(auth, "LOG_LEVEL", value),
						"service auth",
						"variable LOG_LEVEL",
						"is a placeholder",
					),
			),
			known(
				setFound(
					versionOf("secret-key-staging"),
					"secretData",
					`a todo of ${"0".repeat(64)}`,
				),
				"service auth",
				"variable SECRET_KEY",
				"is a placeholder",
			),
			known(
				setFound(versionOf("secret-key-staging"), "secretData", "CHANGE_ME"),
				"service auth",
				"variable SECRET_KEY",
				"is a placeholder",
			),
		],
		"whitespace around a value, or a control character in it": [
			line(
				write(auth, "LOG_LEVEL", "INFO "),
				"service auth",
				"variable LOG_LEVEL",
			),
			known(
				setFound(
					versionOf("secret-key-staging"),
					"secretData",
					`${"0".repeat(64)}\n`,
				),
				"service auth",
				"variable SECRET_KEY",
				"whitespace",
			),
		],
		"a secret value that is too short or does not end as its issuer's values do":
			[
				known(
					setFound(versionOf("secret-key-staging"), "secretData", "0a1b"),
					"service auth",
					"variable SECRET_KEY",
					"is shorter than 32 characters",
				),
			],
	},
	"socket-without-ssl": {
		"ssl, sslmode or another TLS parameter on a socket": [
			known(
				inDatabaseUrl(
					`postgresql+asyncpg://u:p@/netra?${socket}&sslmode=require`,
				),
				...databaseUrl,
				"sslmode on a socket",
			),
			known(
				inDatabaseUrl(`postgresql+asyncpg://u:p@/netra?ssl=true&${socket}`),
				...databaseUrl,
			),
		],
		"a host without a TLS parameter": [
			known(
				inDatabaseUrl("postgresql+asyncpg://u:p@10.64.0.3:5432/netra"),
				...databaseUrl,
			),
		],
		"a host whose certificate is not checked by its authorities: another mode than verify-ca, or another file than the mounted one":
			[
				known(
					inDatabaseUrl(
						"postgresql+asyncpg://u:p@10.64.0.3:5432/netra?ssl=require",
					),
					...databaseUrl,
					"ssl=verify-ca",
				),
			],
		"another way than the contract's": [
			known(
				inDatabaseUrl(
					"postgresql+asyncpg://u:p@10.64.0.3:5432/netra?ssl=verify-ca",
				),
				...databaseUrl,
				"via socket",
			),
		],
	},
	"url-form": {
		"another scheme": [
			known(inDatabaseUrl(`postgresql://u:p@/netra?${socket}`), ...databaseUrl),
			known(inDatabaseUrl("netra"), ...databaseUrl, "no URL"),
		],
		"user info that is missing or not percent-encoded": [
			known(
				inDatabaseUrl(`postgresql+asyncpg://u:p@ss@/netra?${socket}`),
				...databaseUrl,
			),
			known(
				inDatabaseUrl(`postgresql+asyncpg://u:p/ss@/netra?${socket}`),
				...databaseUrl,
			),
			known(
				inDatabaseUrl(`postgresql+asyncpg:///netra?${socket}`),
				...databaseUrl,
			),
		],
		"no database": [
			known(
				inDatabaseUrl(`postgresql+asyncpg://u:p@/?${socket}`),
				...databaseUrl,
			),
		],
		"a socket where the driver does not read it, such as in the host's place for SQLAlchemy, or without what the driver needs to reach it":
			[
				known(
					inDatabaseUrl(
						"postgresql+asyncpg://u:p@%2Fcloudsql%2Fnetra-staging%3Aus-central1%3Apostgres/netra",
					),
					...databaseUrl,
				),
			],
		"ClickHouse without https or on another port, or an address of it that holds a login":
			[
				known(
					inClickhouseUrl("http://u:p@netra.clickhouse.cloud:8443/netra"),
					...clickhouseUrl,
				),
				known(
					inClickhouseUrl("https://u:p@netra.clickhouse.cloud/netra"),
					...clickhouseUrl,
				),
			],
	},
	"sibling-urls": {
		"a service's URL with another value": [
			line(
				write(
					backend,
					"AUTH_SERVICE_URL",
					"https://api.staging.netrasystems.ai",
				),
				"service backend",
				"variable AUTH_SERVICE_URL",
			),
		],
		"http: or ws: outside local": [
			line(
				write(
					frontend,
					"NEXT_PUBLIC_WS_URL",
					"ws://api.staging.netrasystems.ai",
				),
				"service frontend",
				"variable NEXT_PUBLIC_WS_URL",
				"not encrypted",
			),
		],
		"a host that the platform does not serve in this environment": [
			line(
				write(
					backend,
					"CORS_ORIGINS",
					"https://app.staging.netrasystems.ai,https://app.netrasystems.ai",
				),
				"service backend",
				"variable CORS_ORIGINS",
				"does not serve",
			),
		],
		"a foreign host that the contract does not declare": [
			"https://help.elsewhere.org",
			"https://app.staging.netrasystems.ai.elsewhere.org",
			"https://app.staging.netrasystems.ai@elsewhere.org",
			"https://app.staging.netrasystems.ai,@elsewhere.org",
			"https://elsewhere.org/@app.staging.netrasystems.ai",
			"https://elsewhere.org?x=@app.staging.netrasystems.ai",
			"https://app.staging.netrasystems.ai,https://elsewhere.org:443",
		].map((url) =>
			line(
				extra("HELP_URL", url),
				"service auth",
				"variable HELP_URL",
				"foreign host",
				"foreignHosts of contract/platform.ts",
			),
		),
		"a host that is not written in lower case, or with a dot at its end": [
			"https://App.staging.netrasystems.ai",
			"https://app.staging.netrasystems.ai.",
			"https://elsewhere.ORG/",
		].map((url) =>
			line(
				extra("HELP_URL", url),
				"service auth",
				"variable HELP_URL",
				"lower case",
			),
		),
		"a URL in which programs find different hosts": [
			"https://app.staging.netrasystems.ai\\@elsewhere.org",
			"https://elsewhere.org\\@app.staging.netrasystems.ai",
			"https://app.staging.netrasystems%2eai",
			"https://app.staging.netra\nsystems.ai",
		].map((url) =>
			line(
				extra("HELP_URL", url),
				"service auth",
				"variable HELP_URL",
				"different hosts",
			),
		),
	},
	"redis-auth-tls": {
		"no instance while a service needs Redis": [
			line(
				(resources) =>
					resources.filter(
						({ type }) => type !== "gcp:redis/instance:Instance",
					),
				"service auth",
			),
		],
		"an instance without AUTH, without encryption or outside private services access":
			[
				line(redisSetting("authEnabled", false), "authEnabled"),
				line(redisSetting("authEnabled", undefined), "authEnabled"),
				line(
					redisSetting("transitEncryptionMode", "DISABLED"),
					"transitEncryptionMode",
				),
				line(redisSetting("connectMode", "DIRECT_PEERING"), "connectMode"),
			],
		"a setting that this preview does not know": [
			line(redisSetting("authEnabled", UNKNOWN), "authEnabled"),
			line(
				redisSetting("transitEncryptionMode", UNKNOWN),
				"transitEncryptionMode",
			),
		],
		"a URL without TLS, without a password or on another port": [
			known(inRedisUrl("redis://:secret@10.64.1.3:6378/0"), ...redisUrl),
			known(inRedisUrl("rediss://10.64.1.3:6378/0"), ...redisUrl),
			known(inRedisUrl("rediss://:secret@10.64.1.3:6379/0"), ...redisUrl),
		],
		"a URL that turns the check of certificates off, or does not name their file":
			[
				known(
					inRedisUrl(
						"rediss://:secret@10.64.1.3:6378/0?ssl_cert_reqs=none&ssl_ca_certs=/etc/netra/redis/ca.pem",
					),
					...redisUrl,
					"turns the check of certificates off",
				),
				known(
					inRedisUrl(
						"rediss://:secret@10.64.1.3:6378/0?ssl_cert_reqs=required",
					),
					...redisUrl,
					"the file of Memorystore's certificates",
				),
			],
	},
};

function redisSetting(
	path: string,
	value: string | boolean | typeof UNKNOWN | undefined,
) {
	return set(({ type }) => type === "gcp:redis/instance:Instance", path, value);
}
