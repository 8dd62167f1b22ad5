/** At most one supervisor for a folder: the lock names the process that holds it. */
import {
	linkSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import {
	identityOf,
	isRunning,
	type ProcessIdentity,
} from "./process-identity.ts";

/** The process that holds the lock; undefined if nobody does, or who did has ended. */
export function holderOf(lock: string): ProcessIdentity | undefined {
	const holder = read(lock);
	return holder !== undefined && isRunning(holder) ? holder : undefined;
}

/** Takes the lock, also from a process that ended with it. False if another one has it. */
export function takeLock(lock: string): boolean {
	const own = `${lock}.${process.pid}`;
	// Linked into place, so that nobody ever reads half of it.
	writeFileSync(own, JSON.stringify(identityOf(process.pid)), { mode: 0o600 });
	try {
		for (;;) {
			if (tryLink(own, lock)) return true;
			if (holderOf(lock) !== undefined) return false;
			putAside(lock);
		}
	} finally {
		rmSync(own);
	}
}

function tryLink(from: string, to: string): boolean {
	try {
		linkSync(from, to);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		return false;
	}
}

/** Removes a lock without a holder; puts it back if somebody else took it in this very moment. */
function putAside(lock: string): void {
	const aside = `${lock}.${process.pid}.aside`;
	try {
		renameSync(lock, aside);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
		throw error;
	}
	if (holderOf(aside) !== undefined) tryLink(aside, lock);
	rmSync(aside);
}

function read(lock: string): ProcessIdentity | undefined {
	try {
		return JSON.parse(readFileSync(lock, "utf8"));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
}
