/** Runs what judges mutants in a process of its own, since code under Jest takes twice the time. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/**
 * What a program prints as JSON.
 * @param program by its path from this folder
 */
export async function judgedBy<Judged>(
	program: string,
	...args: string[]
): Promise<Judged> {
	const { stdout } = await promisify(execFile)(
		process.execPath,
		[
			"--no-warnings",
			fileURLToPath(new URL(program, import.meta.url)),
			...args,
		],
		{ maxBuffer: 2 ** 26 },
	);
	return JSON.parse(stdout) as Judged;
}
