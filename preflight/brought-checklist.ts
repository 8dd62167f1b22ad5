/** The checklist that a job brings with it, and what to do about one that is of no use. */
import {
	type Checklist,
	checklistVariable,
	readChecklist,
} from "../contract/checklist.ts";
import type { Environment } from "../contract/environments.ts";
import type { Outcome } from "./outcome.ts";
import { upCommand } from "./remedies.ts";

/** The checklist in a variable's text, or why there is none for this service and environment. */
export function broughtChecklist(
	text: string | undefined,
	service: string,
	environment: Environment,
): Checklist | Outcome {
	const up = `run '${upCommand(environment)}'`;
	const failed = (fact: string, fix: string): Outcome => ({
		state: "failed",
		check: checklistVariable,
		fact,
		fix,
	});
	if (text === undefined) {
		return failed(
			"is missing, so nothing says what to check",
			`${up}, which gives it to the job; in a checkout, 'npm run preflight -- check ${service} ${environment}' takes it from the contract`,
		);
	}
	const read = readChecklist(text);
	if ("fact" in read) {
		const image = `build preflight's image from the commit that the stack is deployed from, name it as 'preflight' in releases/${environment}.json, and ${up}`;
		return failed(
			read.fact,
			read.isOther
				? image
				: `${up}, which writes it anew; if that does not help, image and program are not of one version: ${image}`,
		);
	}
	return read.service === service && read.environment === environment
		? read
		: failed(
				`is for ${read.service} in ${read.environment}`,
				`${up}, which gives each job its own`,
			);
}
