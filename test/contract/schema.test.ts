import { describe, expect, it } from "@jest/globals";
import { serviceNameIn } from "../../contract/names.ts";
import { platform } from "../../contract/platform.ts";
import type { Platform } from "../../contract/schema.ts";
import type { StoreOf } from "../../contract/stores.ts";
import { formatRevisionName } from "../../plan/revision-name.ts";
import { messageAfter } from "./message-after.ts";

const problem = (line: string) =>
	`contract/platform.ts does not hold together:\n  ${line}`;
const auth = (contract: Platform) =>
	contract.services.auth as Platform["services"][string];

const database = (contract: Platform) =>
	contract.stores.database as StoreOf<"postgres">;

const serviceKeys =
	"foreignImage, port, sizing, concurrency, requestTimeoutSeconds, startBudgetSeconds, startupPath, livenessPath, siblings, publicHosts, public, poolPerInstance, sessionAffinity, webSocketPaths, cpuAlwaysAllocated, vpcAccess, roles, variables, notSecrets, reviewedValues, secrets, secretFiles, checkCommand";

describe("a contract", () => {
	it("is accepted as it is shipped", () => {
		expect(messageAfter(() => {})).toBe("accepted");
	});

	it.each<[string, (contract: Platform) => void, string]>([
		[
			"an unknown key",
			(contract) => Object.assign(auth(contract), { replicas: 3 }),
			`services.auth.replicas: is not known here; there are ${serviceKeys}`,
		],
		[
			"a variable that Cloud Run sets",
			(contract) => Object.assign(auth(contract).variables, { PORT: "8080" }),
			"services.auth.variables.PORT: is set by Cloud Run and must not be set by hand",
		],
		...[
			"ghcr.io/vendor/app",
			"registry.example.org/vendor/app",
			"docker.io/python",
			"mirror.gcr.io/library/python",
			"us-docker.pkg.dev/project/app",
			"docker.pkg.dev.example.org/vendor/app",
		].map((repository): [string, (contract: Platform) => void, string] => [
			`an image where Cloud Run takes none from: ${repository}`,
			(contract) => {
				auth(contract).foreignImage = { repository, reason: "the vendor's" };
			},
			"services.auth.foreignImage.repository: is not where Cloud Run takes images from, which is Artifact Registry and docker.io/<owner>/<image>: make a remote repository of Artifact Registry for it, and name that, <location>-docker.pkg.dev/<project>/<repository>/<image>",
		]),
		...[
			"docker.io/vendor/app:2",
			`docker.io/vendor/app@sha256:${"0f".repeat(32)}`,
			"docker.io/Vendor/app",
			"https://docker.io/vendor/app",
			"app",
		].map((repository): [string, (contract: Platform) => void, string] => [
			`an image's repository that is none: ${repository}`,
			(contract) => {
				auth(contract).foreignImage = {
					repository: { staging: repository, production: "docker.io/a/b" },
					reason: "the vendor's",
				};
			},
			"services.auth.foreignImage.repository.staging: must be an image's repository with its registry and without tag and digest, such as docker.io/langfuse/langfuse",
		]),
		[
			"somebody else's image without a reason",
			(contract) => {
				auth(contract).foreignImage = {
					repository: "gcr.io/vendor/app",
					reason: "",
				};
			},
			"services.auth.foreignImage.reason: must give the reason why somebody else's image runs here",
		],
		[
			"a key of a bucket that has none",
			(contract) => {
				contract.stores.files = { kind: "bucket" };
				contract.secrets.push({
					id: "files-key",
					source: { from: "files.access-key-id" },
					criticalIn: [],
				});
				Object.assign(auth(contract).secrets, { FILES: "files-key" });
			},
			"secrets.files-key.source.from: takes 'access-key-id' of 'files', which has no key: give the store hmac: true",
		],
		[
			"a password in the command that checks a service",
			(contract) => {
				auth(contract).checkCommand = ["migrate", "--password=s3cr3t"];
			},
			"services.auth.checkCommand: has a password, token or key in it: bind it in 'secrets', and have the command read the variable, or a file of 'secretFiles'",
		],
		[
			"half of a bucket's key",
			(contract) => {
				contract.stores.files = { kind: "bucket", hmac: true };
				contract.secrets.push({
					id: "files-key",
					source: { from: "files.access-key-id" },
					criticalIn: [],
				});
				Object.assign(contract.services.backend?.secrets ?? {}, {
					FILES_KEY: "files-key",
				});
			},
			"services.backend: takes access-key-id of 'files', by which nobody can log in: take access-key-id, secret-access-key",
		],
		[
			"a bucket's attribute that it does not have",
			(contract) => {
				contract.stores.files = { kind: "bucket" };
				contract.secrets.push({
					id: "files-url",
					source: { from: "files.url" },
					criticalIn: [],
				});
				Object.assign(auth(contract).secrets, { FILES: "files-url" });
			},
			"secrets.files-url.source.from: takes 'url' of 'files', which is of the kind bucket; there are name, endpoint, region, access-key-id, secret-access-key",
		],
		[
			"a bucket whose name is too long in one environment",
			(contract) => {
				contract.stores["bucket-for-the-files-of-all"] = { kind: "bucket" };
				contract.environments.production.project = "netra-prod-european-union";
			},
			"stores.bucket-for-the-files-of-all: makes the bucket's name 'netra-bucket-for-the-files-of-all-production-netra-prod-european-union', which has 70 characters where the API takes 63: shorten the store's name, the platform's or the project's by 7",
		],
		[
			"a bucket whose name holds Google's",
			(contract) => {
				contract.stores["not-google-drive"] = { kind: "bucket" };
			},
			"stores.not-google-drive: makes the bucket's name 'netra-not-google-drive-local-netra-local', and none may begin with 'goog' or hold 'google': choose another name",
		],
		[
			"a bucket's key whose account has too long a name",
			(contract) => {
				contract.stores["files-of-all-our-customers"] = {
					kind: "bucket",
					hmac: true,
				};
			},
			"stores.files-of-all-our-customers: makes the service account's id 'netra-files-of-all-our-customers', which has 32 characters where the API takes 30: shorten the store's name or the platform's by 2",
		],
		[
			"a foreign host that no URL names",
			(contract) =>
				Object.assign(contract.foreignHosts, { "a.example.org": "telemetry" }),
			"foreignHosts.a.example.org: is named by no URL in a plain variable or a template: remove it",
		],
		[
			"a foreign host without a reason",
			(contract) =>
				Object.assign(contract.foreignHosts, { "a.example.org": " " }),
			"foreignHosts.a.example.org: must give the reason why services go there",
		],
		[
			"a foreign host that is a service's own, in another environment too",
			(contract) =>
				Object.assign(contract.foreignHosts, {
					"api.netrasystems.ai": "the API",
				}),
			'foreignHosts.api.netrasystems.ai: is a host of the service \'backend\': remove it, and let variables take { from: "url", of: "backend" }',
		],
		...["A.example.org", "https://a.example.org", "a.example.org:443"].map(
			(host): [string, (contract: Platform) => void, string] => [
				`a foreign host that is none: ${host}`,
				(contract) =>
					Object.assign(contract.foreignHosts, { [host]: "telemetry" }),
				`foreignHosts.${host}: must be a host name in lower case, without scheme, port or path`,
			],
		),
		...["*.example.org", "a.example.org."].map(
			(host): [string, (contract: Platform) => void, string] => [
				`a foreign host that is not written out: ${host}`,
				(contract) =>
					Object.assign(contract.foreignHosts, { [host]: "telemetry" }),
				`foreignHosts.${host}: must be a host name in lower case, without scheme, port or path`,
			],
		),
		[
			"a binding to a secret that does not exist",
			(contract) =>
				Object.assign(auth(contract).secrets, { SECRET_KEY: "secret-kay" }),
			"services.auth.secrets.SECRET_KEY: names the secret 'secret-kay', which is not in 'secrets'",
		],
		[
			"a plain variable that holds a secret by its name",
			(contract) =>
				Object.assign(auth(contract).variables, { STRIPE_API_KEY: "x" }),
			"services.auth.variables.STRIPE_API_KEY: looks like the name of a secret: bind it in 'secrets', or give the reason in 'notSecrets'",
		],
		[
			"a plain variable that holds a secret by its name, where only an environment's value is a switch",
			(contract) =>
				Object.assign(auth(contract).variables, {
					smtp__auth: { staging: "true", production: "s3cr3t" },
				}),
			"services.auth.variables.smtp__auth: looks like the name of a secret: bind it in 'secrets', or give the reason in 'notSecrets'",
		],
		[
			"a plain variable that holds a password by its value, in one environment",
			(contract) =>
				Object.assign(auth(contract).variables, {
					SENTRY_DSN: {
						staging: "https://0123456789abcdef@sentry.example.org/2",
						production: "https://0123456789abcdef:s3cr3t@sentry.example.org/2",
					},
				}),
			"services.auth.variables.SENTRY_DSN: has a password, token or key in its value: bind it in 'secrets', or give the reason in 'notSecrets'",
		],
		[
			"a reason for a variable that is not plain",
			(contract) =>
				Object.assign(auth(contract), {
					notSecrets: { SECRET_KEY: "it is known to everybody" },
				}),
			"services.auth.notSecrets.SECRET_KEY: is no plain variable in 'variables': remove it",
		],
		[
			"a blank reason",
			(contract) => {
				auth(contract).variables.POSTHOG_KEY = "phc_0123456789";
				auth(contract).notSecrets = { POSTHOG_KEY: " " };
			},
			"services.auth.notSecrets.POSTHOG_KEY: must give the reason why it is no secret",
		],
		[
			"names that differ in case alone",
			(contract) =>
				Object.assign(auth(contract).variables, { database_Url: "x" }),
			"services.auth.variables.database_Url: differs from 'DATABASE_URL' in case alone: keep one of both",
		],
		[
			"a variable with two values",
			(contract) =>
				Object.assign(auth(contract).variables, { SERVICE_ID: "x" }),
			"services.auth.variables.SERVICE_ID: is bound to a secret too: a variable has one value",
		],
		[
			"a sibling that does not exist",
			(contract) => auth(contract).siblings.push("billing"),
			"services.auth.siblings: names the service 'billing', which does not exist",
		],
		[
			"a service that is not public and that no other one calls",
			(contract) => {
				for (const each of Object.values(contract.services)) {
					each.siblings = [];
				}
				auth(contract).public = false;
			},
			"services.auth.public: is false, and no service names 'auth' in its 'siblings', so nobody could call it",
		],
		[
			"regions for secrets that are none",
			({ environments }) => {
				environments.staging.secretReplication = { locations: ["global"] };
			},
			"environments.staging.secretReplication.locations.global: must be a region such as us-central1",
		],
		[
			"a region twice",
			({ environments }) => {
				environments.staging.secretReplication = {
					locations: ["us-east1", "us-east1"],
				};
			},
			"environments.staging.secretReplication.locations: must name each region once",
		],
		[
			"no region for secrets",
			({ environments }) => {
				environments.staging.secretReplication = { locations: [] };
			},
			"environments.staging.secretReplication.locations: must name a region",
		],
		[
			"another word for where secrets are kept",
			({ environments }) =>
				Object.assign(environments.staging, { secretReplication: "auto" }),
			'environments.staging.secretReplication: must be "automatic" or { locations: ["<region>", …] }',
		],
		[
			"another key for where a secret is kept",
			(contract) =>
				Object.assign(contract.secrets[0] ?? {}, {
					replication: { staging: { location: ["us-east1"] } },
				}),
			'secrets.database-url.replication.staging: must be "automatic" or { locations: ["<region>", …] }',
		],
		[
			"another way to open services",
			({ environments }) =>
				Object.assign(environments.staging, { publicAccess: "everybody" }),
			"environments.staging.publicAccess: is 'everybody'; there are switch, grant",
		],
		[
			"a critical list with a service that does not exist",
			(contract) => contract.secrets[0]?.criticalIn.push("billing"),
			"secrets.database-url.criticalIn: names the service 'billing', which does not exist",
		],
		[
			"a critical secret that one environment lacks",
			(contract) =>
				Object.assign(contract.secrets[0] ?? {}, { environments: ["staging"] }),
			"secrets.database-url.criticalIn: 'database-url' is not in every environment, so nothing that runs in all of them can depend on it: empty criticalIn, or remove 'environments'",
		],
		[
			"a secret twice",
			(contract) =>
				contract.secrets.push(
					structuredClone(contract.secrets[0] as Platform["secrets"][number]),
				),
			"secrets.database-url: 'database-url' is declared twice",
		],
	])("rejects %s", (_what, edit, line) => {
		expect(messageAfter(edit)).toBe(problem(line));
	});

	it("takes every name that POSIX has", () => {
		expect(
			messageAfter((contract) =>
				Object.assign(auth(contract).variables, {
					database__connection__host: "10.64.0.3",
					_: "x",
					_x: "x",
					nodeEnv: "production",
					"region_{ENV}": "x",
				}),
			),
		).toBe("accepted");
	});

	it.each(["1A", "A.B", "A-B", "A B", "", "É", "{ENV}", "{ENV}_A", "A\n"])(
		"rejects %j as the name of a variable",
		(name) => {
			expect(
				messageAfter((contract) =>
					Object.assign(auth(contract).variables, { [name]: "x" }),
				),
			).toContain(": must be letters, digits and '_', without a digit at");
		},
	);

	it("takes a foreign host that a URL names in one environment alone", () => {
		expect(
			messageAfter((contract) => {
				contract.foreignHosts["o1.ingest.example.org"] =
					"errors are kept there";
				Object.assign(auth(contract).variables, {
					SENTRY_DSN: {
						staging: "",
						production: "https://0123456789abcdef@o1.ingest.example.org/2",
					},
				});
			}),
		).toBe("accepted");
	});

	it("takes variables that look like secrets, with the reason why they are none", () => {
		expect(
			messageAfter((contract) => {
				Object.assign(auth(contract).variables, {
					POSTHOG_KEY: "phc_0123456789",
					SENTRY_DSN: "https://key:legacy@sentry.example.org/2",
				});
				auth(contract).notSecrets = {
					POSTHOG_KEY: "PostHog shows it to every browser",
					SENTRY_DSN: "the part after the key is empty of meaning since 2017",
				};
			}),
		).toBe("accepted");
	});

	it.each(["constructor", "__proto__", "toString", "hasOwnProperty"])(
		"rejects the name %s, which every object has, wherever it is a key",
		(name) => {
			const add = (record: object) =>
				Object.defineProperty(record, name, {
					value: structuredClone(platform.services.auth),
					enumerable: true,
				});
			const line = `${name}: is a name that every JavaScript object has: choose another one`;
			expect(messageAfter(({ services }) => add(services))).toBe(
				problem(`services.${line}`),
			);
			for (const part of ["variables", "secrets", "secretFiles"] as const) {
				expect(messageAfter((contract) => add(auth(contract)[part]))).toBe(
					problem(`services.auth.${part}.${line}`),
				);
			}
		},
	);

	it("rejects what a literal's __proto__ would bring along unseen", () => {
		expect(
			messageAfter((contract) =>
				Object.setPrototypeOf(auth(contract).secrets, { UNSEEN_KEY: "x" }),
			),
		).toBe(
			problem(
				"services.auth.secrets.__proto__: is a name that every JavaScript object has: choose another one",
			),
		);
	});

	it.each<[string, (contract: Platform) => void, string]>([
		[
			"a sibling",
			(contract) => auth(contract).siblings.push("constructor"),
			"services.auth.siblings: names the service 'constructor', which does not exist",
		],
		[
			"a service in a critical list",
			(contract) => contract.secrets[0]?.criticalIn.push("constructor"),
			"secrets.database-url.criticalIn: names the service 'constructor', which does not exist",
		],
		[
			"a service whose URL a variable takes",
			(contract) => {
				auth(contract).variables.API_URL = { from: "url", of: "constructor" };
			},
			"services.auth.variables.API_URL: takes the URL of 'constructor', which does not exist",
		],
		[
			"a secret",
			(contract) => {
				auth(contract).secrets.SECRET_KEY = "constructor";
			},
			"services.auth.secrets.SECRET_KEY: names the secret 'constructor', which is not in 'secrets'",
		],
	])("finds no member of an object's own as %s", (_what, edit, line) => {
		expect(messageAfter(edit)).toContain(`\n  ${line}`);
	});

	const words = "must be lower-case words joined by '-'";
	const letters =
		"must be letters, digits and '_', without a digit at the start, with '{ENV}' at the end at most";
	it.each<[string, (contract: Platform) => void, string]>([
		[
			"a line feed in a service's name",
			({ services }) => {
				services["a\nFAIL b"] = structuredClone(services.auth) as never;
			},
			`services.a\\u{a}FAIL b: ${words}`,
		],
		[
			"an escape code in a secret's id",
			({ secrets }) => {
				Object.assign(secrets[0] ?? {}, { id: "\u001b[2Jx" });
			},
			`secrets.0.id: ${words}`,
		],
		[
			"a direction mark in a variable's name",
			(contract) => {
				auth(contract).variables["A\u202e"] = "x";
			},
			`services.auth.variables.A\\u{202e}: ${letters}`,
		],
		[
			"a name of a thousand characters",
			(contract) => {
				auth(contract).variables["-".repeat(1000)] = "x";
			},
			`services.auth.variables.${"-".repeat(100)}… (1000 characters): ${letters}`,
		],
		[
			"an unknown key with a line feed",
			(contract) => Object.assign(auth(contract), { "x\ny": 1 }),
			`services.auth.x\\u{a}y: is not known here; there are ${serviceKeys}`,
		],
		[
			"a NUL in a variable's value",
			(contract) => {
				auth(contract).variables.A = "x\0";
			},
			"services.auth.variables.A: must not hold a NUL character",
		],
		[
			"a variable's value that is no text",
			(contract) => Object.assign(auth(contract).variables, { A: 5 }),
			"services.auth.variables.A: is a number; the value of a variable is a text: write it in quotes",
		],
		[
			"a path of a probe with a line feed",
			(contract) => {
				auth(contract).livenessPath = "/live\n";
			},
			"services.auth.livenessPath: must begin with '/', and have visible ASCII characters only",
		],
		[
			"a host with a scheme",
			(contract) => {
				auth(contract).publicHosts.staging = ["https://a.example.org"];
			},
			"services.auth.publicHosts.staging.https://a.example.org: must be a host name in lower case, without scheme, port or path",
		],
		[
			"a host with a label of 64 characters",
			(contract) => {
				auth(contract).publicHosts.staging = [`${"a".repeat(64)}.org`];
			},
			`services.auth.publicHosts.staging.${"a".repeat(64)}.org: must be a host name in lower case, without scheme, port or path`,
		],
		[
			"a role of another form",
			(contract) => auth(contract).roles.push("roles/x\ny"),
			"services.auth.roles.3: must be roles/<service>.<role>",
		],
		[
			"a database's name of 58 characters",
			(contract) => {
				database(contract).database = "d".repeat(58);
			},
			"stores.database.database: must have 57 characters at most",
		],
		[
			"a database that every instance has",
			(contract) => {
				database(contract).database = "postgres";
			},
			"stores.database.database: exists in every instance already",
		],
	])("rejects %s in one line that shows it", (_what, edit, line) => {
		const message = messageAfter(edit);
		expect(message.split("\n")).toContain(`  ${line}`);
		expect(message).not.toMatch(/[^\P{C}\n]/u);
	});

	it.each([
		"ca.pem",
		"/ca.pem",
		"/etc/../ca.pem",
		"/etc/netra/./ca.pem",
		"/etc/netra/..",
		"/etc//ca.pem",
		"//etc/ca.pem",
		"/etc/netra/",
		"/etc/netra/a b",
		"/etc/netra/a\nb",
		"/etc/netra/a\0b",
		"/etc/netra/a:b",
		`/etc/${"a".repeat(256)}`,
	])("rejects %j as the path of a secret file", (path) => {
		const message = messageAfter((contract) => {
			auth(contract).secretFiles[path] = "secret-key";
		});
		expect(message).toMatch(
			/: must be the absolute path of a file in a folder: letters, digits, '.', '_' and '-', without '\/\/', '.' and '..'$/m,
		);
		expect(message.split("\n").length).toBeLessThanOrEqual(3);
	});

	it.each([
		"/etc/ca.pem",
		"/cloudsql/x/ca.pem",
		"/dev/x/y",
		"/proc/a",
		"/tmp/a",
	])(
		"rejects the secret file %s, which would hide what the container needs",
		(path) => {
			const folder = path.slice(0, path.lastIndexOf("/"));
			expect(
				messageAfter((contract) => {
					auth(contract).secretFiles[path] = "secret-key";
				}),
			).toBe(
				problem(
					`services.auth.secretFiles.${path}: is mounted over '${folder}', which the container needs: give the file a folder of its own, such as /etc/netra/ca.pem`,
				),
			);
		},
	);

	it.each(["/etc/netra/redis/key.pem", "/etc/netra/redis/keys/key.pem"])(
		"rejects the secret file %s in a folder that another one is mounted over",
		(path) => {
			expect(
				messageAfter((contract) => {
					auth(contract).secretFiles[path] = "secret-key";
				}),
			).toContain(
				`\n  services.auth.secretFiles.${path}: lies in '/etc/netra/redis', which another secret file is mounted over: give each a folder of its own`,
			);
		},
	);

	it("[R-103] rejects hosts that more than one service or environment has, all at once", () => {
		const message = messageAfter(({ services }) => {
			const { auth, backend, frontend } = services as Record<
				string,
				{ publicHosts: Platform["services"][string]["publicHosts"] }
			>;
			Object.assign(auth?.publicHosts ?? {}, {
				staging: ["auth.netrasystems.ai"],
			});
			Object.assign(backend?.publicHosts ?? {}, {
				local: ["api.netrasystems.ai"],
			});
			Object.assign(frontend?.publicHosts ?? {}, {
				production: ["api.netrasystems.ai", "app.netrasystems.ai"],
				// What `local` would have anyway.
				local: frontend?.publicHosts.staging,
			});
		});
		expect(message.split("\n").slice(1)).toEqual([
			"  services.auth.publicHosts.production.auth.netrasystems.ai: 'auth.netrasystems.ai' is a host of auth in staging already: a host belongs to one service in one environment, so give each its own",
			"  services.backend.publicHosts.local.api.netrasystems.ai: 'api.netrasystems.ai' is a host of backend in production already: a host belongs to one service in one environment, so give each its own",
			"  services.frontend.publicHosts.production.api.netrasystems.ai: 'api.netrasystems.ai' is a host of backend in production already: a host belongs to one service in one environment, so give each its own",
		]);
	});

	it("[R-032] rejects a secret that nobody reads", () => {
		expect(
			messageAfter((contract) => {
				delete auth(contract).secrets.OAUTH_HMAC_SECRET;
			}),
		).toBe(
			problem(
				"secrets.oauth-hmac-secret: 'oauth-hmac-secret' is bound by no service and used by no other secret: bind it or remove it",
			),
		);
	});

	it("[R-021] rejects a service that binds REDIS_URL where no secret holds the certificates", () => {
		expect(
			messageAfter((contract) => {
				for (const service of Object.values(contract.services)) {
					service.secretFiles = {};
					for (const [variable, id] of Object.entries(service.secrets)) {
						if (id === "redis-ca") delete service.secrets[variable];
					}
				}
				contract.secrets = contract.secrets.filter(
					({ source }) => source.from !== "redis.ca",
				);
			}),
		).toContain(
			"services.auth.secretFiles./etc/netra/redis/ca.pem: must hold the certificates of 'redis', which 'redis-url' refers to: a secret with the source { from: \"redis.ca\" }",
		);
	});

	it("[R-021] rejects a service that binds REDIS_URL without the certificates that it refers to", () => {
		expect(
			messageAfter((contract) => {
				auth(contract).secretFiles = {};
			}),
		).toBe(
			problem(
				"services.auth.secretFiles./etc/netra/redis/ca.pem: must hold the certificates of 'redis', which 'redis-url' refers to: a secret with the source { from: \"redis.ca\" }",
			),
		);
	});
});

describe("names that an API would refuse", () => {
	/** The contract with auth under another name. */
	const renamed = (name: string) => (contract: Platform) => {
		contract.services[name] = auth(contract);
		contract.secrets.forEach((secret) => {
			secret.criticalIn = secret.criticalIn.map((each) =>
				each === "auth" ? name : each,
			);
		});
		for (const each of Object.values(contract.services)) {
			each.siblings = each.siblings.map((sibling) =>
				sibling === "auth" ? name : sibling,
			);
			for (const value of Object.values(each.variables)) {
				if (typeof value === "object" && "of" in value && value.of === "auth") {
					value.of = name;
				}
			}
		}
		delete contract.services.auth;
	};
	const longest = "a".repeat(17);

	it("[R-031] are none up to the longest that every environment takes, revisions included", () => {
		expect(messageAfter(renamed(longest))).toBe("accepted");
		const service = serviceNameIn(platform, longest, "production");
		const revision = formatRevisionName(service, {
			epoch: 99_999_999,
			hash: "0123abcd",
			attempt: 99_999_999,
		});
		expect(revision.length).toBeLessThanOrEqual(63);
	});

	it("[R-031] are listed together, each with what must change, though staging would take them", () => {
		expect(
			messageAfter((contract) => {
				renamed(`${longest}bc`)(contract);
				const [secret] = contract.secrets;
				if (secret !== undefined) {
					contract.secrets.push({ ...secret, id: "s".repeat(250) });
					Object.assign(contract.services.backend?.secrets ?? {}, {
						LONG: "s".repeat(250),
					});
				}
			}),
		).toBe(
			problem(
				[
					"services.aaaaaaaaaaaaaaaaabc: makes the Cloud Run job's name 'netra-preflight-aaaaaaaaaaaaaaaaabc-production', which has 46 characters where the API takes 44: shorten the service's name or the platform's by 2",
					`secrets.${"s".repeat(100)}… (250 characters): makes the id in Secret Manager '${"s".repeat(250)}-production', which has 261 characters where the API takes 255: shorten the id by 6`,
				].join("\n  "),
			),
		);
	});

	it("[R-031] may be too short", () => {
		expect(
			messageAfter((contract) => {
				contract.name = "ab";
				renamed("cd")(contract);
			}),
		).toBe(
			problem(
				"services.cd: makes the service account's id 'ab-cd', which has 5 characters where the API takes 6 and more: lengthen the service's name or the platform's",
			),
		);
	});

	it("[R-031] may be a volume's", () => {
		const id = "c".repeat(64);
		expect(
			messageAfter((contract) => {
				for (const secret of contract.secrets) {
					secret.id = secret.id === "redis-ca" ? id : secret.id;
				}
				for (const service of Object.values(contract.services)) {
					for (const bound of [service.secrets, service.secretFiles]) {
						for (const [key, each] of Object.entries(bound)) {
							bound[key] = each === "redis-ca" ? id : each;
						}
					}
				}
			}),
		).toBe(
			problem(
				`secrets.${id}: makes the volume's name '${id}', which has 64 characters where the API takes 63: shorten the id by 1`,
			),
		);
	});
});
