/** Runs the mutants of the contract's rows in a process of their own. */
import { expect } from "@jest/globals";
import type { Judged } from "../policies/mutants/judge-rows.ts";
import { judgedBy } from "./judged.ts";

/** Expects that no mutant survives, and prints how many there were. */
export async function expectNoSurvivors(
	environment: string,
	...files: string[]
): Promise<void> {
	const { mutants, survivors } = await judgedBy<Judged>(
		"../policies/mutants/judge-rows.ts",
		environment,
		...files,
	);
	process.stdout.write(
		`${environment}: ${mutants} mutants of the contract's rows, ${survivors.length} survivors\n`,
	);
	expect(survivors).toEqual([]);
	// A suite that judges nothing proves nothing.
	expect(mutants).toBeGreaterThan(3000);
}
