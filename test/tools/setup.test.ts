import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
	BareMachine,
	installGo,
	installNode,
	installPulumi,
} from "./bare-machine.ts";

let machine: BareMachine;
beforeEach(() => {
	machine = new BareMachine();
});
afterEach(() => machine.remove());

const calls = () =>
	machine.has("calls")
		? readFileSync(join(machine.root, "calls"), "utf8").trim().split("\n")
		: [];
const silent = { code: 0, stdout: "", stderr: "" };

describe("set-up with nothing to bring", () => {
	it("says nothing, installs nothing and asks the engine for its version only once", async () => {
		installNode(machine);
		installPulumi(machine);
		await machine.run("tools/setup");
		expect(calls()).toEqual([
			"pulumi version",
			"npm ci --include=dev --no-audit --no-fund",
		]);
		expect(await machine.run("tools/setup")).toEqual(silent);
		expect(await machine.run("tools/setup")).toEqual(silent);
		expect(calls()).toHaveLength(2);
	});

	it("puts only the packages' programs in front of PATH where the machine has the rest", async () => {
		installNode(machine);
		installPulumi(machine);
		await machine.run("tools/setup");
		expect(await machine.run("tools/setup", ["--print-path"])).toEqual({
			...silent,
			stdout: `${machine.root}/node_modules/.bin\n`,
		});
	});
});

describe("set-up on a machine that lacks something", () => {
	it("names everything that is missing, and where to get it, in one message", async () => {
		expect(await machine.run("tools/setup")).toEqual({
			code: 1,
			stdout: "",
			stderr: `set-up: Node.js is missing.
        Install Node.js 24, which brings npm, from https://nodejs.org/en/download.
set-up: the Pulumi engine is missing: there is no pulumi on PATH; and there is no Go to build it with.
        Install Pulumi 3.220.0 or newer from https://www.pulumi.com/docs/install/,
        or Go 1.24 or newer from https://go.dev/dl/ (set-up then builds the engine once, in some minutes).
set-up: then run the same command again.
`,
		});
	});

	it("names npm where an old Node.js came without it", async () => {
		machine.program("node", "echo v20.20.2");
		installPulumi(machine);
		expect(
			(await machine.run("tools/setup")).stderr,
		).toBe(`set-up: Node.js is v20.20.2, needed is 22.18.0 or newer; and there is no npm to bring one with.
        Install Node.js 24, which brings npm, from https://nodejs.org/en/download.
set-up: then run the same command again.
`);
	});

	it("brings the pinned Node.js where the machine's is too old, and runs npm with it", async () => {
		installNode(machine, "v22.17.9");
		installPulumi(machine);
		const run = await machine.run("tools/setup", ["--print-path"]);
		expect(run).toEqual({
			code: 0,
			stdout: `${machine.root}/.toolchain/node/node_modules/.bin:${machine.root}/node_modules/.bin\n`,
			stderr: `set-up: bringing Node.js 24 (Node.js is v22.17.9, needed is 22.18.0 or newer). Usually takes 15 s …
set-up: bringing Node.js 24: done in N s
set-up: installing the npm packages (node_modules is not what package-lock.json says). Usually takes 30 s …
set-up: installing the npm packages: done in N s
`,
		});
		expect(await machine.run("tools/setup")).toEqual(silent);
	});

	it("names both ways out where there is neither Pulumi nor Go", async () => {
		installNode(machine);
		expect(
			(await machine.run("tools/setup")).stderr,
		).toBe(`set-up: the Pulumi engine is missing: there is no pulumi on PATH; and there is no Go to build it with.
        Install Pulumi 3.220.0 or newer from https://www.pulumi.com/docs/install/,
        or Go 1.24 or newer from https://go.dev/dl/ (set-up then builds the engine once, in some minutes).
set-up: then run the same command again.
`);
	});

	it("names the version it found where Pulumi is too old and there is no Go", async () => {
		installNode(machine);
		installPulumi(machine, "v3.219.4");
		const { code, stderr } = await machine.run("tools/setup");
		expect(code).toBe(1);
		expect(stderr).toContain(
			"set-up: the Pulumi engine is missing: PROGRAMS/pulumi is v3.219.4, needed is 3.220.0 or newer; and there is no Go",
		);
	});

	it("names the host that a Pulumi lacks", async () => {
		installNode(machine);
		machine.program("pulumi", "echo v3.230.0");
		machine.program("pulumi-language-nodejs", "");
		expect((await machine.run("tools/setup")).stderr).toContain(
			"PROGRAMS/pulumi is v3.230.0, but pulumi-analyzer-policy is not beside it; and there is no Go",
		);
	});

	it("builds the engine with Go's own settings overruled, and only once", async () => {
		installNode(machine);
		installGo(machine);
		const env = {
			GOFLAGS: "-mod=vendor",
			GOTOOLCHAIN: "go1.20",
			GOOS: "plan9",
		};
		const run = await machine.run("tools/setup", ["--print-path"], env);
		expect(run.stdout).toBe(
			`${machine.root}/.toolchain/engine:${machine.root}/node_modules/.bin\n`,
		);
		expect(calls().slice(1)).toEqual([
			"go build GOFLAGS=-mod=readonly GOTOOLCHAIN=auto GOOS=",
			"go list GOFLAGS=-mod=readonly GOTOOLCHAIN=auto GOOS=",
			"go build GOFLAGS=-mod=readonly GOTOOLCHAIN=auto GOOS=",
		]);
		for (const name of [
			"pulumi",
			"pulumi-language-nodejs",
			"pulumi-analyzer-policy",
		]) {
			expect(machine.has(`.toolchain/engine/${name}`)).toBe(true);
		}
		expect(await machine.run("tools/setup")).toEqual(silent);
	});

	it("builds a language host that leaves TypeScript to Node.js", async () => {
		installNode(machine);
		installGo(machine);
		await machine.run("tools/setup");
		const host = await machine.run(".toolchain/engine/pulumi-language-nodejs", [
			"127.0.0.1:1",
		]);
		expect(host.stdout).toBe("language-host -typescript=false 127.0.0.1:1\n");
	});

	it("builds again when the pinned version changes", async () => {
		installNode(machine);
		installGo(machine);
		await machine.run("tools/setup");
		machine.write(
			"tools/engine/go.mod",
			"require github.com/pulumi/pulumi/pkg/v3 v3.221.0\n",
		);
		expect((await machine.run("tools/setup")).stderr).toContain(
			"set-up: building the Pulumi engine, once: done in N s",
		);
		expect(await machine.run("tools/setup")).toEqual(silent);
	});
});

describe("set-up after a failure", () => {
	it("shows the whole output of the step that failed, and keeps nothing half-made", async () => {
		installNode(machine);
		installGo(
			machine,
			'echo half >"$2"; echo "no space left" >&2; echo "on device"; exit 3',
		);
		const { code, stderr } = await machine.run("tools/setup");
		expect(code).toBe(1);
		expect(
			stderr,
		).toContain(`set-up: building the Pulumi engine, once (there is no pulumi on PATH). Usually takes 2 minutes …
no space left
on device
set-up: building the Pulumi engine, once: failed after N s; the output above says why.
        Nothing half-made was kept: once the cause is gone, the same command goes on from here.
`);
		expect(machine.has(".toolchain/engine")).toBe(false);
		expect(machine.has(".toolchain/engine.partial")).toBe(false);
	});

	it("does not take an interrupted build for a finished one", async () => {
		installNode(machine);
		installGo(machine, 'echo half >"$2"; kill -KILL $PPID; sleep 0.1; exit 1');
		await machine.run("tools/setup");
		installGo(machine);
		const { code } = await machine.run("tools/setup");
		expect(code).toBe(0);
		expect(
			readFileSync(join(machine.root, ".toolchain/engine/pulumi"), "utf8"),
		).toContain("#!/usr/bin/env bash\n");
		expect(machine.has(".toolchain/engine.partial")).toBe(false);
	});

	it("does not take packages of an interrupted npm for installed ones", async () => {
		installNode(machine);
		installPulumi(machine);
		machine.program(
			"npm",
			'mkdir -p node_modules; echo "network is down"; exit 1',
		);
		const first = await machine.run("tools/setup");
		expect(first.code).toBe(1);
		expect(first.stderr).toContain(
			"network is down\nset-up: installing the npm packages: failed after N s",
		);
		installNode(machine);
		await machine.run("tools/setup");
		expect(calls()).toContain("npm ci --include=dev --no-audit --no-fund");
	});
});

describe("two set-ups at once", () => {
	it("bring everything once", async () => {
		installNode(machine);
		installGo(machine, "sleep 0.5");
		const runs = await Promise.all([
			machine.run("tools/setup"),
			machine.run("tools/setup"),
		]);
		expect(runs.map(({ code }) => code)).toEqual([0, 0]);
		expect(calls().filter((call) => call.startsWith("npm"))).toHaveLength(1);
		expect(calls().filter((call) => call.startsWith("go build"))).toHaveLength(
			2,
		);
	});
});
