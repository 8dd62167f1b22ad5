/** Calls the supervisor, and starts it where none runs. */
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudError } from "../../provider/core.ts";
import {
	createFolders,
	type Layout,
	logFile,
	requireShortPath,
} from "./layout.ts";
import { holderOf } from "./lock.ts";
import { hasEnded } from "./process-identity.ts";
import type { Reply } from "./supervisor.ts";

const program = join(import.meta.dirname, "supervisor.ts");
const pollMilliseconds = 25;
const startMilliseconds = 30_000;
const endMilliseconds = 20_000;
const logTailBytes = 2000;

/** The connection failed before an answer came: the supervisor is not there, or ended meanwhile. */
class Unreachable extends Error {}

export class SupervisorClient {
	readonly #layout: Layout;
	#starting: Promise<void> | undefined;

	constructor(layout: Layout) {
		this.#layout = layout;
	}

	/**
	 * Calls a method, on a supervisor that is started if need be. Calls can be repeated, so that one whose supervisor
	 * crashed is made again.
	 * @throws {CloudError} for what a person can mend.
	 */
	async call(method: string, args: readonly unknown[]): Promise<unknown> {
		await this.#running();
		try {
			return await this.callRunning(method, args);
		} catch (error) {
			if (!(error instanceof Unreachable)) throw error;
			await this.#running();
			return this.callRunning(method, args);
		}
	}

	/** Calls a method of a supervisor that runs. */
	async callRunning(
		method: string,
		args: readonly unknown[],
	): Promise<unknown> {
		const supervisor = holderOf(this.#layout.lock);
		const reply = await this.#send(method, args);
		if ("error" in reply)
			throw reply.isMistake
				? new CloudError(reply.error)
				: new Error(`in the local data plane: ${reply.error}`);
		if (reply.isLast && supervisor !== undefined)
			await hasEnded(supervisor, endMilliseconds);
		return reply.result;
	}

	/** Starts the supervisor where none runs, and waits until it listens. */
	#running(): Promise<void> {
		this.#starting ??= this.#start().finally(() => {
			this.#starting = undefined;
		});
		return this.#starting;
	}

	async #start(): Promise<void> {
		requireShortPath(this.#layout);
		const deadline = Date.now() + startMilliseconds;
		let started = holderOf(this.#layout.lock) !== undefined;
		while (!(await this.#listens())) {
			// One that is just ending has to be followed by another.
			if (!started || holderOf(this.#layout.lock) === undefined) {
				await this.#spawn(deadline);
				started = true;
			}
			if (Date.now() > deadline) throw this.#silent();
			await sleep(pollMilliseconds);
		}
	}

	async #listens(): Promise<boolean> {
		try {
			await this.#send("status", []);
			return true;
		} catch (error) {
			if (error instanceof Unreachable) return false;
			throw error;
		}
	}

	/** Starts the process and waits until it holds the lock, or another one does. */
	async #spawn(deadline: number): Promise<void> {
		createFolders(this.#layout);
		const log = openSync(logFile(this.#layout, "supervisor"), "a", 0o600);
		const child = spawn(process.execPath, [program, this.#layout.directory], {
			cwd: "/",
			// Nothing of the caller's environment goes to what the supervisor starts.
			env: {
				PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
				...(process.env.NODE_COMPILE_CACHE === undefined
					? {}
					: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }),
			},
			stdio: ["ignore", log, log],
			detached: true,
		});
		closeSync(log);
		child.unref();
		let hasExited = false;
		child.once("exit", () => {
			hasExited = true;
		});
		while (holderOf(this.#layout.lock) === undefined) {
			if (hasExited || Date.now() > deadline) throw this.#silent();
			await sleep(pollMilliseconds);
		}
	}

	#silent(): Error {
		const file = logFile(this.#layout, "supervisor");
		return new Error(
			`the local data plane did not start; the end of its log ${file}:\n${readFileSync(file, "utf8").slice(-logTailBytes)}`,
		);
	}

	#send(method: string, args: readonly unknown[]): Promise<Reply> {
		return new Promise((resolve, reject) => {
			const lost = (error: Error) =>
				reject(new Unreachable(error.message, { cause: error }));
			const sent = request({
				socketPath: this.#layout.socket,
				method: "POST",
				path: `/${method}`,
				agent: false,
			});
			sent.once("error", lost);
			sent.once("response", (response) => {
				text(response).then((body) => resolve(JSON.parse(body)), lost);
			});
			sent.end(JSON.stringify(args.map((each) => each ?? null)));
		});
	}
}
