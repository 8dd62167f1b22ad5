/** Runs the mutants of the contract's rows in a process of their own. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "@jest/globals";
import type { Judged } from "../policies/mutants/judge-rows.ts";

const program = fileURLToPath(
	new URL("../policies/mutants/judge-rows.ts", import.meta.url),
);

/** Expects that no mutant survives, and prints how many there were. */
export async function expectNoSurvivors(
	environment: string,
	...files: string[]
): Promise<void> {
	const { stdout } = await promisify(execFile)(
		process.execPath,
		[program, environment, ...files],
		{ maxBuffer: 2 ** 26 },
	);
	const { mutants, survivors } = JSON.parse(stdout) as Judged;
	process.stdout.write(
		`${environment}: ${mutants} mutants of the contract's rows, ${survivors.length} survivors\n`,
	);
	expect(survivors).toEqual([]);
	// A suite that judges nothing proves nothing.
	expect(mutants).toBeGreaterThan(3000);
}
