/** Starts a server as a process of its own and waits until it says that it is ready. */
import { type ChildProcess, spawn } from "node:child_process";
import { chownSync } from "node:fs";
import { createServer } from "node:net";
import { listening } from "./listening.ts";

/** Servers that refuse to run as root run as `nobody`. */
const nobody = 65534;

/** True if this process is root, and servers need another user. */
const isRoot = process.getuid?.() === 0;

export type ServerProcess = {
	pid: number;
	/** Resolves when the process has ended. Does nothing if it has ended already. */
	stop: () => Promise<void>;
	/** Resolves when the process has ended, for whatever reason. */
	ended: Promise<void>;
	/** What the process wrote last, for an error message. */
	output: () => string;
};

/** Called with a process's id as soon as there is one, so that even one that never becomes ready can be found again. */
export type Spawned = (pid: number) => void;

/** Hands a file or folder to the user that servers run as. */
export function giveToServers(path: string): void {
	if (isRoot) {
		chownSync(path, nobody, nobody);
	}
}

/** A TCP port of 127.0.0.1 that nothing listens on. */
export async function freePort(): Promise<number> {
	const server = createServer();
	await listening(server, 0, "127.0.0.1");
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === "string") {
		throw new Error("a TCP server has no port");
	}
	return address.port;
}

/** Starts a program as the servers' user, in an environment without anything of ours. */
export function spawnAsServer(command: string, args: string[]): ChildProcess {
	return spawn(command, args, {
		cwd: "/",
		env: { PATH: process.env.PATH, TZ: "UTC", LC_ALL: "C" },
		stdio: ["ignore", "pipe", "pipe"],
		...(isRoot ? { uid: nobody, gid: nobody } : {}),
	});
}

const outputLimit = 4000;

/** Collects the end of what a process writes. */
export function collectOutput(child: ChildProcess): () => string {
	let text = "";
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding("utf8").on("data", (chunk: string) => {
			text = (text + chunk).slice(-outputLimit);
		});
	}
	return () => text;
}

/**
 * Starts a server and waits until its output holds `ready`.
 * @param options.stopSignal the signal that ends it at once and cleanly
 * @param options.spawned is told the process's id
 * @param options.timeoutSeconds how long it may take to be ready. @default 30
 * @throws {Error} with the end of its output, if it ends or stays silent.
 */
export async function startServer(
	command: string,
	args: string[],
	options: {
		ready: string;
		stopSignal: NodeJS.Signals;
		timeoutSeconds?: number;
		spawned?: Spawned | undefined;
	},
): Promise<ServerProcess> {
	const { ready, stopSignal, timeoutSeconds = 30 } = options;
	const child = spawnAsServer(command, args);
	if (child.pid !== undefined) {
		options.spawned?.(child.pid);
	}
	const output = collectOutput(child);
	const killWithUs = () => child.kill("SIGKILL");
	process.once("exit", killWithUs);
	const ended = new Promise<void>((resolve) => {
		child.once("error", () => resolve());
		child.once("close", () => resolve());
	}).then(() => {
		process.removeListener("exit", killWithUs);
	});
	const stop = async () => {
		child.kill(stopSignal);
		await ended;
	};
	const signal = AbortSignal.timeout(timeoutSeconds * 1000);
	const isReady = new Promise<boolean>((resolve) => {
		const look = () => output().includes(ready) && resolve(true);
		child.stdout?.on("data", look);
		child.stderr?.on("data", look);
		child.once("error", () => resolve(false));
		child.once("close", () => resolve(false));
		signal.addEventListener("abort", () => resolve(false), { once: true });
	});
	if (!(await isReady)) {
		const state = signal.aborted
			? `was not ready within ${timeoutSeconds} s`
			: "ended while it started";
		child.kill("SIGKILL");
		throw new Error(`${command} ${state}; its last output:\n${output()}`);
	}
	return { pid: child.pid ?? 0, stop, ended, output };
}
