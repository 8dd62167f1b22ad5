/** Executions of jobs as processes. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Bench, project, service, until, workload } from "./bench.ts";

let bench: Bench;
beforeAll(() => {
	bench = new Bench();
});
afterAll(() => bench.remove());

const run = (name: string, script: string, template = {}) =>
	bench.plane.runExecution(
		workload(name, {
			container: { commands: ["sh", "-c", script] },
			template: { maxRetries: 0, ...template },
		}),
	);
const logOf = (name: string) =>
	`Logs: ${join(bench.layout.logs, `${name}.log`)}`;

describe("an execution", () => {
	it("succeeds when its container exits with 0, and keeps what it wrote", async () => {
		expect(await run("good", "echo hello")).toEqual({ ok: true });
		expect(bench.log("good")).toMatch(
			/^--- \S+ container starts\nhello\n--- \S+ exited with 0\n$/,
		);
	});

	it("fails with the container's exit code", async () => {
		expect(await run("bad", "exit 3")).toEqual({
			ok: false,
			message: `Task bad-task0 failed with exit code: 3 and message: The container exited with an error. ${logOf("bad")}`,
		});
	});

	it("fails when the template's time is over, and nothing of it runs on", async () => {
		expect(await run("late", "sleep 60 & wait", { timeout: "1s" })).toEqual({
			ok: false,
			message: `Task late-task0 failed with message: The configured timeout was reached. ${logOf("late")}`,
		});
		expect(bench.processes()).toEqual([]);
	});

	it("is remembered by its outcome, for whoever asks after a killed command", async () => {
		const running = run("slow", "sleep 1; exit 4");
		await until("it runs", () => bench.processes().length > 0);
		expect(await bench.plane.outcomeOf(project, service, "slow")).toEqual(
			await running,
		);
	});

	it("is tried again as often as the template says", async () => {
		const script = 'test "$CLOUD_RUN_TASK_ATTEMPT" = 1';
		expect(await run("again", script, { maxRetries: 1 })).toEqual({ ok: true });
	});
});
