/**
 * Staging on the real engine, from its first preview to its end, in as few commands as show each form of output; all that
 * they print is searched for secret values. The other stacks are previewed there, and live in this process.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { environments } from "../../contract/environments.ts";
import { handOver, takeBack } from "../in-process/exchange.ts";
import { type InProcess, succeeded } from "../in-process/in-process.ts";
import { shippedStack } from "../in-process/shipped.ts";
import { type Answer, Checkout, outputOf } from "./checkout.ts";
import { changeCloud, cloudEntries } from "./cloud.ts";

const checkout = new Checkout();
const stacks = Object.fromEntries(
	environments.map((stack) => [
		stack,
		shippedStack(stack, {
			directory: checkout.stateFolder,
			policies: {},
			secretKeys: ["netra-platform:externalSecrets"],
		}),
	]),
);
afterAll(() => {
	for (const stack of Object.values(stacks)) {
		stack.remove();
	}
	checkout.remove();
});

const planted = "planted-openai-key-6b1f0c9a7e5d4f3b2a1908f7e6d5c4b3";
/** Secrets whose values are no secrets: names, a port, a public certificate. */
const harmless =
	/\/(postgres-(host|port|db|user)|service-id|redis-ca)-staging\//;

let printed = "";
let values: string[] = [];

const project = "netra-staging";

/** Takes away a secret that somebody else keeps, for one whose value is in the configuration. */
function forgetSecret(id: string): void {
	changeCloud(checkout, project, ({ resources }) => {
		for (const entries of Object.values(resources)) {
			for (const key of Object.keys(entries).filter((each) =>
				each.includes(`/secrets/${id}`),
			)) {
				delete entries[key];
			}
		}
	});
}

/** Every value that must stay secret, as the cloud holds it. */
function secretValues(): string[] {
	const all = (type: string, key: string) =>
		Object.entries(cloudEntries(checkout, project, type))
			.filter(([id]) => !harmless.test(id))
			.map(([, { properties }]) => properties[key] as string);
	return [
		...all("gcp:secretmanager/secretVersion:SecretVersion", "secretData"),
		...all("gcp:sql/user:User", "password"),
		...all("gcp:redis/instance:Instance", "authString"),
	];
}

/** A value as it may show: as it is, in a URL, in JSON, in base64. */
const forms = (value: string) => [
	...new Set([
		value,
		encodeURIComponent(value),
		JSON.stringify(value).slice(1, -1),
		Buffer.from(value).toString("base64").replace(/=+$/, ""),
	]),
];

const found = (text: string) =>
	values.filter((value) => forms(value).some((form) => text.includes(form)))
		.length;

function filesBelow(folder: string): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name));
}

/** Runs a command of the engine, and keeps what it printed. */
async function run(...args: string[]): Promise<Answer> {
	const answer = await checkout.pulumi(...args);
	printed += answer.output;
	return answer;
}

/** Updates staging. */
const up = (...flags: string[]) =>
	run("up", "-s", "staging", "--yes", "--skip-preview", ...flags);

/**
 * Puts an encrypted value into staging's file, as a team does with its own key. The stand-in, whose key is published, takes
 * secrets for the stack local alone; all its stacks have one key, so what it encrypted there can be moved.
 */
async function plant(id: string, value: string): Promise<void> {
	const set = await checkout.pulumi(
		...["config", "set", "-s", "local", "--secret", "--path"],
		...[`externalSecrets["${id}"].value`, value],
	);
	expect(set).toMatchObject({ code: 0 });
	const local = readFileSync(
		join(checkout.folder, "Pulumi.local.yaml"),
		"utf8",
	);
	const [salt] = /^encryptionsalt: .*$/m.exec(local) ?? [];
	const [encrypted] = /secure: \S+/.exec(local) ?? [];
	checkout.edit("Pulumi.staging.yaml", "config:\n", `${salt}\nconfig:\n`);
	checkout.edit(
		"Pulumi.staging.yaml",
		"  netra-platform:externalSecrets:\n",
		`  netra-platform:externalSecrets:\n    ${id}:\n      value:\n        ${encrypted}\n`,
	);
}

/** The engine's closing lines: how many resources it changed, by what it did. */
const counts = (output: string) =>
	Object.fromEntries(
		[
			...output.matchAll(
				/^ +(?:[+~-]+ *)?(\d+) (to create|created|updated|deleted|replaced|unchanged)$/gm,
			),
		].map(([, count, what]) => [what, Number(count)]),
	);

describe("[R-080] on the real engine", () => {
	it.each(environments)(
		"the %s stack previews with the policy pack enforced",
		async (stack) => {
			const { code, output } = await run(
				"preview",
				"-s",
				stack,
				"--policy-pack",
				"policies",
				...(stack === "staging" ? ["--diff"] : []),
			);
			expect({ code, output }).toMatchObject({
				code: 0,
				output: expect.stringContaining("netra-platform"),
			});
			expect(counts(output)).toEqual({ "to create": expect.any(Number) });
			expect(output).toMatch(
				stack === "staging"
					? /^Policy Packs run:\n.*\n +netra-platform\|/m
					: /^Policies:$/m,
			);
			expect(output).not.toContain("[mandatory]");
		},
	);

	it("the staging stack comes up", async () => {
		const output = outputOf(await up());
		expect(counts(output).created).toBeGreaterThan(100);
	});

	// In one command: what is there is as the state says, and the program wants nothing else.
	it("the staging stack has nothing to change after that, also after a refresh", async () => {
		const output = outputOf(await up("--refresh"));
		expect(counts(output)).toEqual({ unchanged: expect.any(Number) });
	});
});

describe("[R-063] the value of a secret", () => {
	beforeAll(async () => {
		const before = secretValues();
		checkout.edit(
			"Pulumi.staging.yaml",
			"    openai-api-key:\n      version: 1\n",
			"",
		);
		await plant("openai-api-key", planted);
		forgetSecret("openai-api-key-staging");
		outputOf(await run("config", "set", "rotationEpoch", "1", "-s", "staging"));
		outputOf(await run("preview", "-s", "staging", "--json"));
		// Refreshed, since the grants went with the secret.
		outputOf(await up("--diff", "--refresh"));
		outputOf(await run("refresh", "-s", "staging", "--yes", "--skip-preview"));
		outputOf(await run("stack", "-s", "staging", "--show-ids"));
		outputOf(await run("config", "-s", "staging"));
		checkout.edit(
			"Pulumi.staging.yaml",
			'rotationEpoch: "1"',
			'rotationEpoch: "9"',
		);
		expect((await up()).code).not.toBe(0);
		values = [...new Set([...before, ...secretValues()])];
	});

	it("is in the cloud, where it belongs, the planted one among them", () => {
		expect(values.length).toBeGreaterThan(20);
		expect(values).toContain(planted);
		expect(found(values.join("\n"))).toBe(values.length);
		expect(values.filter((value) => value.length < 20)).toEqual([]);
	});

	it("is in nothing that a command prints", () => {
		expect(printed).toContain("openai-api-key");
		expect(found(printed)).toBe(0);
	});

	it("is in no file that the engine or the project writes", () => {
		const cloud = join(checkout.stateFolder, "cloud");
		const files = filesBelow(checkout.stateFolder).filter(
			(file) => !file.startsWith(cloud),
		);
		expect(files.some((file) => file.endsWith("staging.json"))).toBe(true);
		expect(
			files.filter((file) => found(readFileSync(file, "latin1")) > 0),
		).toEqual([]);
		expect(
			found(readFileSync(join(checkout.folder, "Pulumi.staging.yaml"), "utf8")),
		).toBe(0);
	});
});

describe.each(["local", "production"])(
	"[R-080] in this process, the %s stack",
	(environment) => {
		const stack = stacks[environment] as InProcess;

		it("comes up", async () => {
			const { changes } = await succeeded(stack.up());
			expect(Object.keys(changes)).toEqual(["create"]);
			expect(changes.create?.length).toBeGreaterThan(100);
		});

		it("has nothing to change after that, also after a refresh", async () => {
			const { changes } = await succeeded(stack.up({ refresh: true }));
			expect(changes).toEqual({});
		});
	},
);

/** Every resource of staging, as the engine's state has it. */
function resources(): string[] {
	const file = "pulumi/.pulumi/stacks/netra-platform/staging.json";
	const { checkpoint } = JSON.parse(
		readFileSync(join(checkout.stateFolder, file), "utf8"),
	) as { checkpoint: { latest: { resources: { urn: string }[] } } };
	return checkpoint.latest.resources.map(({ urn }) => urn);
}

describe("destroying", () => {
	it("takes the local stack away", async () => {
		await succeeded((stacks.local as InProcess).destroy());
		expect(stacks.local?.state.resources.size).toBe(0);
	});

	it("is refused for staging before anything is deleted, and names what is protected", async () => {
		const before = resources();
		const { code, output } = await checkout.pulumi(
			"destroy",
			"-s",
			"staging",
			"--yes",
		);
		expect(code).not.toBe(0);
		for (const name of [
			"Database::database-database",
			"Instance::redis-instance",
			"Secret::secret-key",
		]) {
			expect(output).toContain(`${name}" cannot be deleted`);
		}
		expect(before.length).toBeGreaterThan(100);
		expect(resources()).toEqual(before);
	});

	it("takes staging away after an update lifted the protection", async () => {
		const stack = stacks.staging as InProcess;
		await takeBack(stack, checkout);
		stack.set("rotationEpoch", 1);
		stack.unset('externalSecrets["openai-api-key"].version');
		stack.set('externalSecrets["openai-api-key"].value', planted);
		stack.set("dataProtection", false);
		await succeeded(stack.up());
		await handOver(stack, checkout);
		const destroyed = await run("destroy", "-s", "staging", "--yes");
		expect(destroyed).toMatchObject({ code: 0 });
	});
});
