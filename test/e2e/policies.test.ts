import { cpSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Mutant } from "../policies/mutants/mutant.ts";
import { rowMutants } from "../policies/mutants/rows.ts";
import { type Answer, Checkout, outputOf } from "./checkout.ts";

const checkout = new Checkout();
afterAll(() => checkout.remove());

beforeAll(() => {
	const test = resolve(import.meta.dirname, "..");
	for (const folder of ["fixtures", "policies"]) {
		cpSync(join(test, folder), join(checkout.folder, "test", folder), {
			recursive: true,
		});
	}
	checkout.edit(
		"Pulumi.yaml",
		"main: index.ts",
		"main: test/fixtures/plain/main.ts",
	);
});

/** Runs the hand-written program, broken by some mutants, on the real engine with the shipped pack. */
function runBroken(
	numbers: readonly number[],
	...command: string[]
): Promise<Answer> {
	return checkout.run(
		"env",
		`NETRA_MUTANTS=${numbers.join(",")}`,
		"tools/pulumi-local",
		...command,
		"--stack=staging",
	);
}

const all = rowMutants("staging");
const batches = 3;
const sampleSize = 50;

/**
 * Mutants from the whole list, in batches whose mutants do not meddle with each other: none takes a whole service
 * away. Left to the judgement in process: grants, since in a program their members are outputs, not texts, and
 * what a program can't leave out, since others are made from it.
 */
function sample(): number[][] {
	const candidates = all
		.map((_, index) => index)
		.filter(
			(index) =>
				!/^(?:revokes|grants|removes|hides|has no volume|mounts)/.test(
					(all[index] as Mutant).name,
				),
		);
	const chosen = Array.from(
		{ length: sampleSize - 1 },
		(_, index) =>
			candidates[
				Math.floor((index * candidates.length) / sampleSize)
			] as number,
	);
	// The engine tells policies what the program ignores: one mutant proves that.
	chosen.push(all.findIndex(({ name }) => name.startsWith("keeps ")));
	return Array.from({ length: batches }, (_, batch) =>
		chosen.filter((_, index) => index % batches === batch),
	);
}

describe("a hand-written program on the real engine", () => {
	it("[R-030] passes when it is correct", async () => {
		const output = outputOf(await runBroken([], "preview"));
		expect(output).not.toContain("[mandatory]");
	});

	it("[R-090] is rejected when it is broken, for each fault by the rule that should", async () => {
		const open = sample();
		const worker = async () => {
			for (let batch = open.pop(); batch !== undefined; batch = open.pop()) {
				const { code, output } = await runBroken(batch, "preview");
				const lines = output.split("\n").map((line) => line.trim());
				const survivors = batch
					.map((index) => all[index] as Mutant)
					.flatMap(({ name, rules, says }) =>
						rules
							.filter(
								(rule) =>
									!lines.some(
										(line, index) =>
											line.startsWith(`[${rule}] `) &&
											says.every((text) => line.includes(text)) &&
											lines[index - 1]?.startsWith(`- [mandatory]  ${rule} `),
									),
							)
							.map((rule) => `${name}: not rejected by ${rule} in: ${output}`),
					);
				expect(survivors).toEqual([]);
				expect(code).not.toBe(0);
			}
		};
		await Promise.all([worker(), worker()]);
		process.stdout.write(`${sampleSize} mutants on the engine, 0 survivors\n`);
	});

	it("[R-031] stops an update without a preview before the broken service is created", async () => {
		const drop = all.findIndex(
			({ name }) => name === "drops SECRET_KEY of auth",
		);
		const { code, output } = await runBroken(
			[drop],
			"up",
			"--yes",
			"--skip-preview",
		);
		expect(code).not.toBe(0);
		expect(output).toContain(
			"[contract-complete] service auth, variable SECRET_KEY, secret secret-key-staging, environment staging: found no such variable",
		);
		const state = await checkout.pulumi("stack", "export", "--stack=staging");
		expect(state.output).toContain("gcp:sql/databaseInstance:DatabaseInstance");
		expect(state.output).not.toContain(
			"gcp:cloudrunv2/service:Service::run-auth",
		);
	});
});
