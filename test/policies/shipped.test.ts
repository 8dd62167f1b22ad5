import { cpSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { rules } from "../../policies/rules.ts";
import { Checkout, outputOf } from "../e2e/checkout.ts";
import { captured } from "../fixtures/captured.ts";
import type { Phase } from "../fixtures/preview.ts";
import { judgeStack } from "./engine.ts";
import { expectNoSurvivors } from "./judge-rows.ts";
import { ways } from "./mutants/ways/index.ts";

const checkout = new Checkout();
afterAll(() => checkout.remove());

const phases: Phase[] = ["first", "settled", "rotation"];
const fileOf = (phase: Phase) => join(checkout.folder, `${phase}.json`);

/** Previews staging with the shipped pack, and beside it one that writes down what policies see. */
async function capture(phase: Phase): Promise<void> {
	outputOf(
		await checkout.run(
			"env",
			`NETRA_CAPTURE=${fileOf(phase)}`,
			"tools/pulumi-local",
			"preview",
			"--stack=staging",
			"--policy-pack=policies",
			"--policy-pack=test/fixtures/capture",
		),
	);
}

async function command(...args: string[]): Promise<void> {
	outputOf(await checkout.pulumi(...args, "--stack=staging"));
}

beforeAll(async () => {
	cpSync(
		resolve(import.meta.dirname, "../fixtures"),
		join(checkout.folder, "test/fixtures"),
		{ recursive: true },
	);
	await capture("first");
	await command("up", "--yes", "--skip-preview");
	await capture("settled");
	await command("config", "set", "rotationEpoch", "1");
	await capture("rotation");
}, 300_000);

describe("the shipped staging stack, as the engine shows it", () => {
	it.each(phases)(
		"[R-031] passes every mandatory rule: %s preview",
		async (phase) => {
			const said = await judgeStack(captured(fileOf(phase)));
			expect(said.filter(({ mandatory }) => mandatory)).toEqual([]);
		},
	);

	it(
		"[R-090] is rejected with every row of the contract broken in every way",
		() => expectNoSurvivors("staging", ...phases.map(fileOf)),
		300_000,
	);

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
	}, 120_000);
});
