/** Runs checks side by side and says what each found. */
import type { Check } from "./checks/plan.ts";
import type { Outcome } from "./outcome.ts";
import { type Patience, retry } from "./retry.ts";

/**
 * Runs one check until its budget ends.
 * @returns its outcome, and after it a warning if there is one
 */
export async function runCheck(
	check: Check,
	patience: Patience,
	stop: AbortSignal,
): Promise<Outcome[]> {
	const { name, variable, secretId, host, run, silence } = check;
	const { attempts, result, failure } = await retry(
		patience,
		run,
		silence,
		stop,
	);
	const about = {
		check: name,
		variable,
		...(secretId === undefined ? {} : { secretId }),
		host,
	};
	if (failure !== undefined) {
		const { message: fact, fix } = failure;
		return [{ state: "failed", ...about, attempts, fact, fix }];
	}
	const { fact, warning } = result;
	return [
		{ state: "passed", ...about, attempts, fact },
		...(warning === undefined
			? []
			: [{ state: "warning" as const, ...about, ...warning }]),
	];
}
