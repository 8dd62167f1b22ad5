import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { rules } from "../../policies/rules.ts";
import { captured, writeCaptured } from "../fixtures/captured.ts";
import type { Phase } from "../fixtures/preview.ts";
import { succeeded } from "../in-process/in-process.ts";
import { seenOf } from "../in-process/policies.ts";
import { shippedStack } from "../in-process/shipped.ts";
import { judgeStack } from "../policies/engine.ts";
import { ways } from "../policies/mutants/ways/index.ts";
import { expectNoSurvivors } from "./judge-rows.ts";

// In this process: in-process.test.ts compares what it shows with what the engine shows.
const stack = shippedStack("staging", { policies: {} });
afterAll(() => stack.remove());

const phases: Phase[] = ["first", "settled", "rotation"];
const fileOf = (phase: Phase) => join(stack.directory, `${phase}.json`);

/** Previews staging with the shipped pack, and writes down what policies see. */
async function capture(phase: Phase): Promise<void> {
	const run = await succeeded(stack.preview());
	writeCaptured(fileOf(phase), seenOf(run, "netra-staging"));
}

beforeAll(async () => {
	await capture("first");
	await succeeded(stack.up());
	await capture("settled");
	stack.set("rotationEpoch", 1);
	await capture("rotation");
});

describe("the shipped staging stack, as the engine shows it", () => {
	it.each(phases)(
		"[R-031] passes every mandatory rule: %s preview",
		async (phase) => {
			const said = await judgeStack(captured(fileOf(phase)));
			expect(said.filter(({ mandatory }) => mandatory)).toEqual([]);
		},
	);

	it("[R-090] is rejected with every row of the contract broken in every way", () =>
		expectNoSurvivors("staging", ...phases.map(fileOf)));

	it("[R-090] is rejected by each rule, broken in every way that the rule names", async () => {
		const survivors: string[] = [];
		for (const phase of phases) {
			const sound = captured(fileOf(phase));
			for (const rule of rules) {
				for (const [way, lines] of Object.entries(ways[rule.id] ?? {})) {
					for (const { change, says, environment, phases: only } of lines) {
						if (environment !== undefined || only?.includes(phase) === false) {
							continue;
						}
						const said = await judgeStack(change(sound), { rules: [rule] });
						if (
							!said.some(({ message }) =>
								says.every((text) => message.includes(text)),
							)
						) {
							survivors.push(`${phase} preview: ${rule.id}: ${way}`);
						}
					}
				}
			}
		}
		expect(survivors).toEqual([]);
	});
});
