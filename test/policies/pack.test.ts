import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import type { Platform } from "../../contract/schema.ts";
import { packArgs } from "../../policies/pack.ts";
import type { Rule } from "../../policies/rule.ts";
import { rules } from "../../policies/rules.ts";
import type { SecondKey } from "../../policies/second-key.ts";
import { secondKey } from "../../policies/shipped-key.ts";
import { plainStack } from "../fixtures/plain-stack.ts";
import { preview } from "../fixtures/preview.ts";
import { type Resource, UNKNOWN } from "../fixtures/resources.ts";
import { judgeResource, judgeStack, urnOf } from "./engine.ts";
import {
	addVariable,
	all,
	bound,
	editVariable,
	setTemplate,
	workload,
} from "./mutants/operations.ts";

const stack = preview(plainStack("staging"), "first");
const auth = "netra-auth-staging";
const authUrn = urnOf("staging", "gcp:cloudrunv2/service:Service::run-auth");
const find = (resources: readonly Resource[], name: string) =>
	resources.find(workload(name)) as Resource;

/** A rule that finds what a test wants it to. */
const ruleThat = (check: Rule["check"]): Rule => ({
	id: "made-up",
	level: "mandatory",
	requirements: [],
	complies: "",
	rejects: [],
	why: "",
	fix: "mend it",
	looksAt: "stack",
	check,
});

describe("the list of rules", () => {
	it("[R-031] has every rule of the folder, under the name of its file", () => {
		const folder = fileURLToPath(
			new URL("../../policies/rules", import.meta.url),
		);
		expect(rules.map(({ id }) => `${id}.ts`).sort()).toEqual(
			readdirSync(folder).sort(),
		);
	});
});

describe("what the engine is told", () => {
	it("[R-063] says in one line what is wrong with a dropped binding, and blames the service", async () => {
		const broken = editVariable(auth, "SECRET_KEY", () => [])(stack);
		expect(await judgeStack(broken)).toEqual([
			{
				rule: "contract-complete",
				mandatory: true,
				urn: authUrn,
				message:
					"[contract-complete] service auth, variable SECRET_KEY, secret secret-key-staging, environment staging: found no such variable; needed one that is bound to the secret; fix: bind it as contract/platform.ts says",
			},
			{
				rule: "critical-list",
				mandatory: true,
				urn: authUrn,
				message:
					"[critical-list] service auth, variable SECRET_KEY, secret secret-key-staging, environment staging: found no such variable; needed a binding to its secret: the service cannot work without it; fix: bind it again; to give it up for good, remove it from contract/platform.ts and from policies/second-key.json, both",
			},
		]);
	});

	it("[R-044] suggests the right name for a misspelt one", async () => {
		const broken = addVariable(auth, { name: "JWT_ALGORITM", value: "HS256" })(
			stack,
		);
		expect((await judgeStack(broken)).map(({ message }) => message)).toEqual([
			"[unknown-name] service auth, variable JWT_ALGORITM, environment staging: found a name that the contract does not have for this service; needed JWT_ALGORITHM, which is the nearest name; fix: correct the name, or add it to contract/platform.ts",
		]);
	});

	it("[R-063] says what could not be determined and where", async () => {
		const broken = setTemplate(auth, "containers.0.envs", UNKNOWN)(stack);
		const messages = (await judgeStack(broken)).map(({ message }) => message);
		expect(messages).toContain(
			"[critical-list] service auth, variable SECRET_KEY, secret secret-key-staging, environment staging: found a list of variables that this preview does not know, so it could not be determined; needed a binding to its secret: the service cannot work without it; fix: bind it again; to give it up for good, remove it from contract/platform.ts and from policies/second-key.json, both",
		);
		expect(messages).toContain(
			"[bindings-static] service auth, environment staging: found a list of variables that this preview does not know; needed what every rule can read at preview; fix: write names and ids as literals, and bind `secret.secretId`, which is known at preview, instead of `secret.id`",
		);
	});

	it("[R-063] sorts by service and variable, and says once what a service and its job have in common", async () => {
		const drop = (name: string) =>
			all(
				editVariable(name, "SECRET_KEY", () => []),
				editVariable(name, "DATABASE_URL", () => []),
			);
		const broken = all(
			drop("netra-backend-staging"),
			drop(auth),
			drop("netra-preflight-auth-staging"),
		)(stack);
		const said = (await judgeStack(broken)).map(({ message }) =>
			message.slice(0, message.indexOf(", secret")),
		);
		expect(said).toEqual([
			"[contract-complete] service auth, variable DATABASE_URL",
			"[critical-list] service auth, variable DATABASE_URL",
			"[contract-complete] service auth, variable SECRET_KEY",
			"[critical-list] service auth, variable SECRET_KEY",
			"[contract-complete] service backend, variable DATABASE_URL",
			"[critical-list] service backend, variable DATABASE_URL",
			"[contract-complete] service backend, variable SECRET_KEY",
			"[critical-list] service backend, variable SECRET_KEY",
		]);
	});

	it("[R-031] counts a rule that throws as a violation, without the error's words", async () => {
		const broken = ruleThat(() => {
			throw new TypeError("hunter2 is not iterable");
		});
		const [found, ...others] = await judgeStack(stack, { rules: [broken] });
		expect(others).toEqual([]);
		expect(found?.mandatory).toBe(true);
		expect(found?.message).toMatch(
			/^\[made-up\] environment staging: found the rule itself failed, so it could not look \(TypeError at .*pack\.test\.ts.*\); needed a rule that decides every case; fix: report it, it is a bug in policies\/rules\/made-up\.ts$/,
		);
		expect(found?.message).not.toContain("hunter2");
	});

	it("[R-031] reports as mandatory whatever the policy's own level was set to", async () => {
		const [policy] = packArgs({
			platform,
			secondKey,
			rules,
			waivers: [],
			today: "2026-12-01",
			dryRun: true,
		}).policies;
		expect(policy?.enforcementLevel).toBe("mandatory");
		// `judgeStack` serves the pack with the level "advisory", as a configuration of the engine might.
		const broken = editVariable(auth, "SECRET_KEY", () => [])(stack);
		expect((await judgeStack(broken)).every(({ mandatory }) => mandatory)).toBe(
			true,
		);
	});

	it("[R-040] rejects a stack whose name is no environment", async () => {
		expect(await judgeStack(stack, { stack: "dev" })).toEqual([
			{
				rule: "environment-matches",
				mandatory: true,
				urn: "",
				message:
					"[environment-matches] environment unknown: found a stack named 'dev'; needed one of local, staging, production, since the stack's name says which environment the contract is read for; fix: pulumi stack select staging",
			},
		]);
	});

	it("[R-031] rejects a stack without resources: every service is absent", async () => {
		const said = (await judgeStack([])).map(({ rule }) => rule);
		expect(said.filter((rule) => rule === "service-present")).toHaveLength(3);
	});
});

/** The second key without a name of a service. */
function keyWithout(service: string, name: string): SecondKey {
	const key = structuredClone(secondKey);
	delete key.services[service]?.[name];
	return key;
}

describe("the second key", () => {
	it("[R-042] lists what the contract calls critical, no more and no less", () => {
		for (const [service, { secrets, secretFiles }] of Object.entries(
			platform.services,
		)) {
			const bound = { ...secrets, ...secretFiles };
			const critical = Object.entries(bound).filter(([, id]) =>
				platform.secrets
					.find((secret) => secret.id === id)
					?.criticalIn.includes(service),
			);
			const listed = Object.entries(secondKey.services[service] ?? {}).flatMap(
				([name, { secret }]) => (secret === undefined ? [] : [[name, secret]]),
			);
			expect(listed.sort()).toEqual(critical.sort());
		}
	});

	it("[R-042] rejects a critical name that was dropped from contract and stack, and says that both files must change", async () => {
		const without: Platform = structuredClone(platform);
		delete without.services.auth?.secrets.SECRET_KEY;
		const broken = all(
			editVariable(auth, "SECRET_KEY", () => []),
			editVariable("netra-preflight-auth-staging", "SECRET_KEY", () => []),
		)(stack);
		const said = await judgeStack(broken, { platform: without });
		expect(said.map(({ message }) => message)).toContain(
			"[critical-list] service auth, variable SECRET_KEY, secret secret-key-staging, environment staging: found no secret for it in contract/platform.ts; needed what policies/second-key.json lists; fix: bind it again; to give it up for good, remove it from contract/platform.ts and from policies/second-key.json, both",
		);
	});

	it("[R-042] rejects a secret that the contract calls critical and the second key does not list", async () => {
		const key = keyWithout("auth", "SECRET_KEY");
		for (const phase of ["first", "settled"] as const) {
			const said = await judgeStack(preview(plainStack("staging"), phase), {
				secondKey: key,
			});
			expect(said).toEqual([
				{
					rule: "critical-list",
					mandatory: true,
					urn: "",
					message:
						'[critical-list] service auth, variable SECRET_KEY, secret secret-key-staging, environment staging: found auth in criticalIn of secret-key in contract/platform.ts, and no secret SECRET_KEY under auth in policies/second-key.json; needed the same in both files; fix: add "SECRET_KEY": { "secret": "secret-key", "why": "…" } to "auth" in policies/second-key.json; to give it up for good, remove \'auth\' from criticalIn',
				},
			]);
		}
		const { auth = {}, ...services } = secondKey.services;
		const said = await judgeStack(stack, {
			secondKey: { ...secondKey, services },
		});
		const secrets = Object.values(auth).filter(
			({ secret }) => secret !== undefined,
		);
		expect(said).toHaveLength(secrets.length);
	});

	it("[R-042] rejects a name of the second key that the contract does not call critical", async () => {
		const edited: Platform = structuredClone(platform);
		for (const secret of edited.secrets) {
			if (secret.id === "jwt-secret") {
				secret.criticalIn = ["backend"];
			}
		}
		const said = await judgeStack(stack, { platform: edited });
		expect(said.map(({ message }) => message)).toEqual([
			"[critical-list] service auth, variable JWT_SECRET_KEY, secret jwt-secret-staging, environment staging: found JWT_SECRET_KEY under auth in policies/second-key.json, and no auth in criticalIn of jwt-secret in contract/platform.ts; needed the same in both files; fix: add 'auth' to criticalIn of 'jwt-secret' in contract/platform.ts; to give it up for good, remove \"JWT_SECRET_KEY\" from \"auth\" in policies/second-key.json",
			"[critical-list] service auth, variable JWT_SECRET_STAGING, secret jwt-secret-staging, environment staging: found JWT_SECRET_{ENV} under auth in policies/second-key.json, and no auth in criticalIn of jwt-secret in contract/platform.ts; needed the same in both files; fix: add 'auth' to criticalIn of 'jwt-secret' in contract/platform.ts; to give it up for good, remove \"JWT_SECRET_{ENV}\" from \"auth\" in policies/second-key.json",
		]);
	});

	it("[R-042] rejects a critical secret file that the second key does not list", async () => {
		const said = await judgeStack(stack, {
			secondKey: keyWithout("auth", "/etc/netra/redis/ca.pem"),
		});
		expect(said.map(({ message }) => message)).toEqual([
			'[critical-list] service auth, secret redis-ca-staging, environment staging: found auth in criticalIn of redis-ca in contract/platform.ts, and no secret /etc/netra/redis/ca.pem under auth in policies/second-key.json; needed the same in both files; fix: add "/etc/netra/redis/ca.pem": { "secret": "redis-ca", "why": "…" } to "auth" in policies/second-key.json; to give it up for good, remove \'auth\' from criticalIn',
		]);
	});

	it("[R-042] rejects a binding that is gone from contract, stack and second key while `criticalIn` still asks for it", async () => {
		const edited: Platform = structuredClone(platform);
		delete edited.services.auth?.secrets.SECRET_KEY;
		const gone = all(
			editVariable(auth, "SECRET_KEY", () => []),
			editVariable("netra-preflight-auth-staging", "SECRET_KEY", () => []),
		)(stack);
		const said = await judgeStack(gone, {
			platform: edited,
			rules: rules.filter(({ id }) => id === "critical-list"),
			secondKey: keyWithout("auth", "SECRET_KEY"),
		});
		expect(said.map(({ message }) => message)).toEqual([
			"[critical-list] service auth, secret secret-key-staging, environment staging: found auth in criticalIn of secret-key in contract/platform.ts, which it does not bind; needed a binding to what the service cannot work without; fix: bind it again; to give it up for good, remove 'auth' from criticalIn",
		]);
	});

	it("[R-042] is not waived where it disagrees with the contract", async () => {
		const said = await judgeStack(stack, {
			secondKey: keyWithout("auth", "SECRET_KEY"),
			waivers: [
				{
					rule: "critical-list",
					resource: "auth",
					reason: "a trial",
					expires: "2027-01-01",
				},
			],
		});
		expect(said.map(({ rule }) => rule)).toContain("critical-list");
	});

	it("[R-042] rejects a service that was dropped from contract and stack", async () => {
		const without: Platform = structuredClone(platform);
		delete without.services.backend;
		delete without.services.frontend?.variables.NEXT_PUBLIC_API_URL;
		delete without.services.frontend?.variables.NEXT_PUBLIC_WS_URL;
		const said = await judgeStack(
			stack.filter((each) => !workload("netra-backend-staging")(each)),
			{ platform: without },
		);
		expect(
			said.filter(
				({ rule, message }) =>
					rule === "critical-list" && message.includes("service backend"),
			),
		).toHaveLength(
			Object.keys(secondKey.services.backend ?? {}).filter(
				(name) => !name.startsWith("/"),
			).length,
		);
	});
});

describe("one resource, judged before it is created", () => {
	const settled = preview(plainStack("staging"), "settled");
	const inputs = find(settled, auth);

	it("[R-031] passes when it is complete", async () => {
		for (const resource of settled) {
			expect(await judgeResource(resource)).toEqual([]);
		}
	});

	it("[R-031] is rejected when it lacks a critical binding", async () => {
		const [broken] = editVariable(auth, "SECRET_KEY", () => [])([inputs]);
		expect(
			(await judgeResource(broken as Resource)).map(({ rule }) => rule),
		).toEqual(["contract-complete", "critical-list"]);
	});

	it("[R-031] is left to the judgement of the whole stack where nothing will be created", async () => {
		const [broken] = editVariable(auth, "SECRET_KEY", () => [])([inputs]);
		expect(await judgeResource(broken as Resource, { dryRun: true })).toEqual(
			[],
		);
	});

	it("[R-020] is rejected when a secret's value points at loopback, before the version exists", async () => {
		const version = settled.find(
			({ name }) => name === "clickhouse-url-v",
		) as Resource;
		const said = await judgeResource({
			...version,
			properties: {
				...version.properties,
				secretData: "https://u:p@localhost:8443/netra",
			},
		});
		expect(said.map(({ message }) => message)).toEqual([
			"[no-loopback] service backend, variable CLICKHOUSE_URL, secret clickhouse-url-staging, environment staging: found a value that points at loopback; needed an address that a container in Cloud Run can reach; fix: use the address that the data store's resource gives, or the sibling's public URL; to listen on every address, 0.0.0.0 in a variable such as HOST or LISTEN_ADDRESS, or after --host",
		]);
	});

	it("[R-031] blocks nothing by a rule that needs the whole stack", async () => {
		const needsAll = ruleThat(function* () {
			yield { found: "something", needed: "something else" };
		});
		expect(await judgeResource(inputs, { rules: [needsAll] })).toEqual([]);
	});
});

describe("unknown values anywhere", () => {
	const settled = preview(plainStack("staging"), "settled");

	it("[R-031] never crash a rule, and never turn a verdict into a remark", async () => {
		for (const resource of settled) {
			for (const property of Object.keys(resource.properties)) {
				const changed = settled.map(
					(each): Resource =>
						each === resource
							? {
									...each,
									properties: { ...each.properties, [property]: UNKNOWN },
								}
							: each,
				);
				const said = await judgeStack(changed);
				expect(
					said.filter(
						({ mandatory, message }) =>
							!mandatory || message.includes("itself failed"),
					),
				).toEqual([]);
			}
		}
	});

	it("[R-031] are rejected where all of a service is unknown", async () => {
		const changed = settled.map(
			(each): Resource =>
				workload(auth)(each)
					? {
							...each,
							properties: Object.fromEntries(
								Object.keys(each.properties).map((key) => [key, UNKNOWN]),
							),
						}
					: each,
		);
		expect(
			(await judgeStack(changed)).some(
				({ rule, message }) =>
					rule === "service-present" && message.includes("service auth"),
			),
		).toBe(true);
	});
});

describe("waivers", () => {
	const waiver = {
		rule: "unknown-name",
		resource: "gcp:cloudrunv2/service:Service::run-frontend",
		reason: "a trial of three weeks, agreed with the owners",
		expires: "2026-12-01",
	};
	const broken = addVariable("netra-frontend-staging", {
		name: "TRIAL",
		value: "yes",
	})(stack);
	const today = "2026-12-01";

	it("[R-042] exempt a resource from a rule up to the day that they name", async () => {
		expect(await judgeStack(broken, { waivers: [waiver], today })).toEqual([]);
		const said = await judgeStack(broken, {
			waivers: [waiver],
			today: "2026-12-02",
		});
		expect(said.map(({ message }) => message)).toEqual([
			"[waivers-valid] environment staging: found waiver number 1 of unknown-name for gcp:cloudrunv2/service:Service::run-frontend, which expired on 2026-12-01; needed rule, resource, reason and a day that has not passed, and nothing else; fix: correct or remove the entry in policies/waivers.json",
			"[unknown-name] service frontend, variable TRIAL, environment staging: found a name that the contract does not have for this service; needed one that it has; fix: correct the name, or add it to contract/platform.ts",
		]);
	});

	it.each([
		[
			"without a reason",
			{ ...waiver, reason: " " },
			"reason: must not be empty",
		],
		[
			"of a rule that does not exist",
			{ ...waiver, rule: "unknown-names" },
			"of the rule 'unknown-names', which does not exist",
		],
		["of another form", { ...waiver, scope: "all" }, "form: "],
		["without a day", { ...waiver, expires: "never" }, "must be a day"],
	])("[R-042] are rejected %s", async (_, entry, says) => {
		const said = await judgeStack(broken, { waivers: [entry], today });
		expect(said.map(({ rule }) => rule)).toEqual([
			"waivers-valid",
			"unknown-name",
		]);
		expect(said[0]?.message).toContain(says);
	});

	it("[R-042] are rejected if the file holds no list", async () => {
		const said = await judgeStack(stack, { waivers: {}, today });
		expect(said.map(({ message }) => message)).toEqual([
			"[waivers-valid] environment staging: found a waiver file that is no list; needed a list of waivers; fix: correct or remove the entry in policies/waivers.json",
		]);
	});

	it("[R-042] never exempt what a service cannot work without", async () => {
		const critical = editVariable(auth, "SECRET_KEY", () => [
			bound("SECRET_KEY", "secret-key-staging", "latest"),
		])(stack);
		const said = await judgeStack(critical, {
			waivers: [
				{
					...waiver,
					rule: "version-pinned",
					resource: "gcp:cloudrunv2/service:Service::run-auth",
				},
			],
			today,
		});
		expect(
			said
				.map(({ message }) => message)
				.filter((text) => /waiver|pinned/.test(text)),
		).toEqual([
			"[version-pinned] service auth, variable SECRET_KEY, secret secret-key-staging, environment staging: found version 'latest'; needed the number of one version; fix: bind the `version` output of the secret's SecretVersion, or the number of a version that exists",
			"[waivers-valid] service auth, variable SECRET_KEY, secret secret-key-staging, environment staging: found a waiver of version-pinned for gcp:cloudrunv2/service:Service::run-auth; needed none: what a service cannot work without cannot be waived; fix: correct or remove the entry in policies/waivers.json",
		]);
	});
});
