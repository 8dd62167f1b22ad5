import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Checkout, jsonOf, outputOf } from "../e2e/checkout.ts";
import type { Run } from "./in-process.ts";
import { shippedStack } from "./shipped.ts";

const stack = shippedStack("staging");
const checkout = new Checkout();
afterAll(() => {
	stack.remove();
	checkout.remove();
});

/** What happens to a resource, as both tell it: the operation, the URN, the properties that differ. */
type Told = [op: string, urn: string, keys: string[]];

// The engine's preview does not list what stays as it is.
const told = (run: Run): Told[] =>
	run.steps
		.filter(({ op }) => op !== "same")
		.map(({ op, urn, keys }): Told => [op, urn, keys.toSorted()])
		.sort();

/** The steps of the real engine's preview, without components and without the parts of a replacement. */
async function engineTold(): Promise<Told[]> {
	const { steps } = JSON.parse(
		jsonOf(
			outputOf(await checkout.pulumi("preview", "-s", "staging", "--json")),
		),
	) as {
		steps: {
			op: string;
			urn: string;
			newState?: { custom: boolean };
			oldState?: { custom: boolean };
			replaceReasons?: string[] | null;
			diffReasons?: string[] | null;
		}[];
	};
	return steps
		.filter(
			({ op, newState, oldState }) =>
				["create", "update", "replace", "delete"].includes(op) &&
				(newState ?? oldState)?.custom === true,
		)
		.filter(({ urn }) => !urn.includes("::pulumi:providers:"))
		.map(
			({ op, urn, replaceReasons, diffReasons }): Told => [
				op,
				urn,
				[
					...((op === "replace" ? replaceReasons : diffReasons) ?? []),
				].toSorted(),
			],
		)
		.sort();
}

describe("a run in this process", () => {
	it("[R-080] plans a first deployment as the real engine does", async () => {
		const [run, engine] = [await stack.preview(), await engineTold()];
		expect(run.messages).toEqual([]);
		expect(told(run)).toEqual(engine);
	}, 60_000);

	describe("after a first deployment", () => {
		beforeAll(async () => {
			expect(await stack.up()).toMatchObject({ ok: true, messages: [] });
			outputOf(
				await checkout.pulumi("up", "-s", "staging", "--yes", "--skip-preview"),
			);
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
			expect(told(await stack.preview())).toEqual(await engineTold());
		}, 60_000);

		it("takes the stack away after its protection was lifted", async () => {
			stack.set("dataProtection", false);
			expect(await stack.up()).toMatchObject({ ok: true });
			await stack.destroy();
			expect(stack.state.resources.size).toBe(0);
		}, 60_000);
	});
});
