/** The processes that run, on file: a supervisor that crashed leaves them behind, and the next one ends them. */
import { existsSync, readFileSync } from "node:fs";
import {
	hasEnded,
	identityOf,
	isRunning,
	type ProcessIdentity,
} from "./process-identity.ts";
import { replaceFile } from "./replace-file.ts";

type Listed = ProcessIdentity & {
	what: string;
	/** The signal that ends it cleanly. */
	signal: NodeJS.Signals;
	/** It leads a group of processes of its own. */
	hasGroup: boolean;
};

const graceMilliseconds = 10_000;

export class ProcessList {
	readonly #file: string;
	#listed: Listed[];

	/** @param file where the list is kept; what it holds already was left by somebody else. */
	constructor(file: string) {
		this.#file = file;
		this.#listed = existsSync(file)
			? JSON.parse(readFileSync(file, "utf8"))
			: [];
	}

	/** Writes a process down. */
	add(what: string, pid: number, signal: NodeJS.Signals, hasGroup = false) {
		const identity = identityOf(pid);
		if (identity === undefined) return;
		this.#listed.push({ ...identity, what, signal, hasGroup });
		this.#save();
	}

	/** Strikes out a process that has ended. */
	remove(pid: number): void {
		this.#listed = this.#listed.filter((each) => each.pid !== pid);
		this.#save();
	}

	/** Ends every listed process that still runs; never another one that was given the same id. */
	async endAll(): Promise<void> {
		const left = this.#listed.filter(isRunning);
		for (const each of left) signalTo(each, each.signal);
		await Promise.all(
			left.map(async (each) => {
				if (await hasEnded(each, graceMilliseconds)) return;
				signalTo(each, "SIGKILL");
				await hasEnded(each, graceMilliseconds);
			}),
		);
		this.#listed = [];
		this.#save();
	}

	#save(): void {
		replaceFile(this.#file, JSON.stringify(this.#listed));
	}
}

/** Sends a signal; a process that has ended meanwhile is no error. */
export function signalTo(
	{ pid, hasGroup }: { pid: number; hasGroup: boolean },
	signal: NodeJS.Signals,
): void {
	try {
		process.kill(hasGroup ? -pid : pid, signal);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}
