/**
 * Runs a command that ends when this process does, however this one ends, and that gets each signal once. A terminal
 * sends its own to the whole process group; CI or `kill` may send one to this process only.
 */
import {
	type ChildProcess,
	type SpawnOptions,
	spawn,
} from "node:child_process";
import { constants } from "node:os";

const interruptions = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A signal that asks to end. */
export type Interruption = (typeof interruptions)[number];

export type Ending = {
	/** As a shell gives it: 128 and the signal's number where a signal ended the command. */
	code: number;
	/** The first signal that this process got meanwhile. */
	interruption: Interruption | undefined;
};

/** For so long, a signal that one process got may be on its way to the others of the group. */
const graceMilliseconds = 1000;

/** @param options.ignoresHangup then it is told of a closed terminal by SIGTERM. @default false */
export function runTied(
	command: string,
	args: readonly string[],
	{
		ignoresHangup = false,
		...options
	}: SpawnOptions & { ignoresHangup?: boolean } = {},
): { child: ChildProcess; ended: Promise<Ending> } {
	// First, so that no signal ends this process alone.
	const signals = forwardSignals(ignoresHangup);
	const child = spawn(command, args, options);
	signals.to(child);
	const watchdog = startWatchdog(child);
	const ended = new Promise<Ending>((done, fail) => {
		child.once("error", fail);
		child.once("close", (code, signal) => {
			const interruption = signals.stop();
			watchdog.kill("SIGKILL");
			done({
				code: code ?? exitCodeOf(signal as NodeJS.Signals),
				interruption,
			});
		});
	});
	return { child, ended };
}

/** The exit code of a command that a signal ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
	return 128 + constants.signals[signal];
}

/** Whether an exit code is one of {@link exitCodeOf}; the engine's own for a failure is 255. */
export function wasEnded(code: number): boolean {
	return code > 128 && code < 255;
}

/** Ends the child when this process was killed. It has a session of its own, so that what ends the group spares it. */
function startWatchdog({ pid }: ChildProcess): ChildProcess {
	const script = 'read -r _ || kill -TERM "$0"';
	return spawn("sh", ["-c", script, String(pid)], {
		stdio: ["pipe", "ignore", "ignore"],
		detached: true,
	});
}

/** A process that does nothing: it dies of a signal that the whole group gets, and so tells it from one for us alone. */
function startCanary(): ChildProcess {
	return spawn("sh", ["-c", "read -r _"], {
		stdio: ["pipe", "ignore", "ignore"],
	});
}

function hasDied({ exitCode, signalCode }: ChildProcess): boolean {
	return exitCode !== null || signalCode !== null;
}

/** Passes on what the child did not get by itself; `stop` says which signal came first. */
function forwardSignals(ignoresHangup: boolean): {
	to(child: ChildProcess): void;
	stop(): Interruption | undefined;
} {
	let child: ChildProcess | undefined;
	let canary = startCanary();
	let first: Interruption | undefined;
	let waiting: Interruption[] = [];
	const forward = () => {
		const groupGotIt = hasDied(canary);
		for (const signal of waiting) {
			const isLost = signal === "SIGHUP" && ignoresHangup;
			if (!groupGotIt || isLost) {
				child?.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
			}
		}
		waiting = [];
		if (groupGotIt) {
			canary = startCanary();
		}
	};
	const take = (signal: Interruption) => {
		first ??= signal;
		if (waiting.push(signal) === 1) {
			setTimeout(forward, graceMilliseconds).unref();
		}
	};
	for (const signal of interruptions) {
		process.on(signal, take);
	}
	return {
		to(receiver) {
			child = receiver;
		},
		stop() {
			for (const signal of interruptions) {
				process.off(signal, take);
			}
			canary.kill("SIGKILL");
			return first;
		},
	};
}
