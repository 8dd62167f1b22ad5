/**
 * The engine's event log through a named pipe: its debug lines hold values of secrets in plain, so it must not reach a disk.
 * Only what the binding report reads is kept, and only in memory.
 */
import { execFileSync } from "node:child_process";
import { closeSync, constants, createReadStream, openSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type EngineEvent, parseEvent } from "./binding-report.ts";

export class EventPipe {
	/** Where the engine writes: the value of its `--event-log`. */
	readonly path: string;
	/** The events, once the engine has ended. */
	readonly events: Promise<EngineEvent[]>;

	readonly #opened: Promise<unknown>;

	/** @param path must not exist yet. */
	constructor(path: string) {
		execFileSync("mkfifo", ["-m", "600", path]);
		this.path = path;
		const input = createReadStream(path);
		this.#opened = new Promise((done) => input.once("open", done));
		this.events = readEvents(input);
	}

	/** To be called when the engine has ended: it may never have opened its log, and the reader would wait for ever. */
	release(): void {
		const writer = openSync(this.path, constants.O_RDWR | constants.O_NONBLOCK);
		// Not before: the reader opens the pipe in its own time, and waits for somebody who has it open to write.
		void this.#opened.then(() => closeSync(writer));
	}
}

async function readEvents(input: Readable): Promise<EngineEvent[]> {
	const events: EngineEvent[] = [];
	for await (const line of createInterface({ input })) {
		events.push(...parseEvent(line));
	}
	return events;
}
