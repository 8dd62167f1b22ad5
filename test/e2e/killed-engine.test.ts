import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type Checkout, isEngine, outputOf, processesIn } from "./checkout.ts";
import { scriptFaults } from "./cloud.ts";
import { converge, struck } from "./converge.ts";
import { votesCheckout } from "./votes-checkout.ts";

const up = ["up", "-s", "staging", "--yes", "--skip-preview"] as const;
const typed = `tools/pulumi-local ${up.join(" ")}`;

let checkout: Checkout;
beforeEach(() => {
	checkout = votesCheckout();
});
afterEach(() => checkout.remove());

/** Every process that a command of the checkout started, in whatever session: they share its environment. */
function processes(): string[] {
	const mark = `NETRA_LOCAL_DIR=${checkout.stateFolder}\0`;
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((pid) => {
			try {
				const of = (file: string) =>
					readFileSync(`/proc/${pid}/${file}`, "utf8");
				return of("environ").includes(mark)
					? [of("cmdline").replaceAll("\0", " ")]
					: [];
			} catch {
				// It has ended, or is another user's.
				return [];
			}
		});
}

/** Waits until nothing of the checkout runs; what still does after half a minute outlives its command. */
async function allEnded(): Promise<void> {
	for (let tries = 0; tries < 300 && processes().length > 0; tries++) {
		await sleep(100);
	}
	expect(processes()).toEqual([]);
}

/** Starts an update that stops at a step, and waits until it is there with all its plugins. */
async function startUpdate() {
	scriptFaults(checkout, { id: "hang", on: "create", action: "hang" });
	const running = checkout.start("tools/pulumi-local", ...up);
	await struck(checkout, "hang", running.answer);
	scriptFaults(checkout);
	expect(processes().join("\n")).toMatch(
		/language-host|pulumi-language-nodejs/,
	);
	expect(processes().join("\n")).toContain("run-policy-pack");
	return running;
}

function locks(): string[] {
	const folder = join(checkout.stateFolder, "pulumi/.pulumi/locks");
	return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
		(name) => name.endsWith(".json"),
	);
}

/** Runs a command in a terminal of its own, in which `keys` are typed as soon as the first resource is made. */
function inTerminal(keys: string, command = typed) {
	const seen = join(checkout.folder, "seen");
	return checkout.start(
		"sh",
		"-c",
		`{ until grep -q ' created' ${seen} 2>/dev/null; do sleep 0.1; done; ${keys}; } |
			script -qefc "$1" ${seen}`,
		"sh",
		command,
	);
}

describe("nothing outlives", () => {
	it("an engine that was killed; what goes on is said, and goes on", async () => {
		const running = await startUpdate();
		const engine = processesIn(running.pid).find(isEngine);
		process.kill(engine?.pid as number, "SIGKILL");
		const { code, output } = await running.answer;
		await allEnded();
		expect(code).toBe(137);
		const [last, ...before] = output.trim().split("\n").reverse();
		expect(last).toBe(
			`killed: up of staging; its lock stays, and what ran then may be pending (docs/recover-a-failed-update.md); release the lock and run the same command again: tools/pulumi-local cancel -s staging --yes && ${typed}`,
		);
		expect(before.join("\n")).not.toContain("rror");

		expect(await converge(checkout, "staging", async () => undefined)).toMatch(
			/^after cancel/,
		);
		const refresh =
			"refresh -s staging --clear-pending-creates --skip-preview --yes";
		outputOf(await checkout.pulumi(...refresh.split(" ")));
		expect(outputOf(await checkout.pulumi(...up))).not.toContain(
			"pending operations",
		);
	});

	it("a command that was killed: its engine ends by itself and releases its lock", async () => {
		const running = await startUpdate();
		process.kill(running.pid, "SIGKILL");
		await running.answer;
		await allEnded();
		expect(locks()).toEqual([]);
	});

	it("a command that was killed with its engine", async () => {
		const running = await startUpdate();
		process.kill(-running.pid, "SIGKILL");
		await running.answer;
		await allEnded();
	});

	it("a broken pipe, which leaves no lock either", async () => {
		const { code, output } = await checkout.run(
			"bash",
			"-c",
			`${typed} | head -n 1; exit \${PIPESTATUS[0]}`,
		);
		await allEnded();
		expect(locks()).toEqual([]);
		expect({ code, output }).toEqual({
			code: 141,
			output: "Updating (staging):\n",
		});
	});

	it("a terminal that was closed, and its lock is released", async () => {
		const running = inTerminal("kill -9 $(pgrep -P $$ -x script)");
		await running.answer;
		await allEnded();
		expect(locks()).toEqual([]);
	});
});

describe("Ctrl-C", () => {
	it("ends with what was interrupted and how to go on; the stack is not judged as if it were whole", async () => {
		const { code, output } = await inTerminal("printf '\\003'").answer;
		await allEnded();
		const lines = output.trim().split(/\r?\n/);
		expect(lines.at(-1)).toBe(
			`interrupted: up of staging; what was done is recorded; run the same command again: ${typed}`,
		);
		expect(lines.filter((line) => line.includes("[mandatory]"))).toEqual([
			"        - [mandatory]  interrupted  (pulumi:pulumi:Stack: netra-platform-staging)",
		]);
		expect(code).toBe(130);
		expect(locks()).toEqual([]);
	});
});
