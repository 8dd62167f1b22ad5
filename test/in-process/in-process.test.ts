/** The engine in this process proves nothing unless it does what the real one does: the same stack on both. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Checkout, jsonOf, outputOf } from "../e2e/checkout.ts";
import { stateFrom } from "./checkpoint.ts";
import { heldBy, ownSteps, writtenSteps } from "./comparable.ts";
import { type Run, succeeded } from "./in-process.ts";
import { shippedStack } from "./shipped.ts";

const stack = shippedStack("staging");
const checkout = new Checkout();
afterAll(() => {
	stack.remove();
	checkout.remove();
});

const pulumi = async (...args: string[]) =>
	jsonOf(outputOf(await checkout.pulumi(...args, "-s", "staging")));
const planned = async (running: Promise<Run>) =>
	ownSteps((await succeeded(running)).engineSteps);

describe("a run in this process", () => {
	it("[R-080] plans a first deployment as the real engine does: steps, inputs, options, dependencies", async () => {
		const told = writtenSteps(await pulumi("preview", "--json"));
		expect(told.length).toBeGreaterThan(100);
		expect(await planned(stack.preview())).toEqual(told);
	}, 60_000);

	describe("after a first deployment", () => {
		beforeAll(async () => {
			expect(await stack.up()).toMatchObject({ ok: true, messages: [] });
			outputOf(
				await checkout.pulumi("up", "-s", "staging", "--yes", "--skip-preview"),
			);
		}, 60_000);

		it("[R-080] records what the real engine records", async () => {
			const exported = await pulumi("stack", "export");
			expect(heldBy(stack.state.all)).toEqual(heldBy(stateFrom(exported)));
		}, 60_000);

		it("[R-080] plans a rotation as the real engine does", async () => {
			stack.set("rotationEpoch", 1);
			await checkout.pulumi(
				"config",
				"set",
				"rotationEpoch",
				"1",
				"-s",
				"staging",
			);
			const told = writtenSteps(await pulumi("preview", "--json"));
			expect(told.length).toBeGreaterThan(10);
			expect(await planned(stack.preview())).toEqual(told);
		}, 60_000);

		it("takes the stack away after its protection was lifted, not before", async () => {
			expect(await stack.destroy()).toMatchObject({ ok: false });
			expect(stack.state.resources.size).toBeGreaterThan(100);
			stack.set("dataProtection", false);
			expect(await stack.up()).toMatchObject({ ok: true });
			expect(await stack.destroy()).toMatchObject({ ok: true, messages: [] });
			expect(stack.state.resources.size).toBe(0);
		}, 60_000);
	});
});
