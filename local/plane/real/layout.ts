/** Where the real data plane keeps what it has, below the stand-in's folder. */
import { chmodSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { CloudError } from "../../provider/core.ts";

/** A socket's whole path has at most so many bytes on Linux; macOS takes three fewer. */
export const socketPathLimitBytes = 107;

export type Layout = {
	/** The stand-in's folder, `$NETRA_LOCAL_DIR`. */
	directory: string;
	/** Everything of the data plane but the logs. */
	folder: string;
	/** One file for each revision and execution. */
	logs: string;
	/** Where the supervisor listens. */
	socket: string;
	/** Which process is the supervisor. */
	lock: string;
	/** What should run; it holds secrets. */
	state: string;
	/** Which processes run, so that they can be found after a crash. */
	processes: string;
	/** Data of PostgreSQL and Redis. */
	servers: string;
	/** What containers use as their home. */
	containers: string;
	/** The authorities that containers trust beside the public ones. */
	trustStore: string;
};

/** The paths; nothing is created. */
export function layoutOf(directory: string): Layout {
	const folder = join(directory, "plane");
	return {
		directory,
		folder,
		logs: join(directory, "logs"),
		socket: join(folder, "supervisor.sock"),
		lock: join(folder, "supervisor.lock"),
		state: join(folder, "state.json"),
		processes: join(folder, "processes.json"),
		servers: join(folder, "servers"),
		containers: join(folder, "containers"),
		trustStore: join(folder, "trust-store.pem"),
	};
}

/** The log of a revision or an execution. */
export function logFile({ logs }: Layout, name: string): string {
	return join(logs, `${name}.log`);
}

/** @throws {CloudError} if the supervisor's socket would have too long a path. */
export function requireShortPath({ socket, directory }: Layout): void {
	if (Buffer.byteLength(socket) > socketPathLimitBytes)
		throw new CloudError(
			`the path ${socket} has ${Buffer.byteLength(socket)} bytes, and a socket's path takes ${socketPathLimitBytes}: set NETRA_LOCAL_DIR to a shorter path than ${directory}`,
		);
}

/** Makes the folders, for their owner only. */
export function createFolders(layout: Layout): void {
	for (const path of [
		layout.folder,
		layout.logs,
		layout.servers,
		layout.containers,
	])
		mkdirSync(path, { recursive: true, mode: 0o700 });
}

/**
 * Lets servers through to their folders: where we are root, they run as another user.
 * @throws {CloudError} if a folder above the stand-in's keeps them out.
 */
export function openToServers({ directory, folder, servers }: Layout): void {
	if (process.getuid?.() !== 0) return;
	for (const path of [directory, folder, servers])
		chmodSync(path, statSync(path).mode | 0o011);
	for (
		let path = dirname(directory);
		path !== dirname(path);
		path = dirname(path)
	)
		if ((statSync(path).mode & 0o001) === 0)
			throw new CloudError(
				`PostgreSQL and Redis do not run as root, and no other user can pass through ${path}: run 'chmod o+x ${path}', set NETRA_LOCAL_DIR to a folder elsewhere, or work as another user than root`,
			);
}
