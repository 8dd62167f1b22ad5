/** The first version of the second key, as a command writes it from a contract. */
import { spawnSync } from "node:child_process";
import {
	cpSync,
	existsSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import type { Platform } from "../../contract/schema.ts";
import { parseSecondKey } from "../../policies/second-key.ts";
import { secondKey } from "../../policies/shipped-key.ts";
import { draftOf } from "../../tools/key-draft.ts";
import { textOf } from "../../tools/key-text.ts";
import { plainStack } from "../fixtures/plain-stack.ts";
import { preview } from "../fixtures/preview.ts";
import { withChecklistsOf } from "../policies/checklists.ts";
import { judgeStack } from "../policies/engine.ts";
import { temporaryFolder } from "../servers/folder.ts";

const checkout = resolve(import.meta.dirname, "../..");
const shipped = readFileSync(
	join(checkout, "policies/second-key.json"),
	"utf8",
);

describe("a draft of the second key", () => {
	it("[R-103] agrees with its contract, so that a preview passes", async () => {
		const draft = parseSecondKey(JSON.parse(textOf(draftOf(platform))));
		const stack = withChecklistsOf(
			platform,
			draft,
		)(preview(plainStack("staging"), "settled"));
		expect(await judgeStack(stack, { secondKey: draft })).toEqual([]);
	});

	it("[R-103] notices an edit of the contract from then on", async () => {
		const draft = draftOf(platform);
		const edited: Platform = structuredClone(platform);
		delete edited.services.backend?.variables.CORS_ORIGINS;
		delete edited.services.auth?.secrets.SECRET_KEY;
		const said = await judgeStack([], {
			platform: edited,
			secondKey: draft,
		});
		expect(
			said
				.filter(({ rule }) => rule === "critical-list")
				.map(({ message }) => message.slice(0, message.indexOf(":"))),
		).toEqual([
			"[critical-list] service auth, variable SECRET_KEY, secret secret-key-staging, environment staging",
			"[critical-list] service backend, variable CORS_ORIGINS, environment staging",
		]);
	});

	it("says of each reason that nobody has given it yet", () => {
		const { services, equal, differ, noSecrets, absent } = draftOf(platform);
		expect(services.auth?.DATABASE_URL).toEqual({
			secret: "database-url",
			why: "not reviewed: the contract calls it critical",
		});
		expect(services.frontend?.NEXT_PUBLIC_API_URL).toEqual({
			value: { from: "url", of: "backend" },
			why: "not reviewed: it is taken from the contract",
		});
		expect(equal["not reviewed: service-secret is one key"]).toEqual([
			"SERVICE_SECRET",
		]);
		expect(Object.values(differ)[0]).toContain("FERNET_KEY");
		expect(noSecrets).toEqual({ frontend: "not reviewed: it gets none today" });
		expect(absent).toEqual({
			production: {
				"e2e-oauth-simulation-key": "not reviewed: it is not there today",
			},
		});
	});

	it("lists every text, for its owners to strike out what is not critical, and does not bring back what they struck out", () => {
		const drafted = draftOf(platform);
		expect(drafted.services.auth?.LOG_LEVEL).toEqual({
			value: { staging: "INFO", production: "WARNING" },
			why: "not reviewed: remove the line if the service works with another text",
		});
		const { LOG_LEVEL: _, ...auth } = drafted.services.auth ?? {};
		const reviewed = { ...drafted, services: { ...drafted.services, auth } };
		expect(draftOf(platform, reviewed)).toEqual(reviewed);
		const { auth: __, ...others } = reviewed.services;
		expect(
			draftOf(platform, { ...reviewed, services: others }).services.auth,
		).toHaveProperty("LOG_LEVEL");
	});

	it("takes nothing from another platform's", () => {
		const named = { ...platform, name: "acme" };
		expect(draftOf(named, secondKey)).toEqual(draftOf(named));
	});

	it("drops from an earlier one what names nothing any more, and adds keys that it did not know", () => {
		const edited: Platform = structuredClone(platform);
		for (const { secrets } of Object.values(edited.services)) {
			delete secrets.FERNET_KEY;
			delete secrets.E2E_OAUTH_SIMULATION_KEY;
		}
		edited.secrets = edited.secrets.filter(
			({ id }) => id !== "fernet-key" && id !== "e2e-oauth-simulation-key",
		);
		edited.secrets.push({
			id: "link-key",
			source: { from: "generated", encoding: "hex" },
			criticalIn: ["auth", "backend"],
			environments: ["staging", "production"],
		});
		for (const name of ["auth", "backend"]) {
			Object.assign(edited.services[name]?.secrets ?? {}, {
				LINK_KEY: "link-key",
			});
		}
		const { equal, differ, absent } = draftOf(edited, secondKey);
		expect(Object.keys(equal)).toEqual([
			"who signs a token and who checks it have one key",
			"services prove to each other who they are",
			"one registration with Google",
			"not reviewed: link-key is one key",
		]);
		expect(differ["a key that leaks gives away one thing alone"]).not.toContain(
			"FERNET_KEY",
		);
		expect(differ["not reviewed: each key has one purpose"]).toContain(
			"LINK_KEY",
		);
		expect(absent).toEqual({
			local: { "link-key": "not reviewed: it is not there today" },
		});
	});

	it("keeps what the owners of an earlier one said", () => {
		const { secrets: _, ...kept } = draftOf(platform, secondKey);
		const { secrets: __, ...before } = secondKey;
		expect(kept).toEqual(before);
	});

	it("is written in the form of the shipped file", () => {
		expect(textOf(secondKey)).toBe(shipped);
	});
});

describe("npm run key:draft", () => {
	const folder = temporaryFolder("netra");
	const file = join(folder.path, "policies/second-key.json");
	const run = (...args: string[]) => {
		const { status, stdout, stderr } = spawnSync(
			process.execPath,
			[join(folder.path, "tools/key-draft.ts"), ...args],
			{ encoding: "utf8" },
		);
		return { status, said: `${stdout}${stderr}`.trim() };
	};
	beforeAll(() => {
		for (const name of ["tools", "contract", "policies", "package.json"]) {
			cpSync(join(checkout, name), join(folder.path, name), {
				recursive: true,
			});
		}
		symlinkSync(
			join(checkout, "node_modules"),
			join(folder.path, "node_modules"),
		);
	});
	afterAll(folder.remove);

	it("[R-103] leaves a file that exists as it is, and says how to make it anew", () => {
		expect(run()).toEqual({
			status: 1,
			said: "[key-draft] policies/second-key.json exists, and its owners have reviewed it\n  fix: npm run key:draft -- --overwrite makes it anew from the contract; it keeps the reasons, prohibitions and alternatives of this platform",
		});
		expect(readFileSync(file, "utf8")).toBe(shipped);
	});

	it("makes it anew when it is told to, and keeps its reasons", () => {
		expect(run("--overwrite")).toEqual({
			status: 0,
			said: expect.stringMatching(
				/^policies\/second-key\.json says what contract\/platform\.ts says today\. It has every reason; its owners review the difference\. Texts that it does not list, and anybody may change: PYTHONUNBUFFERED of auth, LOG_LEVEL of auth, /,
			),
		});
		expect(parseSecondKey(JSON.parse(readFileSync(file, "utf8")))).toEqual(
			draftOf(platform, secondKey),
		);
	});

	it("writes a first one where there is none", () => {
		rmSync(file);
		const { status, said } = run();
		expect({ status, said }).toEqual({
			status: 0,
			said: expect.stringMatching(
				/^policies\/second-key\.json says what contract\/platform\.ts says today\. Its owners review it, and replace each 'not reviewed' \(\d+\) by the reason\.$/,
			),
		});
		expect(existsSync(file)).toBe(true);
	});

	it("says what is wrong with the one that is there", () => {
		writeFileSync(file, '{ "name": "netra", "secrets": [] }');
		expect(run("--overwrite")).toEqual({
			status: 1,
			said: expect.stringContaining(
				"policies/second-key.json does not hold together:\n  secrets: ",
			),
		});
		writeFileSync(file, "{");
		expect(run("--overwrite")).toEqual({
			status: 1,
			said: expect.stringContaining("policies/second-key.json is no JSON"),
		});
	});

	it("refuses an option that it does not have", () => {
		expect(run("--force").status).toBe(1);
	});
});
