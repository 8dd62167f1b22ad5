/** Where the stand-in's cloud is kept: one file a project, shared by every process of the stand-in. */
import {
	closeSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { emptyWorld, type World } from "./world.ts";

/** How long to wait for another process that changes the same cloud, in milliseconds. */
const LOCK_TIMEOUT_MS = 20_000;
const LOCK_POLL_MS = 3;

/** What was read or written last, and by which file it is recognised. */
interface Cached {
	readonly stamp: string;
	readonly text: string;
	readonly world: World;
}

/** The cloud of one project. Every change is made under a lock and written to the end before the lock is released. */
export class CloudStore {
	readonly #file: string;
	readonly #project: string;
	readonly #seed: (world: World) => void;
	#cached: Cached | undefined;

	/**
	 * @param directory The stand-in's folder; the cloud lies in `cloud/<project>.json` inside it, for its owner only.
	 * @param project The project's id.
	 * @param seed Fills a cloud that is used for the first time.
	 */
	constructor(
		directory: string,
		project: string,
		seed: (world: World) => void,
	) {
		const folder = join(directory, "cloud");
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		this.#file = join(folder, `${project}.json`);
		this.#project = project;
		this.#seed = seed;
	}

	/** Changes the cloud; nothing is changed where `change` throws. */
	update<T>(change: (world: World) => T): T {
		return this.#locked(() => {
			const world = this.#load();
			try {
				const result = change(world);
				this.#save(world);
				return result;
			} catch (error) {
				// What was read is half changed now.
				this.#cached = undefined;
				throw error;
			}
		});
	}

	/** Looks at the cloud. What `look` returns must not be changed. */
	view<T>(look: (world: World) => T): T {
		// A file is replaced as a whole, so what it holds is right without the lock; only its first filling needs one.
		const stamp = this.#stamp();
		return look(
			stamp === undefined
				? this.#locked(() => this.#load())
				: this.#read(stamp),
		);
	}

	#load(): World {
		const stamp = this.#stamp();
		if (stamp !== undefined) return this.#read(stamp);
		const world = emptyWorld(this.#project);
		this.#seed(world);
		this.#save(world);
		return (this.#cached as Cached).world;
	}

	/** @param stamp the file's, which exists */
	#read(stamp: string): World {
		if (this.#cached?.stamp !== stamp) {
			const text = readFileSync(this.#file, "utf8");
			this.#cached = { stamp, text, world: JSON.parse(text) };
		}
		return this.#cached.world;
	}

	/** Written beside the file and renamed, so that a reader or a crash never meets half a cloud. */
	#save(world: World): void {
		const text = JSON.stringify(world);
		if (text === this.#cached?.text) return;
		const temporary = `${this.#file}.${process.pid}`;
		writeFileSync(temporary, text, { mode: 0o600 });
		renameSync(temporary, this.#file);
		this.#cached = { stamp: this.#stamp() ?? "", text, world };
	}

	#stamp(): string | undefined {
		const stat = statSync(this.#file, { bigint: true, throwIfNoEntry: false });
		return stat && `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
	}

	#locked<T>(action: () => T): T {
		const lock = `${this.#file}.lock`;
		const deadline = Date.now() + LOCK_TIMEOUT_MS;
		while (!take(lock)) {
			if (Date.now() > deadline)
				throw new Error(
					`another process holds the stand-in's cloud for ${LOCK_TIMEOUT_MS} ms: if none is running, remove ${lock}`,
				);
			pause(LOCK_POLL_MS);
		}
		try {
			return action();
		} finally {
			rmSync(lock, { force: true });
		}
	}
}

/** Takes the lock, also from a process that died with it. */
function take(lock: string): boolean {
	try {
		const handle = openSync(lock, "wx", 0o600);
		writeFileSync(handle, String(process.pid));
		closeSync(handle);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
	let holder: number;
	try {
		holder = Number(readFileSync(lock, "utf8"));
	} catch {
		return false; // released in this very moment
	}
	// An empty file is a lock whose holder has not written its id yet.
	if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true });
	return false;
}

/** Whether a process of that id runs. */
export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}

function pause(milliseconds: number): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
