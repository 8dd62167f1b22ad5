import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { EventPipe } from "../../tools/event-pipe.ts";

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "event-pipe-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the pipe of the engine's events", () => {
	it("ends for a reader that comes to open it only after the engine has ended", async () => {
		// Node opens four files at a time: the others wait, and are released before they are opened.
		const pipes = Array.from(
			{ length: 8 },
			(_, index) => new EventPipe(join(folder, String(index))),
		);
		for (const pipe of pipes) pipe.release();
		expect(await Promise.all(pipes.map(({ events }) => events))).toEqual(
			pipes.map(() => []),
		);
	});
});
