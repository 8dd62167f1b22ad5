/** What becomes of an edit of the contract's data. */
import type { Environment } from "../../contract/environments.ts";
import { platform } from "../../contract/platform.ts";
import {
	ContractError,
	type Platform,
	parsePlatform,
} from "../../contract/schema.ts";
import { seenOf } from "../in-process/policies.ts";
import { shippedStack } from "../in-process/shipped.ts";
import { planOf, textOf } from "../recorded-plan/plans.ts";
import { judgeStack } from "./engine.ts";

export type Edit = (contract: Platform) => void;

/** The shipped contract with one edit, or the message with which it is refused. */
export function edited(edit: Edit): Platform | string {
	const copy = structuredClone(platform);
	edit(copy);
	try {
		return parsePlatform(copy);
	} catch (error) {
		if (error instanceof ContractError) {
			return error.message;
		}
		throw error;
	}
}

/**
 * Previews the stack that a contract registers, with the pack.
 * @returns what it declares, and why it is rejected: what the program refuses, or each mandatory violation; nothing if
 * it passes
 */
export async function previewed(
	contract: Platform,
	environment: Environment,
): Promise<{ plan: string; rejections: string[] }> {
	const stack = shippedStack(environment, {}, () => ({ contract }));
	try {
		const run = await stack.preview();
		const seen = seenOf(run, stack.config["gcp:project"] ?? "");
		const said = run.ok
			? await judgeStack(seen, { stack: environment, platform: contract })
			: [];
		return {
			plan: textOf(planOf(run.registrations)),
			rejections: [
				...(run.ok ? [] : run.messages),
				...said
					.filter(({ mandatory }) => mandatory)
					.map((each) => each.message),
			],
		};
	} finally {
		stack.remove();
	}
}
