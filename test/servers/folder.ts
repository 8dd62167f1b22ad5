/** Folders for servers that a test starts. */
import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { giveToServers } from "../../local/servers/child-process.ts";

const shared = "/dev/shm";
const enoughBytes = 2 ** 30;

/** Where a file system in memory has room for a few servers: each writes forty megabytes before it answers. */
export function quickParent(): string {
	try {
		const { bavail, bsize } = statfsSync(shared);
		return bavail * bsize > enoughBytes ? shared : tmpdir();
	} catch {
		return tmpdir();
	}
}

/**
 * A new folder that servers may write to. The path is short, since a socket's path has at most 107 bytes.
 * @returns the path, and a function that removes it with everything in it
 */
export function temporaryFolder(prefix: string): {
	path: string;
	remove: () => void;
} {
	const path = mkdtempSync(join(quickParent(), `${prefix}-`));
	giveToServers(path);
	return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
