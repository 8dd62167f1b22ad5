/** Faults that are scripted: where they strike, what they leave behind, and what a mistake in the script is. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { Faults, parseFaults } from "../../local/faults.ts";
import { type Recorded, StandIn, temporaryFolder } from "./harness.ts";

const SECRET = "gcp:secretmanager/secret:Secret";
const KEY = "projects/demo-1/secrets/key";
const inputs = { secretId: "key", replication: { auto: {} } };
const exists = (standIn: StandIn) =>
	standIn.cloud(({ resources }) => KEY in (resources[SECRET] ?? {}));

describe("a fault", () => {
	it("before a creation leaves nothing behind", async () => {
		const standIn = new StandIn();
		standIn.script({ id: "down", on: "create", type: SECRET, times: 1 });
		await expect(standIn.create(SECRET, "key", inputs)).rejects.toThrow(
			"1 error occurred:\n\t* googleapi: Error 500: Internal error encountered., backendError\n\n",
		);
		expect(exists(standIn)).toBe(false);
		await standIn.create(SECRET, "key", inputs);
		expect(standIn.struck()).toEqual(["down"]);
	});

	it("strikes those alone that have a property", async () => {
		const standIn = new StandIn();
		standIn.script(
			{ id: "location", on: "create", having: "replication.auto" },
			{ id: "name", on: "create", having: "secretId=*-two" },
		);
		const regional = (secretId: string) => ({
			secretId,
			replication: { userManaged: { replicas: [{ location: "us-east1" }] } },
		});
		await expect(standIn.create(SECRET, "key", inputs)).rejects.toThrow();
		await standIn.create(SECRET, "key", regional("key-one"));
		await expect(
			standIn.create(SECRET, "key", regional("key-two")),
		).rejects.toThrow();
		expect(standIn.struck()).toEqual(["location", "name"]);
	});

	it("after a creation leaves a resource that nobody recorded: the next creation meets it, and it can be imported", async () => {
		const standIn = new StandIn();
		standIn.script({
			id: "lost",
			on: "create",
			when: "after",
			times: 1,
			message: "connection reset by peer",
		});
		await expect(standIn.create(SECRET, "key", inputs)).rejects.toThrow(
			"connection reset by peer",
		);
		await expect(standIn.create(SECRET, "key", inputs)).rejects.toThrow(
			`googleapi: Error 409: Resource '${KEY}' already exists.`,
		);
		expect((await standIn.import(SECRET, KEY))?.id).toBe(KEY);
	});

	it("after an update leaves the change made and recorded", async () => {
		const standIn = new StandIn();
		const secret = await standIn.create(SECRET, "key", inputs);
		standIn.script({ id: "lost", on: "update", when: "after", times: 1 });
		const { recorded } = await standIn.failingUpdate(secret, {
			...inputs,
			labels: { a: "1" },
		});
		expect(recorded.outputs.labels).toEqual({ a: "1" });
		expect(
			((await standIn.refresh(secret)) as Recorded).outputs.effectiveLabels,
		).toMatchObject({ a: "1" });
	});

	it("before or after a deletion leaves the resource or not, and the deletion can be repeated", async () => {
		const standIn = new StandIn();
		const secret = await standIn.create(SECRET, "key", inputs);
		standIn.script(
			{ id: "before", on: "delete", times: 1 },
			{ id: "after", on: "delete", when: "after", times: 1 },
		);
		await expect(standIn.delete(secret)).rejects.toThrow(
			"googleapi: Error 500",
		);
		expect(exists(standIn)).toBe(true);
		await expect(standIn.delete(secret)).rejects.toThrow(
			"googleapi: Error 500",
		);
		expect(exists(standIn)).toBe(false);
		await standIn.delete(secret);
	});

	it("strikes a check and a read too", async () => {
		const standIn = new StandIn();
		const secret = await standIn.create(SECRET, "key", inputs);
		standIn.script(
			{ id: "check", on: "check", message: "no" },
			{ id: "read", on: "read", message: "no" },
		);
		expect(standIn.failures(SECRET, inputs)).toEqual(["no"]);
		await expect(standIn.refresh(secret)).rejects.toThrow(
			"1 error occurred:\n\t* no\n\n",
		);
	});

	it.each([
		["the resource's name in the program", "thing"],
		["its name in the cloud", "key"],
		["a pattern", "t*g"],
	])("means a resource by %s", async (_what, name) => {
		const standIn = new StandIn();
		standIn.script({ id: "this", on: "create", name });
		await standIn.create(SECRET, "other", { ...inputs, secretId: "other" });
		await expect(standIn.create(SECRET, "thing", inputs)).rejects.toThrow(
			"googleapi: Error 500",
		);
	});

	it("that hangs ends with an error when the engine cancels", async () => {
		const standIn = new StandIn();
		standIn.script({ id: "stuck", on: "create", action: "hang" });
		const creation = standIn.create(SECRET, "key", inputs);
		await new Promise(setImmediate);
		standIn.provider.cancel();
		await expect(creation).rejects.toThrow(
			"1 error occurred:\n\t* operation cancelled\n\n",
		);
	});

	it("that kills ends the process at once, and counts as struck", async () => {
		const folder = temporaryFolder();
		writeFileSync(
			join(folder, "faults.json"),
			JSON.stringify({
				rules: [{ id: "crash", on: "create", action: "kill", times: 1 }],
			}),
		);
		const faults = fileURLToPath(
			new URL("../../local/faults.ts", import.meta.url),
		);
		const strike = `const { Faults } = await import(${JSON.stringify(faults)});
			await new Faults(${JSON.stringify(folder)}).strike({ operation: "create", type: "t", names: ["n"], when: "before" });`;
		const child = spawn(
			process.execPath,
			["--input-type=module", "-e", strike],
			{ stdio: "ignore" },
		);
		expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
		await new Faults(folder).strike({
			operation: "create",
			type: "t",
			names: ["n"],
			when: "before",
		});
	});
});

describe("a script with a mistake is an error, never a fault that is silently missing", () => {
	it.each([
		["text that is no JSON", "rules:", "not valid JSON"],
		[
			"another key beside the rules",
			'{"rules":[],"rule":[]}',
			'expected {"rules": [...]} and nothing else',
		],
		[
			"a property of what has none",
			'{"rules": [{"id": "a", "on": "revision", "having": "template"}]}',
			'rule 1: "revision" has no properties for "having"',
		],
		[
			"an unknown key",
			'{"rules":[{"id":"a","on":"create","typ":"x"}]}',
			'rule 1: unknown key "typ"',
		],
		[
			"an unknown operation",
			'{"rules":[{"id":"a","on":"replace"}]}',
			'rule 1: "on" is missing or not one of its values',
		],
		[
			"no id",
			'{"rules":[{"on":"create"}]}',
			'rule 1: "id" is missing or not one of its values',
		],
		[
			"no times at all",
			'{"rules":[{"id":"a","on":"create","times":0}]}',
			'rule 1: "times" is missing or not one of its values',
		],
		[
			"a moment that the operation does not have",
			'{"rules":[{"id":"a","on":"revision","when":"after"}]}',
			'rule 1: "revision" has no effect for a fault to come after',
		],
		[
			"an action that the operation does not know",
			'{"rules":[{"id":"a","on":"execution","action":"kill"}]}',
			'rule 1: "execution" can only fail: "action" must be "error"',
		],
		[
			"one id for two rules",
			'{"rules":[{"id":"a","on":"create"},{"id":"a","on":"delete"}]}',
			'rule 2: a second rule with the id "a"',
		],
	])("%s", (_title, text, message) => {
		expect(() => parseFaults(text, "faults.json")).toThrow(
			`faults.json: ${message}; the format is described in local/README.md`,
		);
	});
});
