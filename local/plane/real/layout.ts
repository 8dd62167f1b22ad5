/** Where the real data plane keeps what it has, below the stand-in's folder. */
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	realpathSync,
	rmSync,
	symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { takeFolder } from "../../own-folder.ts";
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
	/** Data of PostgreSQL and Redis: a folder, or a link to one ({@link takeServersFolder}). */
	servers: string;
	/** What containers use as their home. */
	containers: string;
	/** The authorities that containers trust: the public ones, and that of the stand-in for ClickHouse. */
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
export function createFolders({ folder, logs, containers }: Layout): void {
	for (const path of [folder, logs, containers])
		mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** Where servers of root have their data: it outlives a reboot, and every user can pass through it (hier(7)). */
const publicFolder = "/var/tmp";

/**
 * The folder of the servers' data; made where it is missing. Where we are root, servers run as another user, who must
 * get to their data but not into the stand-in's folder, where secrets are: theirs lies outside of it then, under a name
 * that nobody can foresee.
 * @returns where it really is
 */
export function takeServersFolder(layout: Layout): string {
	const there = serversFolder(layout);
	if (there !== undefined) return there;
	const { servers } = layout;
	if (process.getuid?.() !== 0) {
		mkdirSync(servers, { mode: 0o700 });
		return realpathSync(servers);
	}
	const data = mkdtempSync(join(publicFolder, "netra-servers-"));
	takeFolder(data, `repair ${publicFolder}`);
	chmodSync(data, 0o711);
	// One that leads nowhere: somebody cleaned up.
	rmSync(servers, { force: true });
	symlinkSync(data, servers);
	return data;
}

/** Where the servers' data really is; undefined if there is none. */
export function serversFolder({ servers }: Layout): string | undefined {
	return existsSync(servers) ? realpathSync(servers) : undefined;
}
