import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { outputOf } from "./checkout.ts";
import type { Blow, Step } from "./converge.ts";
import { LocalStack } from "./local-stack.ts";
import { struckRotation } from "./struck-rotation.ts";

let stack: LocalStack;
beforeAll(async () => {
	stack = await LocalStack.create();
	outputOf(await stack.up());
}, 120_000);
afterAll(() => stack.end(), 60_000);

/** Each kind of fault once; every step with every kind is the soak's. */
const cases: [string, Blow, (slot: string) => Step, string][] = [
	[
		"the change of the login",
		"fails before its effect",
		(slot) => ({
			on: "update",
			type: "gcp:sql/user:User",
			name: `database-user-${slot}`,
		}),
		"after slotRetry",
	],
	[
		"the new version of DATABASE_URL",
		"fails after its effect",
		() => ({
			on: "create",
			type: "gcp:secretmanager/secretVersion:SecretVersion",
			name: "database-url",
		}),
		"at once",
	],
	[
		"auth's preflight",
		"stand-in killed before",
		() => ({
			on: "update",
			type: "gcp:cloudrunv2/job:Job",
			name: "auth-preflight",
		}),
		"at once",
	],
	[
		"the change of backend",
		"engine killed after",
		() => ({
			on: "update",
			type: "gcp:cloudrunv2/service:Service",
			name: "backend",
		}),
		"after cancel",
	],
];

describe("a rotation that is struck", () => {
	it.each(cases)(
		"[R-002] at %s, %s, leaves the services answering, and the same command ends it",
		async (_what, blow, step, converged) => {
			expect(await struckRotation(stack, step, blow)).toEqual({
				failed: true,
				answering: stack.ready,
				converged,
				revision: expect.stringContaining(`-e${stack.epoch}-`),
				login: { ok: true },
				changesLeft: null,
			});
		},
		180_000,
	);

	it("[R-031] is refused while another update runs, and the state stays whole", async () => {
		await stack.rotate();
		const first = stack.startUp();
		await stack.locked(first);
		const second = await stack.up();
		expect(second.code).not.toBe(0);
		expect(second.output).toContain(
			"the stack is currently locked by 1 lock(s)",
		);
		outputOf(await first.answer);
		expect(outputOf(await stack.up())).not.toMatch(/^ {4}[+~-]/m);
	}, 120_000);
});
