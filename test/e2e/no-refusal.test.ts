import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { outputOf } from "./checkout.ts";
import { LocalStack, Visitors } from "./local-stack.ts";

let stack: LocalStack;
/** The revision of auth that served before the rotation. */
let previous: string;
beforeAll(async () => {
	stack = await LocalStack.create();
	outputOf(await stack.up());
}, 120_000);
afterAll(() => stack.end(), 60_000);

describe("the local stack", () => {
	it("[R-080] answers with real logins behind it", async () => {
		expect(await stack.readiness()).toEqual(stack.ready);
		expect((await stack.serving())["netra-auth-local"]).toContain(
			"netra-auth-local-e0-",
		);
	}, 30_000);

	it("[R-002] refuses no login and no request during a rotation", async () => {
		const before = await stack.serving();
		previous = before["netra-auth-local"] as string;
		const visitors = new Visitors(
			Array.from({ length: 6 }, () => stack.login("netra_a")),
			90,
		);
		const unready: unknown[] = [];
		let rotating = true;
		const requests = (async () => {
			while (rotating) {
				const answers = await stack.readiness();
				if (Object.values(answers).some((status) => status !== 200)) {
					unready.push(answers);
				}
			}
		})();

		await stack.rotate();
		const answer = await stack.up();
		rotating = false;
		await requests;
		await visitors.stop();

		outputOf(answer);
		expect(visitors.refusals).toEqual([]);
		expect(unready).toEqual([]);
		expect(visitors.logins).toBeGreaterThan(200);
		expect(await stack.serving()).toMatchObject({
			"netra-auth-local": expect.stringContaining("-e1-"),
			"netra-backend-local": expect.stringContaining("-e1-"),
			"netra-frontend-local": before["netra-frontend-local"],
		});
		expect(await stack.login("netra_b")()).toEqual({ ok: true });
	}, 120_000);

	it("[R-070] starts the revision before it again, with the versions that it pins", async () => {
		await stack.set("services.auth.pinnedRevision", previous);
		outputOf(await stack.up());
		expect((await stack.serving())["netra-auth-local"]).toBe(previous);
		expect(await stack.readiness()).toEqual(stack.ready);
	}, 120_000);
});
