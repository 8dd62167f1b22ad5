/** The second key says what the contract must say, whoever edits the contract. */
import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../contract/environments.ts";
import { type Platform, parsePlatform } from "../../contract/schema.ts";
import { parseSecondKey, type SecondKey } from "../../policies/second-key.ts";
import { secondKey } from "../../policies/shipped-key.ts";
import { draftOf } from "../../tools/key-draft.ts";
import { textOf } from "../../tools/key-text.ts";
import { plainStack } from "../fixtures/plain-stack.ts";
import { preview } from "../fixtures/preview.ts";
import { type Edit, edited, previewed } from "./changed-contract.ts";
import { judgeStack } from "./engine.ts";

type Service = Platform["services"][string];
const service = (contract: Platform, name: string) =>
	contract.services[name] as Service;
const secret = (contract: Platform, id: string) =>
	contract.secrets.find(
		(each) => each.id === id,
	) as Platform["secrets"][number];

const drop =
	(of: string, name: string): Edit =>
	(contract) => {
		delete service(contract, of).variables[name];
	};
const write =
	(of: string, name: string, value: Service["variables"][string]): Edit =>
	(contract) => {
		service(contract, of).variables[name] = value;
	};
const point =
	(of: string, name: string, id: string): Edit =>
	(contract) => {
		service(contract, of).secrets[name] = id;
	};

const back =
	"fix: change it back in contract/platform.ts; to change it for good, change policies/second-key.json too, which others review";
const again =
	"needed what policies/second-key.json lists; fix: bind it again; to give it up for good, remove it from contract/platform.ts and from policies/second-key.json, both";

/** Each was an outage, or would have been one, and no other check rejects it. */
const edits: [what: string, Edit, message: string, Environment?][] = [
	[
		"GCP_PROJECT_ID is dropped",
		drop("auth", "GCP_PROJECT_ID"),
		`[critical-list] service auth, variable GCP_PROJECT_ID, environment staging: found no plain value for it in contract/platform.ts; ${again}`,
	],
	[
		"ENVIRONMENT is dropped",
		drop("backend", "ENVIRONMENT"),
		`[critical-list] service backend, variable ENVIRONMENT, environment staging: found no plain value for it in contract/platform.ts; ${again}`,
	],
	[
		"GCP_PROJECT_ID is a constant",
		write("backend", "GCP_PROJECT_ID", "netra-staging"),
		`[second-key] service backend, variable GCP_PROJECT_ID, environment staging: found another text at services.backend.variables.GCP_PROJECT_ID of contract/platform.ts; needed {"from":"project"}, as services.backend.GCP_PROJECT_ID of policies/second-key.json says (secrets are looked up there; without it the environment was not detected); ${back}`,
	],
	[
		"ENVIRONMENT is a constant",
		write("auth", "ENVIRONMENT", { staging: "staging", production: "staging" }),
		`[second-key] service auth, variable ENVIRONMENT, environment production: found a text for each environment at services.auth.variables.ENVIRONMENT of contract/platform.ts; needed {"from":"environment"}, as services.auth.ENVIRONMENT of policies/second-key.json says (what is unset is taken for development); ${back}`,
		"production",
	],
	[
		"backend's JWT_SECRET_KEY has a secret of its own",
		(contract) => {
			contract.secrets.push({
				...secret(contract, "jwt-secret"),
				id: "jwt-secret-backend",
				criticalIn: ["backend"],
			});
			point("backend", "JWT_SECRET_KEY", "jwt-secret-backend")(contract);
		},
		`[second-key] service backend, variable JWT_SECRET_KEY, secret jwt-secret-backend-staging, environment staging: found the secret jwt-secret-backend at services.backend.secrets.JWT_SECRET_KEY of contract/platform.ts; needed the secret jwt-secret, as services.backend.JWT_SECRET_KEY of policies/second-key.json says (auth signs tokens with it and backend checks them); ${back}`,
	],
	[
		"SERVICE_SECRET is bound to jwt-secret",
		point("auth", "SERVICE_SECRET", "jwt-secret"),
		`[second-key] service auth, variable SERVICE_SECRET, secret jwt-secret-staging, environment staging: found the secret jwt-secret at services.auth.secrets.SERVICE_SECRET of contract/platform.ts; needed the secret service-secret, as services.auth.SERVICE_SECRET of policies/second-key.json says (services prove to each other who they are); ${back}`,
	],
	[
		"DATABASE_URL is bound to session-secret-key",
		point("auth", "DATABASE_URL", "session-secret-key"),
		`[second-key] service auth, variable DATABASE_URL, secret session-secret-key-staging, environment staging: found the secret session-secret-key at services.auth.secrets.DATABASE_URL of contract/platform.ts; needed the secret database-url, as services.auth.DATABASE_URL of policies/second-key.json says (users, sessions and everything else is stored there); ${back}`,
	],
	[
		"DATABASE_URL is for another driver",
		(contract) => {
			Object.assign(secret(contract, "database-url").source, {
				driver: "libpq",
			});
		},
		`[second-key] service auth, secret database-url-staging, environment staging: found {"from":"database.url","driver":"libpq"} as the source of 'database-url' at secrets of contract/platform.ts; needed {"from":"database.url","driver":"sqlalchemy-asyncpg"}, as secrets.database-url of policies/second-key.json says; ${back}`,
	],
	[
		"AUTH_SERVICE_URL is dropped",
		drop("backend", "AUTH_SERVICE_URL"),
		`[critical-list] service backend, variable AUTH_SERVICE_URL, environment staging: found no plain value for it in contract/platform.ts; ${again}`,
	],
	[
		"CORS_ORIGINS is dropped",
		drop("backend", "CORS_ORIGINS"),
		`[critical-list] service backend, variable CORS_ORIGINS, environment staging: found no plain value for it in contract/platform.ts; ${again}`,
	],
	[
		"NEXT_PUBLIC_API_URL is dropped",
		drop("frontend", "NEXT_PUBLIC_API_URL"),
		`[critical-list] service frontend, variable NEXT_PUBLIC_API_URL, environment staging: found no plain value for it in contract/platform.ts; ${again}`,
	],
	[
		"CORS_ORIGINS is *",
		write("backend", "CORS_ORIGINS", "*"),
		`[second-key] service backend, variable CORS_ORIGINS, environment staging: found another text at services.backend.variables.CORS_ORIGINS of contract/platform.ts; needed {"from":"urls","of":"frontend"}, as services.backend.CORS_ORIGINS of policies/second-key.json says (browsers may call backend from our own pages alone); ${back}`,
	],
	[
		"a service has another host",
		(contract) => {
			service(contract, "auth").publicHosts.staging = ["login.netrasystems.ai"];
		},
		`[second-key] service auth, environment staging: found login.netrasystems.ai at services.auth.publicHosts.staging of contract/platform.ts; needed auth.staging.netrasystems.ai, as hosts.auth.staging of policies/second-key.json says; ${back}`,
	],
	[
		"the key of test logins is let into production",
		(contract) => {
			delete secret(contract, "e2e-oauth-simulation-key").environments;
		},
		"[second-key] secret e2e-oauth-simulation-key-production, environment production: found 'e2e-oauth-simulation-key' in production at secrets of contract/platform.ts; needed no such secret, as absent.production of policies/second-key.json says (whoever has it logs in as anybody: for tests alone); fix: leave production out of the secret's environments",
		"production",
	],
	[
		"a check is turned off",
		write("auth", "BYPASS_AUTH", "true"),
		"[no-check-bypass] service auth, variable BYPASS_AUTH, environment staging: found a switch that policies/second-key.json forbids; needed no such variable in staging; fix: remove the variable",
	],
	[
		"frontend is given SECRET_KEY",
		point("frontend", "SECRET_KEY", "secret-key"),
		"[second-key] service frontend, variable SECRET_KEY, secret secret-key-staging, environment staging: found the secret secret-key at services.frontend of contract/platform.ts; needed no secret, as noSecrets.frontend of policies/second-key.json says (its pages and their variables are sent to browsers); fix: take the secret from the service; another service, which may have it, answers for this one",
	],
	[
		"a secret is critical for nobody",
		(contract) => {
			secret(contract, "fernet-key").criticalIn = [];
		},
		"[critical-list] service auth, variable FERNET_KEY, secret fernet-key-staging, environment staging: found FERNET_KEY under auth in policies/second-key.json, and no auth in criticalIn of fernet-key in contract/platform.ts; needed the same in both files; fix: add 'auth' to criticalIn of 'fernet-key' in contract/platform.ts; to give it up for good, remove \"FERNET_KEY\" from \"auth\" in policies/second-key.json",
	],
	[
		"a critical secret file is dropped, with all that needs it",
		(contract) => {
			service(contract, "auth").secretFiles = {};
			delete service(contract, "auth").secrets.REDIS_URL;
			delete service(contract, "auth").secrets.REDIS_CA_CERT;
		},
		`[critical-list] service auth, environment staging: found no secret file /etc/netra/redis/ca.pem in contract/platform.ts; ${again}`,
	],
	[
		"another store is behind a name",
		(contract) => {
			Object.assign(contract.stores.database ?? {}, { database: "other" });
		},
		`[second-key] environment staging: found {"kind":"postgres","database":"other"} at stores.database of contract/platform.ts; needed {"kind":"postgres","database":"netra"}, as stores.database of policies/second-key.json says; ${back}`,
	],
	[
		"the platform has another name",
		(contract) => {
			contract.name = "netra-two";
		},
		`[second-key] environment staging: found 'netra-two' at name of contract/platform.ts; needed 'netra', as name of policies/second-key.json says; ${back}`,
	],
	[
		"production is another project",
		(contract) => {
			contract.environments.production.project = "netra-elsewhere";
		},
		`[second-key] environment staging: found 'netra-elsewhere' at environments.production.project of contract/platform.ts; needed 'netra-production', as projects.production of policies/second-key.json says; ${back}`,
	],
];

describe("an edit of the contract alone", () => {
	it.each(edits)(
		"[R-103] is rejected in a preview: %s",
		async (_, edit, message, environment = "staging") => {
			const contract = edited(edit);
			expect(typeof contract).not.toBe("string");
			const { rejections } = await previewed(contract as Platform, environment);
			expect(rejections.map((each) => each.split("\n").at(-1))).toContain(
				message,
			);
		},
	);

	it("[R-043] is rejected in a preview that binds both ways to Redis", async () => {
		const { rejections } = await previewed(
			edited(write("auth", "REDIS_HOST", "redis.test")) as Platform,
			"staging",
		);
		expect(rejections).toContain(
			"[alternatives-exclusive] service auth, variable REDIS_HOST, environment staging: found the variable beside REDIS_URL; needed one of the two ways; fix: keep the variables of one way, in contract/platform.ts and in the service",
		);
	});

	it("[R-103] cannot be waived", async () => {
		const contract = edited(drop("auth", "GCP_PROJECT_ID")) as Platform;
		const said = await judgeStack(preview(plainStack("staging"), "settled"), {
			platform: contract,
			waivers: ["critical-list", "second-key"].map((rule) => ({
				rule,
				resource: "auth",
				reason: "a trial",
				expires: "2027-01-01",
			})),
		});
		expect(said.map(({ rule }) => rule)).toContain("critical-list");
	});
});

describe("an edit of the contract and of the critical names", () => {
	const judged = async (edit: Edit, key: Partial<typeof secondKey>) =>
		(
			await judgeStack([], {
				platform: edited(edit) as Platform,
				secondKey: { ...secondKey, ...key },
			})
		)
			.filter(({ rule }) => rule === "second-key")
			.map(({ message }) => message);

	it("[R-103] is rejected where services need one secret", async () => {
		const services = structuredClone(secondKey.services);
		for (const name of ["JWT_SECRET_KEY", "JWT_SECRET_{ENV}"]) {
			delete services.backend?.[name];
		}
		expect(
			await judged(point("backend", "JWT_SECRET_KEY", "oauth-hmac-secret"), {
				services,
				differ: {},
			}),
		).toEqual([
			"[second-key] service backend, variable JWT_SECRET_KEY, secret oauth-hmac-secret-staging, environment staging: found the secret oauth-hmac-secret in contract/platform.ts, and jwt-secret under JWT_SECRET_KEY of auth; needed one secret for JWT_SECRET_KEY and JWT_SECRET_{ENV}, as equal of policies/second-key.json says; fix: bind both to one secret: who signs a token and who checks it have one key",
		]);
	});

	it("[R-103] is rejected where names need different secrets", async () => {
		const services = structuredClone(secondKey.services);
		delete services.auth?.SERVICE_SECRET;
		expect(
			await judged(point("auth", "SERVICE_SECRET", "jwt-secret"), {
				services,
				equal: {},
			}),
		).toEqual([
			"[second-key] service auth, variable SERVICE_SECRET, secret jwt-secret-staging, environment staging: found the secret jwt-secret in contract/platform.ts, which JWT_SECRET_KEY of auth holds too; needed a secret of its own, as differ of policies/second-key.json says; fix: give each its own secret: a key that leaks gives away one thing alone",
		]);
	});

	it("[R-103] is rejected where the second key does not know a critical secret's source", async () => {
		const { "jwt-secret": _, ...secrets } = secondKey.secrets;
		expect(await judged(() => {}, { secrets })).toEqual([
			'[second-key] service auth, secret jwt-secret-staging, environment staging: found no source of \'jwt-secret\' in policies/second-key.json, though criticalIn in contract/platform.ts names auth and backend; needed the source, in both files; fix: add "jwt-secret" with its source to "secrets" in policies/second-key.json',
		]);
	});

	it("[R-103] is rejected where the second key does not know a key that stored data depends on", async () => {
		const { "oauth-hmac-secret": _, ...secrets } = secondKey.secrets;
		expect(
			await judged(
				(contract) => {
					Object.assign(secret(contract, "oauth-hmac-secret").source, {
						dataDepends: true,
					});
				},
				{ secrets },
			),
		).toEqual([
			`[second-key] secret oauth-hmac-secret-staging, environment staging: found no source of 'oauth-hmac-secret' in policies/second-key.json, though stored data depends on it; needed the source, in both files; fix: add "oauth-hmac-secret" with its source to "secrets" in policies/second-key.json`,
		]);
	});

	it("[R-103] is rejected where a secret is gone that the second key lists", async () => {
		const secrets = {
			...secondKey.secrets,
			"stripe-key": { from: "external" as const },
		};
		expect(await judged(() => {}, { secrets })).toEqual([
			`[second-key] secret stripe-key-staging, environment staging: found no 'stripe-key' at secrets of contract/platform.ts; needed {"from":"external"}, as secrets.stripe-key of policies/second-key.json says; ${back}`,
		]);
	});
});

describe("what closes or checks a service", () => {
	const alone = (of: string) =>
		`${of}fix: take it back in contract/platform.ts, or add it to policies/second-key.json, which others review`;
	/** Private, with a check, somebody else's image, a mark, a role and a foreign host. */
	const guarded = edited((contract) => {
		Object.assign(service(contract, "auth"), {
			public: false,
			checkCommand: ["node", "check.js"],
			foreignImage: { repository: "docker.io/vendor/auth", reason: "theirs" },
			notSecrets: { STAMP_KEY: "a name of a stamp" },
			vpcAccess: true,
			roles: ["roles/logging.logWriter", "roles/pubsub.publisher"],
		});
		Object.assign(service(contract, "auth").variables, {
			STAMP_KEY: "blue",
			SENTRY: "https://sentry.acme.dev",
		});
		contract.foreignHosts["sentry.acme.dev"] = "errors go there";
	}) as Platform;
	const key = draftOf(guarded, secondKey);
	const judged = async (contract: Platform, secondKey: SecondKey) =>
		(await judgeStack([], { platform: contract, secondKey }))
			.filter(({ rule }) => rule === "second-key")
			.map(({ message }) => message);
	const after = (edit: Edit): Platform => {
		const copy = structuredClone(guarded);
		edit(copy);
		return parsePlatform(copy);
	};
	const without =
		(field: string): Edit =>
		(contract) => {
			delete (service(contract, "auth") as Record<string, unknown>)[field];
		};
	const lost = (what: string, field: string, is: string, must: string) =>
		`[second-key] service auth, environment staging: found ${is} at services.auth.${field} of contract/platform.ts; needed ${must}, as settings.auth.${what} of policies/second-key.json says; ${back}`;

	it("[R-103] is in a draft, which agrees with its contract", async () => {
		expect(await judged(guarded, key)).toEqual([]);
		expect(parseSecondKey(JSON.parse(textOf(key)))).toEqual(key);
	});

	it.each<[string, Edit, string]>([
		[
			"is open to everybody",
			without("public"),
			lost("callers", "public", "nothing", "backend and frontend"),
		],
		[
			"has one more caller",
			({ services }) => {
				Object.assign(services, {
					fourth: {
						...services.frontend,
						publicHosts: { staging: ["a.b.c"], production: ["d.e.f"] },
						siblings: ["auth"],
					},
				});
			},
			lost(
				"callers",
				"public",
				"backend and fourth and frontend",
				"backend and frontend",
			),
		],
		[
			"has no check command",
			without("checkCommand"),
			lost("checkCommand", "checkCommand", "nothing", "node and check.js"),
		],
		[
			"runs an image of ours",
			without("foreignImage"),
			lost(
				"foreignImage",
				"foreignImage.repository",
				"nothing",
				"'docker.io/vendor/auth'",
			),
		],
		[
			"has no way into the VPC",
			without("vpcAccess"),
			lost("vpcAccess", "vpcAccess", "nothing", "'true'"),
		],
		[
			"has one more mark",
			(contract) => {
				service(contract, "auth").variables.PASSWORD_COLOUR = "red";
				Object.assign(service(contract, "auth").notSecrets ?? {}, {
					PASSWORD_COLOUR: "a colour",
				});
			},
			lost(
				"notSecrets",
				"notSecrets",
				"PASSWORD_COLOUR and STAMP_KEY",
				"STAMP_KEY",
			),
		],
		[
			"has a role that none may have",
			(contract) => {
				service(contract, "backend").roles.push("roles/editor");
			},
			alone(
				"[second-key] environment staging: found 'roles/editor' at services of contract/platform.ts, and nothing at roles of policies/second-key.json; needed the same in both files; ",
			),
		],
		[
			"goes to one more foreign host",
			(contract) => {
				service(contract, "auth").variables.MORE = "https://more.acme.dev";
				contract.foreignHosts["more.acme.dev"] = "more";
			},
			alone(
				"[second-key] environment staging: found 'more.acme.dev' at foreignHosts of contract/platform.ts, and nothing at foreignHosts of policies/second-key.json; needed the same in both files; ",
			),
		],
	])(
		"[R-103] is rejected where the contract alone says that a service %s",
		async (_, edit, message) => {
			expect(await judged(after(edit), key)).toContain(message);
		},
	);

	it.each<[string, Partial<SecondKey>, string]>([
		[
			"hosts",
			{ hosts: {} },
			"found auth.staging.netrasystems.ai at services.auth.publicHosts.staging of contract/platform.ts, and nothing at hosts.auth.staging",
		],
		[
			"stores",
			{ stores: {} },
			`found {"kind":"redis"} at stores.redis of contract/platform.ts, and nothing at stores.redis`,
		],
		[
			"projects",
			{ projects: {} },
			"found 'netra-production' at environments.production.project of contract/platform.ts, and nothing at projects.production",
		],
		[
			"settings",
			{ settings: {} },
			"found node and check.js at services.auth.checkCommand of contract/platform.ts, and nothing at settings.auth.checkCommand",
		],
	])(
		"[R-103] is rejected where the second key lacks %s",
		async (_, part, found) => {
			expect((await judged(guarded, { ...key, ...part })).join("\n")).toContain(
				found,
			);
		},
	);
});

describe("a row of the second key that names nothing", () => {
	const judged = async (key: Partial<SecondKey>) =>
		(await judgeStack([], { secondKey: { ...secondKey, ...key } }))
			.filter(({ message }) => message.includes("names nothing"))
			.map(({ message }) => message);
	const told = (found: string, needed: string) => [
		`[second-key] environment staging: found ${found}; needed ${needed}; fix: correct or remove it in policies/second-key.json: a row that names nothing protects nothing`,
	];
	const services = "there are auth, backend, frontend";

	it("[R-103] is not in the shipped file", async () => {
		expect(await judged({})).toEqual([]);
	});

	it.each<[string, Partial<SecondKey>, string[]]>([
		[
			"hosts of a service",
			{
				hosts: {
					...secondKey.hosts,
					atuh: { staging: ["a.b"], production: ["c.d"] },
				},
			},
			told(
				"'atuh' at hosts.atuh of policies/second-key.json, and no such service in contract/platform.ts",
				`a service that is there: ${services}: did you mean 'auth'?`,
			),
		],
		[
			"settings of a service",
			{ settings: { web: { vpcAccess: { value: true, why: "x" } } } },
			told(
				"'web' at settings.web of policies/second-key.json, and no such service in contract/platform.ts",
				`a service that is there: ${services}`,
			),
		],
		[
			"a service without secrets",
			{ noSecrets: { ...secondKey.noSecrets, fronted: "pages" } },
			told(
				"'fronted' at noSecrets.fronted of policies/second-key.json, and no such service in contract/platform.ts",
				`a service that is there: ${services}: did you mean 'frontend'?`,
			),
		],
		[
			"variables on one secret",
			{ equal: { "one key": ["JWT_SECRT_KEY", "SECRET_KEY"] } },
			[
				expect.stringMatching(
					/found 'JWT_SECRT_KEY' at equal of .*: did you mean 'JWT_SECRET_KEY'\?/,
				) as unknown as string,
			],
		],
		[
			"variables on several secrets",
			{ differ: { "two keys": ["SECRET_KEYS", "LOG_LEVEL"] } },
			[
				expect.stringMatching(
					/found 'LOG_LEVEL' at differ/,
				) as unknown as string,
				expect.stringMatching(
					/found 'SECRET_KEYS' at differ of .*: did you mean 'SECRET_KEY'\?/,
				) as unknown as string,
			],
		],
		[
			"a secret that must be absent",
			{ absent: { production: { "e2e-oauth-simulation-kye": "tests" } } },
			[
				expect.stringMatching(
					/found 'e2e-oauth-simulation-kye' at absent.production of .*: did you mean 'e2e-oauth-simulation-key'\?/,
				) as unknown as string,
			],
		],
		[
			"ways to say the same",
			{ alternatives: { one: [["REDIS_ULR"], ["REDIS_HOSTT"]] } },
			[
				expect.stringMatching(
					/found 'REDIS_ULR' at alternatives of .*: did you mean 'REDIS_URL'\?/,
				) as unknown as string,
			],
		],
	])("[R-103] is rejected: %s", async (_, key, messages) => {
		expect(await judged(key)).toEqual(messages);
	});
});

describe("the file of the second key", () => {
	const messageOf = (content: unknown): string[] => {
		try {
			parseSecondKey(content);
		} catch (error) {
			return (error as Error).message.split("\n");
		}
		return ["accepted"];
	};

	it("needs a name alone, so that a platform of nothing can have one", () => {
		expect(messageOf({ name: "netra" })).toEqual(["accepted"]);
		expect(messageOf({})[1]).toBe("  name: is missing; expected a text");
	});

	it("[R-063] says everything that is wrong with it, where, and what was expected", () => {
		expect(
			messageOf({
				name: "netra",
				secret: {},
				projects: { dev: "netra" },
				secrets: { "jwt-secret": { from: "somewhere" } },
				services: {
					auth: {
						A: { secret: "jwt-secret" },
						B: { why: "needed" },
						C: { value: { from: "nowhere" }, why: "needed" },
						"D{ENV}X": { secret: "jwt-secret", why: " " },
					},
				},
				absent: { production: { "*": "none" } },
				alternatives: { "one way": [["A"]] },
			}),
		).toEqual([
			"policies/second-key.json does not hold together:",
			"  projects.dev: is not known here; there are local, staging, production",
			"  secrets.jwt-secret.from: is made from 'somewhere'; there are generated, constant, external, template and <store>.<attribute>, and for plain variables environment, project, region, url, urls, host, hosts",
			'  services.auth.A.why: must be given: "why": "<the reason>"',
			'  services.auth.B: must have one of both: "secret", the id of a secret, or "value", as contract/platform.ts writes it',
			'  services.auth.C.value: must be a text without NUL characters, one for each environment, or a source such as { from: "url", of: "<service>" }',
			"  services.auth.D{ENV}X: must be a variable's name, with '{ENV}' at the end at most, or the absolute path of a secret file",
			"  absent.production.*: must be a secret's id without the environment, in which '*' stands for any characters",
			"  alternatives.one way: must have two ways or more",
			"  secret: is not known here; there are name, projects, hosts, settings, roles, foreignHosts, stores, secrets, services, equal, differ, noSecrets, absent, forbiddenVariables, alternatives: did you mean 'secrets'?",
			"  fix: correct it there; policies/second-key.ts says what each part means",
		]);
	});

	it.each([
		"",
		"*",
		"**",
		"[",
		"A[",
		"A.B",
		"NAME=",
		"=x",
		"*=x",
		"A B",
		"A=b c",
		"A\n",
	])(
		"rejects %j as the pattern of variables that must not be set",
		(pattern) => {
			expect(
				messageOf({
					name: "netra",
					forbiddenVariables: { [pattern]: "a reason" },
				})[1],
			).toMatch(
				/: must be a variable's name, in which '\*' stands for any characters but not for the whole name, or NAME=value$/,
			);
		},
	);
});
