/** Ways to break what a workload is bound to. */
import { UNKNOWN } from "../../../fixtures/resources.ts";
import {
	add,
	addVariable,
	all,
	bound,
	editVariable,
	remove,
	set,
	setTemplate,
	workload,
} from "../operations.ts";
import {
	auth,
	authJob,
	backend,
	frontend,
	inProduction,
	known,
	line,
	versionOf,
	type Ways,
} from "./way.ts";

const secretKey = ["service auth", "variable SECRET_KEY"];
const bind = (secret: string, version: string | typeof UNKNOWN | undefined) =>
	editVariable(auth, "SECRET_KEY", () => [
		bound("SECRET_KEY", secret, version),
	]);
const write = (
	name: string,
	variable: string,
	value: string | typeof UNKNOWN,
) => editVariable(name, variable, () => [{ name: variable, value }]);

export const bindings: Ways = {
	"service-present": {
		"a service that is absent": [
			line(remove(workload(frontend)), "service frontend"),
		],
		"a service whose name this preview does not know": [
			line(
				set(workload(auth), "name", UNKNOWN),
				"service auth",
				"1 whose name this preview does not know",
			),
		],
		"two resources for one service": [
			line(
				(resources) => [
					...resources,
					...resources
						.filter(workload(auth))
						.map((each) => ({ ...each, name: "twin" })),
				],
				"service auth",
			),
		],
		"a service of another kind, whose form no rule reads": [
			line(
				add("gcp:cloudrun/service:Service", "old", { name: "netra-old" }),
				"resource old",
			),
			line(
				add("gcp:cloudrunv2/workerPool:WorkerPool", "pool", { name: "pool" }),
				"resource pool",
			),
		],
	},
	"contract-complete": {
		"a variable that is missing": [
			line(
				editVariable(auth, "SECRET_KEY", () => []),
				...secretKey,
				"secret secret-key-staging",
			),
			line(setTemplate(auth, "containers.0.envs", undefined), ...secretKey),
			line(setTemplate(auth, "containers", []), ...secretKey),
			line(set(workload(auth), "template", undefined), ...secretKey),
		],
		"a secret file that is missing": [
			line(
				setTemplate(auth, "volumes", []),
				"service auth",
				"secret redis-ca-staging",
			),
		],
		"a plain variable with another value, or one that this preview does not know":
			[
				line(
					write(auth, "LOG_LEVEL", "DEBUG"),
					"service auth",
					"variable LOG_LEVEL",
					"another value",
				),
				line(
					all(write(auth, "LOG_LEVEL", "DEBUG"), (resources) =>
						setTemplate(auth, "containers.1", {
							envs: [{ name: "LOG_LEVEL", value: "INFO" }],
						})(resources),
					),
					"service auth",
					"variable LOG_LEVEL",
					"another value",
				),
				line(
					write(auth, "LOG_LEVEL", UNKNOWN),
					"service auth",
					"variable LOG_LEVEL",
					"does not know",
				),
			],
	},
	"bindings-static": {
		"a list of variables or files that this preview does not know": [
			line(
				setTemplate(auth, "containers.0.envs", UNKNOWN),
				"service auth",
				"list of variables",
			),
			line(
				setTemplate(auth, "containers", UNKNOWN),
				"service auth",
				"list of variables",
			),
			line(
				set(workload(auth), "template", UNKNOWN),
				"service auth",
				"list of variables",
			),
			line(
				set(workload(authJob), "template", UNKNOWN),
				"service auth",
				"list of variables",
			),
			line(
				setTemplate(auth, "volumes", UNKNOWN),
				"service auth",
				"list of secret files",
			),
			line(
				setTemplate(
					auth,
					"containers.0.volumeMounts.1.subPath",
					"certificates",
				),
				"service auth",
				"whose path this preview does not know",
			),
		],
		"a variable whose name this preview does not know": [
			line(addVariable(auth, { name: UNKNOWN, value: "x" }), "service auth"),
			line(
				editVariable(auth, "SECRET_KEY", () => [UNKNOWN]),
				"service auth",
			),
		],
		"a binding whose secret this preview does not know": [
			line(
				editVariable(auth, "SECRET_KEY", () => [
					bound("SECRET_KEY", UNKNOWN, "1"),
				]),
				...secretKey,
			),
			line(
				editVariable(auth, "SECRET_KEY", () => [
					{ name: "SECRET_KEY", valueSource: UNKNOWN },
				]),
				...secretKey,
			),
		],
		"a volume with a secret that no container mounts, or mounts in part": [
			line(
				setTemplate(auth, "containers.0.volumeMounts", []),
				"service auth",
				"no container mounts",
			),
			line(
				setTemplate(
					auth,
					"containers.0.volumeMounts.1.subPath",
					"certificates",
				),
				"service auth",
				"whose path this preview does not know",
			),
		],
	},
	"critical-list": {
		"a critical name that the service, or a job that works for it, does not have":
			[
				line(
					editVariable(auth, "GCP_PROJECT_ID", () => []),
					"service auth",
					"variable GCP_PROJECT_ID",
					"found no such variable; needed its value",
				),
				line(
					setTemplate(auth, "containers.0.volumeMounts", []),
					"service auth",
					"found no file /etc/netra/redis/ca.pem",
				),
				line(
					editVariable(auth, "SECRET_KEY", () => []),
					...secretKey,
					"policies/second-key.json, both",
				),
				line(
					editVariable(authJob, "SECRET_KEY", () => []),
					...secretKey,
					`job ${authJob}`,
				),
			],
		"a critical name whose binding this preview does not show": [
			line(
				setTemplate(auth, "containers.0.envs", UNKNOWN),
				...secretKey,
				"could not be determined",
			),
			line(
				editVariable(auth, "SECRET_KEY", () => [
					bound("SECRET_KEY", UNKNOWN, "1"),
				]),
				...secretKey,
				"could not be determined",
			),
		],
	},
	"second-key": {
		"a binding of a service that gets no secrets": [
			line(
				addVariable(frontend, bound("SECRET_KEY", "secret-key-staging", "1")),
				"service frontend",
				"variable SECRET_KEY",
				"secret secret-key-staging",
				"needed no secret: its pages",
			),
		],
		"a secret of the stack that its environment must not have": [
			inProduction(
				add("gcp:secretmanager/secret:Secret", "e2e", {
					secretId: "e2e-oauth-simulation-key-production",
				}),
				"secret e2e-oauth-simulation-key-production",
				"as absent.production of policies/second-key.json says",
			),
		],
	},
	"secret-not-plaintext": {
		"a secret variable with a value written out, empty ones included": [
			line(write(auth, "SECRET_KEY", ""), ...secretKey),
			line(write(auth, "SECRET_KEY", "written-out"), ...secretKey),
			line(write(auth, "SECRET_KEY", "true"), ...secretKey),
			line(
				write(auth, "REDIS_CA_CERT", "written-out"),
				"service auth",
				"variable REDIS_CA_CERT",
			),
			line(
				editVariable(auth, "SECRET_KEY", (entry) => [
					{ ...entry, value: "written-out-besides" },
				]),
				...secretKey,
			),
		],
		"a variable whose name sounds like a secret, with a value written out": [
			line(
				addVariable(frontend, { name: "STRIPE_API_KEY", value: "written-out" }),
				"service frontend",
				"variable STRIPE_API_KEY",
			),
			...[
				"DB_PASS",
				"database__connection__password",
				"REDIS_AUTH",
				"SALT",
				"SECRET_KEY_BASE",
				"APP_KEY_STAGING",
			].flatMap((name) =>
				(["", "written-out", UNKNOWN] as const).map((value) =>
					line(
						addVariable(frontend, { name, value }),
						"service frontend",
						`variable ${name}`,
						"notSecrets of contract/platform.ts",
					),
				),
			),
		],
		"a plain variable with a password, token or private key in its value, whatever its name":
			[
				...[
					"https://key:written-out@sentry.example.org/2",
					"Authorization: Bearer written-out",
					"-----BEGIN PRIVATE KEY-----",
				].map((value) =>
					line(
						addVariable(frontend, { name: "UPSTREAM", value }),
						"service frontend",
						"variable UPSTREAM",
						"a password, token or key",
					),
				),
			],
		"a plain variable that holds the value of a secret of this stack": [
			known(
				(resources) => {
					const found = resources.find(
						versionOf("secret-key-staging")(resources),
					);
					return editVariable(auth, "LOG_LEVEL", () => [
						{
							name: "LOG_LEVEL",
							value: found?.properties.secretData ?? null,
						},
					])(resources);
				},
				"service auth",
				"variable LOG_LEVEL",
				"the value of a secret",
			),
		],
		"a command or argument with a password, token or private key in it, or with the value of a secret of this stack":
			[
				...[
					["migrate", "--password=written-out"],
					["sh", "-c", "PGPASSWORD=written-out psql"],
					["psql", "postgres://netra:written-out@10.64.0.3/netra"],
				].flatMap((words) =>
					[auth, frontend].map((name) =>
						line(
							setTemplate(name, "containers.0.args", words),
							`service ${name === auth ? "auth" : "frontend"}`,
							"a password, token or key in a command or argument",
						),
					),
				),
				line(
					setTemplate(authJob, "containers.0.commands", [
						"migrate",
						"--password=written-out",
					]),
					`job ${authJob}`,
				),
				known(
					(resources) => {
						const found = resources.find(
							versionOf("secret-key-staging")(resources),
						);
						return setTemplate(auth, "containers.0.args", [
							`--session=${String(found?.properties.secretData)}`,
						])(resources);
					},
					"service auth",
					"the value of a secret of this stack in a command or argument",
				),
			],
	},
	"target-correct": {
		"a binding to another secret": [
			line(
				bind("jwt-secret-staging", "1"),
				...secretKey,
				"found secret jwt-secret-staging",
			),
		],
		"a binding to a secret that does not exist": [
			line(bind("secret-keys-staging", "1"), ...secretKey),
		],
		"a binding to another environment's secret": [
			line(
				bind("secret-key-production", "1"),
				...secretKey,
				"found secret secret-key-production",
			),
		],
		"a binding to another project's secret": [
			line(
				bind("projects/netra-production/secrets/secret-key-staging", "1"),
				...secretKey,
				"project netra-production",
			),
			line(
				bind("projects/987654321098/secrets/secret-key-staging", "1"),
				...secretKey,
				"project 987654321098",
			),
		],
	},
	"version-pinned": {
		"`latest`": [line(bind("secret-key-staging", "latest"), ...secretKey)],
		"no version, which means `latest`": [
			line(bind("secret-key-staging", undefined), ...secretKey),
			line(bind("secret-key-staging", ""), ...secretKey),
		],
		"a number while this stack makes another version of the secret": [
			line(bind("secret-key-staging", "7"), ...secretKey, "version 7"),
		],
		"an unknown version that no secret version of this stack explains": [
			line(
				editVariable(backend, "GEMINI_API_KEY", () => [
					bound("GEMINI_API_KEY", "gemini-api-key-staging", UNKNOWN),
				]),
				"service backend",
				"variable GEMINI_API_KEY",
			),
		],
	},
	"no-duplicate-binding": {
		"a variable that is set twice": [
			line(
				addVariable(auth, bound("SECRET_KEY", "jwt-secret-staging", "1")),
				...secretKey,
			),
			line(
				addVariable(frontend, { name: "NODE_ENV", value: "production" }),
				"service frontend",
				"variable NODE_ENV",
			),
		],
		"a file that is mounted twice": [
			line(
				all(
					setTemplate(auth, "volumes", [
						{
							name: "certificates",
							secret: {
								secret: "redis-ca-staging",
								items: [
									{ path: "ca.pem", version: "1" },
									{ path: "ca.pem", version: "2" },
								],
							},
						},
					]),
					setTemplate(auth, "containers.0.volumeMounts", [
						{ name: "certificates", mountPath: "/etc/netra/redis" },
					]),
				),
				"service auth",
				"ca.pem",
			),
		],
	},
	"alternatives-exclusive": {
		"variables of two members of a group, whole or in part": [
			line(
				addVariable(auth, { name: "REDIS_HOST", value: "10.64.1.3" }),
				"service auth",
				"variable REDIS_HOST",
				"beside REDIS_URL",
			),
			line(
				addVariable(
					backend,
					bound("CLICKHOUSE_PASSWORD", "clickhouse-password-staging", "1"),
				),
				"service backend",
				"variable CLICKHOUSE_PASSWORD",
				"beside CLICKHOUSE_URL",
			),
		],
	},
	"unknown-name": {
		"a variable that the contract does not have, with the nearest name that it has":
			[
				line(
					addVariable(auth, { name: "LOG_LEVLE", value: "INFO" }),
					"service auth",
					"variable LOG_LEVLE",
					"LOG_LEVEL, which is the nearest name",
				),
				line(
					addVariable(frontend, bound("SECRET_KEY", "secret-key-staging", "1")),
					"service frontend",
					"variable SECRET_KEY",
				),
			],
		"another environment's variable": [
			line(
				addVariable(
					auth,
					bound("JWT_SECRET_PRODUCTION", "jwt-secret-staging", "1"),
				),
				"service auth",
				"variable JWT_SECRET_PRODUCTION",
			),
		],
		"a secret file that the contract does not have": [
			line(
				setTemplate(auth, "containers.0.volumeMounts.1.mountPath", "/etc/x"),
				"service auth",
				"secret redis-ca-staging",
				"/etc/x/ca.pem",
			),
		],
		"a service or job that the contract does not have": [
			line(
				set(workload(frontend), "name", "netra-fronted-staging"),
				"service netra-fronted-staging",
				"netra-frontend-staging, which is the nearest name",
			),
			line(
				add("gcp:cloudrunv2/job:Job", "stray", { name: "cleanup" }),
				"job cleanup",
			),
		],
	},
};
