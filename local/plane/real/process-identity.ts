/** Which process is meant: an id alone is given to another process some day. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export type ProcessIdentity = {
	pid: number;
	/** When it started, in the system's own words. */
	startedAt: string;
};

const pollMilliseconds = 20;

/** The identity of a running process; undefined if none of that id runs. */
export function identityOf(pid: number): ProcessIdentity | undefined {
	const startedAt =
		process.platform === "linux" ? startOnLinux(pid) : startFromList(pid);
	return startedAt === undefined ? undefined : { pid, startedAt };
}

/** See proc(5): the command's name is in brackets and may hold anything; the start is the 22nd field. */
function startOnLinux(pid: number): string | undefined {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		// A zombie has ended; only its parent has not looked yet.
		if (fields[0] === "Z") return undefined;
		// The start is counted from the boot.
		const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
		return `${boot.trim()} ${fields[19]}`;
	} catch {
		return undefined;
	}
}

function startFromList(pid: number): string | undefined {
	try {
		const listed = execFileSync(
			"ps",
			["-o", "stat=,lstart=", "-p", String(pid)],
			{ encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
		).trim();
		const [status = "", ...start] = listed.split(/\s+/);
		return status === "" || status.startsWith("Z")
			? undefined
			: start.join(" ");
	} catch {
		return undefined;
	}
}

/** Whether that very process still runs. */
export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
	return identityOf(pid)?.startedAt === startedAt;
}

/** Waits until the process has ended; false if it has not by then. */
export async function hasEnded(
	identity: ProcessIdentity,
	timeoutMilliseconds: number,
): Promise<boolean> {
	const deadline = Date.now() + timeoutMilliseconds;
	while (isRunning(identity)) {
		if (Date.now() > deadline) return false;
		await sleep(pollMilliseconds);
	}
	return true;
}
