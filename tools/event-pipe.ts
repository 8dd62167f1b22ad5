/**
 * The engine's event log through a named pipe: its debug lines hold values of secrets in plain, so it must not reach a disk.
 * Only what the binding report reads is kept, and only in memory.
 */
import { execFileSync } from "node:child_process";
import { closeSync, constants, createReadStream, openSync } from "node:fs";
import { createInterface } from "node:readline";
import { type EngineEvent, parseEvent } from "./binding-report.ts";

export class EventPipe {
	/** Where the engine writes: the value of its `--event-log`. */
	readonly path: string;
	/** The events, once the engine has ended. */
	readonly events: Promise<EngineEvent[]>;

	/** @param path must not exist yet. */
	constructor(path: string) {
		execFileSync("mkfifo", ["-m", "600", path]);
		this.path = path;
		this.events = readEvents(path);
	}

	/** To be called when the engine has ended: it may never have opened its log, and the reader would wait for ever. */
	release(): void {
		closeSync(openSync(this.path, constants.O_RDWR | constants.O_NONBLOCK));
	}
}

async function readEvents(path: string): Promise<EngineEvent[]> {
	const events: EngineEvent[] = [];
	for await (const line of createInterface({ input: createReadStream(path) })) {
		events.push(...parseEvent(line));
	}
	return events;
}
