import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Checkout } from "./checkout.ts";

const checkout = new Checkout();
afterAll(() => checkout.remove());

const planted = "planted-openai-key-6b1f0c9a7e5d4f3b2a1908f7e6d5c4b3";
/** Secrets whose values are no secrets: names, a port, a public certificate. */
const harmless =
	/\/(postgres-(host|port|db|user)|service-id|redis-ca)-staging\//;

let printed = "";
let values: string[] = [];

type Cloud = {
	resources: Record<
		string,
		Record<string, { properties: Record<string, string> }>
	>;
};
const cloudFile = join(checkout.stateFolder, "cloud/netra-staging.json");
const readCloud = (): Cloud => JSON.parse(readFileSync(cloudFile, "utf8"));

/** Takes away a secret that somebody else keeps, for one whose value is in the configuration. */
function forgetSecret(id: string): void {
	const cloud = readCloud();
	for (const entries of Object.values(cloud.resources)) {
		for (const key of Object.keys(entries).filter((each) =>
			each.includes(`/secrets/${id}`),
		)) {
			delete entries[key];
		}
	}
	writeFileSync(cloudFile, JSON.stringify(cloud));
}

/** Every value that must stay secret, as the cloud holds it. */
function secretValues(): string[] {
	const { resources } = readCloud();
	const all = (type: string, key: string) =>
		Object.entries(resources[type] ?? {})
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

async function run(...args: string[]): Promise<number | null> {
	const { code, output } = await checkout.pulumi(...args);
	printed += output;
	return code;
}

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

beforeAll(async () => {
	checkout.edit(
		"Pulumi.staging.yaml",
		"    openai-api-key:\n      version: 1\n",
		"",
	);
	await plant("openai-api-key", planted);
	expect(await run("preview", "-s", "staging", "--diff")).toBe(0);
	forgetSecret("openai-api-key-staging");
	expect(
		await run("up", "-s", "staging", "--yes", "--skip-preview", "--diff"),
	).toBe(0);
	await run("config", "set", "rotationEpoch", "1", "-s", "staging");
	expect(await run("preview", "-s", "staging", "--diff")).toBe(0);
	expect(await run("preview", "-s", "staging", "--json")).toBe(0);
	expect(await run("up", "-s", "staging", "--yes", "--skip-preview")).toBe(0);
	expect(await run("refresh", "-s", "staging", "--yes", "--skip-preview")).toBe(
		0,
	);
	expect(await run("stack", "-s", "staging", "--show-ids")).toBe(0);
	expect(await run("config", "-s", "staging")).toBe(0);
	await run("config", "set", "rotationEpoch", "9", "-s", "staging");
	expect(await run("up", "-s", "staging", "--yes", "--skip-preview")).not.toBe(
		0,
	);
	values = secretValues();
}, 180_000);

describe("[R-063] the value of a secret", () => {
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
