import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";

const checkout = resolve(import.meta.dirname, "../..");

function run(file: string, ...args: string[]) {
	const { status, stdout, stderr } = spawnSync(file, args, {
		cwd: checkout,
		encoding: "utf8",
	});
	return { status, stdout, stderr };
}

describe.each([
	["npm start", "tools/start.ts"],
	["npm run local:status", "tools/local-status.ts"],
])("%s", (command, file) => {
	it("says what it does when asked, and does nothing", () => {
		const { status, stdout } = run(process.execPath, file, "--help");
		expect(status).toBe(0);
		expect(stdout).toMatch(new RegExp(`^usage: ${command}: .+\n$`));
	});

	it("refuses an argument that it would ignore", () => {
		const { status, stdout, stderr } = run(
			process.execPath,
			file,
			"production",
		);
		expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
		expect(stderr).toMatch(
			new RegExp(
				`^${command} takes no arguments, found: production\nusage: ${command}: `,
			),
		);
	});
});

describe("tools/with-toolchain", () => {
	it("speaks of itself when asked, not of the shell", () => {
		expect(run("tools/with-toolchain", "--help")).toEqual({
			status: 0,
			stdout:
				"usage: tools/with-toolchain COMMAND…: runs a command with the project's Node.js, npm packages and Pulumi engine in front of PATH\n",
			stderr: "",
		});
	});

	it("leaves a command's own --help to it", () => {
		const { stdout } = run("tools/with-toolchain", "echo", "--help");
		expect(stdout).not.toMatch(/^usage: tools/);
	});
});
