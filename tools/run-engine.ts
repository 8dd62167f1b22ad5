/**
 * Runs an engine's operation for tools/pulumi-local: a terminal's, and says at the end what was interrupted and how to
 * go on. Usage: run-engine.ts <operation> <stack> <the command as it was typed> <pulumi's arguments…>
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { checkedContract } from "./checked-contract.ts";
import { type Ending, exitCodeOf, runTied, wasEnded } from "./tied-command.ts";

const [operation = "", stack = "", typed = "", ...args] = process.argv.slice(2);
const isPreview = ["preview", "pre"].includes(operation);

if (isPreview || ["up", "update"].includes(operation)) {
	await checkedContract(stack);
}

const throughPipe = isPipe(1);
const errorsToo = throughPipe && isSamePipe(1, 2) ? "2>&1" : "";
const relay = throughPipe ? startRelay() : undefined;
// A closed terminal would end the engine too. It ends when it is told to, and then releases its lock.
const { child, ended } = runTied(
	"sh",
	["-c", `trap '' HUP; exec pulumi "$@" ${errorsToo}`, "pulumi", ...args],
	{
		stdio: ["inherit", relay?.stdin ?? "inherit", "inherit"],
		ignoresHangup: true,
	},
);
let isPipeBroken = false;
relay?.stdin.destroy();
relay?.stderr.once("data", () => {
	isPipeBroken = true;
	child.kill("SIGTERM");
});
const ending = await ended;
await relay?.ended;
process.exitCode = report(ending);

/**
 * An engine that writes into a broken pipe dies of it, and leaves its lock: this writes there in its place. When the
 * pipe breaks, it says so on its standard error, and goes on reading until the engine has ended. In a session of its own,
 * since a signal to the group would end it before the engine.
 */
function startRelay() {
	const relay = spawn(
		"sh",
		["-c", "cat 2>/dev/null || { echo broken >&2; exec cat >/dev/null; }"],
		{ stdio: ["pipe", "inherit", "pipe"], detached: true },
	);
	const { stdin, stderr } = relay;
	return { stdin, stderr, ended: once(relay, "close") };
}

/** Says how to go on, and answers the exit code. */
function report({ code, interruption }: Ending): number {
	if (code === 0) {
		return 0;
	}
	if (isPipeBroken) {
		return exitCodeOf("SIGPIPE");
	}
	if (interruption !== undefined || wasEnded(code)) {
		const what = `${interruption === undefined ? "killed" : "interrupted"}: ${operation} of ${stack}`;
		say(
			hasLock()
				? `${what}; its lock stays, and what ran then may be pending (docs/recover-a-failed-update.md); release the lock and run the same command again: tools/pulumi-local cancel -s ${stack} --yes && ${typed}`
				: `${what}; ${isPreview ? "nothing was changed" : "what was done is recorded"}; run the same command again: ${typed}`,
		);
	}
	return interruption === undefined ? code : exitCodeOf(interruption);
}

/** On a line of its own: the engine may have been ended within one. Nobody hears it where the terminal is closed. */
function say(text: string): void {
	process.stderr.on("error", () => {});
	process.stderr.write(`\n${text}\n`);
}

/** Whether some engine holds the stack, in the folder that this engine's state is in. */
function hasLock(): boolean {
	const state = process.env.PULUMI_BACKEND_URL?.replace(/^file:\/\//, "") ?? "";
	try {
		return readdirSync(join(state, ".pulumi/locks"), {
			recursive: true,
			encoding: "utf8",
		}).some((path) => path.endsWith(".json") && path.includes(`/${stack}/`));
	} catch {
		return false;
	}
}

function isPipe(descriptor: number): boolean {
	const file = fstatSync(descriptor);
	return file.isFIFO() || file.isSocket();
}

function isSamePipe(one: number, other: number): boolean {
	const [a, b] = [fstatSync(one), fstatSync(other)];
	return a.dev === b.dev && a.ino === b.ino;
}
