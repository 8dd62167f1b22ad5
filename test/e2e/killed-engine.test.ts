import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "@jest/globals";
import { Checkout, processesIn } from "./checkout.ts";
import { scriptFaults } from "./cloud.ts";
import { struck } from "./converge.ts";

const checkout = new Checkout();
afterAll(() => checkout.remove());

it("leaves no program behind that runs for ever and fills the memory", async () => {
	scriptFaults(checkout, { id: "hang", on: "create", action: "hang" });
	const running = checkout.start(
		"tools/pulumi-local",
		"up",
		"-s",
		"staging",
		"--yes",
	);
	const programs = () =>
		processesIn(running.pid).filter(({ command }) =>
			command.includes("@pulumi/pulumi/cmd/run/"),
		);
	try {
		await struck(checkout, "hang", running.answer);
		expect(programs()).toHaveLength(1);
		process.kill(running.pid, "SIGKILL");
		for (let tries = 0; tries < 100 && programs().length > 0; tries++) {
			await sleep(100);
		}
		expect(programs()).toEqual([]);
	} finally {
		await running.kill();
	}
}, 60_000);
