/** The reset of the stand-in. */
import { spawnSync } from "node:child_process";
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

const root = resolve(import.meta.dirname, "../..");
let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "reset-"));
	for (const name of ["cloud", "pulumi", "plane", "somebody's own"]) {
		mkdirSync(join(folder, name));
		writeFileSync(join(folder, name, "file"), "");
	}
});
afterEach(() => rmSync(folder, { recursive: true }));

const reset = () =>
	spawnSync(process.execPath, ["tools/local-reset.ts"], {
		cwd: root,
		env: { ...process.env, NETRA_LOCAL_DIR: folder },
		encoding: "utf8",
	});

describe("npm run local:reset", () => {
	it("removes the stand-in's projects and stacks, and nothing else", () => {
		expect(reset().status).toBe(0);
		expect(readdirSync(folder)).toEqual(["somebody's own"]);
	});

	it("refuses while something is deployed that runs for real", () => {
		const services = { "netra-local/web": {} };
		const state = { sql: {}, redis: {}, services };
		writeFileSync(join(folder, "plane/state.json"), JSON.stringify(state));
		const { status, stderr } = reset();
		expect(status).toBe(1);
		expect(stderr).toContain(
			"[reset] the local stack is deployed, and its processes would lose their files; nothing was removed\n  fix: tools/pulumi-local destroy -s local --yes\n",
		);
		expect(readdirSync(folder)).toContain("cloud");
	});
});
