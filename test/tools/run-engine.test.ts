import { spawn } from "node:child_process";
import {
	chmodSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

const checkout = resolve(import.meta.dirname, "../..");
let root: string;
let groups: number[];

beforeEach(() => {
	groups = [];
	root = mkdtempSync(join(tmpdir(), "run-engine-"));
	for (const folder of ["tools", "contract", "policies", "releases"]) {
		cpSync(join(checkout, folder), join(root, folder), { recursive: true });
	}
	cpSync(join(checkout, "package.json"), join(root, "package.json"));
	symlinkSync(join(checkout, "node_modules"), join(root, "node_modules"));
	mkdirSync(join(root, "bin"));
});
afterEach(() => {
	for (const group of groups) {
		try {
			process.kill(-group, "SIGKILL");
		} catch {
			// All of it has ended.
		}
	}
	rmSync(root, { recursive: true, force: true });
});

/** Runs an operation whose engine is a bash script of the test's; `$root` in it is the test's folder. */
function run(engine: string, operation = "up") {
	const file = join(root, "bin/pulumi");
	writeFileSync(file, `#!/usr/bin/env bash\nroot=${root}\n${engine}\n`);
	chmodSync(file, 0o755);
	const child = spawn(
		process.execPath,
		[
			join(root, "tools/run-engine.ts"),
			operation,
			"staging",
			`tools/pulumi-local ${operation}`,
			operation,
			"--stack=staging",
		],
		{
			env: {
				...process.env,
				PATH: `${join(root, "bin")}:${process.env.PATH}`,
				PULUMI_BACKEND_URL: `file://${root}`,
			},
			stdio: ["ignore", "pipe", "pipe"],
			// A process group of its own, to be sent signals as a whole.
			detached: true,
		},
	);
	groups.push(child.pid as number);
	let stdout = "";
	let stderr = "";
	child.stdout.on("data", (data) => {
		stdout += data;
	});
	child.stderr.on("data", (data) => {
		stderr += data;
	});
	const ended = new Promise<{
		code: number | null;
		stdout: string;
		stderr: string;
	}>((done) => child.once("close", (code) => done({ code, stdout, stderr })));
	return { pid: child.pid as number, ended };
}

/** An engine that counts the signals that it gets, and ends a while after the first, as the real one does. */
const counting = `
exec 2>/dev/null
for signal in INT TERM HUP; do trap "echo $signal >>$root/signals" $signal; done
touch $root/ready
until [ -e $root/signals ]; do sleep 0.05; done
sleep 1.5
exit 255`;

async function signalled(
	engine: string,
	signal: NodeJS.Signals,
	to: "wrapper" | "group",
) {
	const { pid, ended } = run(engine);
	while (!existsSync(join(root, "ready"))) {
		await sleep(20);
	}
	process.kill(to === "group" ? -pid : pid, signal);
	const { code, stderr } = await ended;
	const got = readFileSync(join(root, "signals"), "utf8").trim().split("\n");
	return { code, stderr, got };
}

describe("an operation's engine", () => {
	it("gets the arguments, and its output and exit code are the command's", async () => {
		expect(
			await run('echo "pulumi $*"; echo problem >&2; exit 3').ended,
		).toEqual({
			code: 3,
			stdout: "pulumi up --stack=staging\n",
			stderr: "problem\n",
		});
	});

	it.each([
		["SIGINT", "wrapper", "INT", 130],
		["SIGINT", "group", "INT", 130],
		["SIGTERM", "wrapper", "TERM", 143],
		["SIGTERM", "group", "TERM", 143],
		["SIGHUP", "wrapper", "TERM", 129],
		["SIGHUP", "group", "TERM", 129],
	] as const)(
		"gets %s to the %s once, as %s",
		async (signal, to, received, exit) => {
			const { code, got, stderr } = await signalled(counting, signal, to);
			expect({ code, got, stderr }).toEqual({
				code: exit,
				got: [received],
				stderr:
					"\ninterrupted: up of staging; what was done is recorded; run the same command again: tools/pulumi-local up\n",
			});
		},
	);

	it("that was interrupted too late, and succeeded, is no interruption", async () => {
		const { code, stderr } = await signalled(
			counting.replace("exit 255", "exit 0"),
			"SIGINT",
			"group",
		);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	});

	it("that was killed is said to be, and what releases a lock that it left", async () => {
		expect(await run("kill -9 $$", "preview").ended).toEqual({
			code: 137,
			stdout: "",
			stderr:
				"\nkilled: preview of staging; nothing was changed; run the same command again: tools/pulumi-local preview\n",
		});
		const locks = join(root, ".pulumi/locks/organization/toy/staging");
		const { stderr } = await run(
			`mkdir -p ${locks}; touch ${locks}/1.json; kill -9 $$`,
		).ended;
		expect(stderr).toBe(
			"\nkilled: up of staging; its lock stays, and what ran then may be pending (docs/recover-a-failed-update.md); release the lock and run the same command again: tools/pulumi-local cancel -s staging --yes && tools/pulumi-local up\n",
		);
	});
});

describe("a mistake", () => {
	const notStarted = (stderr: string) => ({ code: 1, stdout: "", stderr });

	it.each(["preview", "up"])(
		"[R-063] in the contract is told alone by %s, and no engine starts",
		async (operation) => {
			const file = join(root, "contract/platform.ts");
			const text = readFileSync(file, "utf8");
			writeFileSync(file, text.replace("minInstances: 1", "minInstance: 1"));
			expect(await run("echo started", operation).ended).toEqual(
				notStarted(`contract/platform.ts does not hold together:
  services.auth.sizing.staging.minInstances: is missing; expected a number
  services.auth.sizing.staging: has no 'minInstance'; there are cpu, memoryMib, minInstances, maxInstances: did you mean minInstances?
`),
			);
		},
	);

	it("[R-063] in the release is told alone", async () => {
		writeFileSync(join(root, "releases/staging.json"), "{");
		const { stderr, ...rest } = await run("echo started").ended;
		expect(rest).toEqual({ code: 1, stdout: "" });
		expect(stderr).toMatch(/^\[release\] releases\/staging\.json .*\n/);
		expect(stderr).not.toMatch(/^ {4}at /m);
	});

	it("keeps nobody from destroying what is there", async () => {
		writeFileSync(join(root, "releases/staging.json"), "{");
		const { stdout } = await run("echo started", "destroy").ended;
		expect(stdout).toBe("started\n");
	});
});
