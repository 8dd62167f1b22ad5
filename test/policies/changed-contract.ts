/** What becomes of an edit of the contract's data. */
import type { Environment } from "../../contract/environments.ts";
import { platform } from "../../contract/platform.ts";
import {
	ContractError,
	type Platform,
	parsePlatform,
} from "../../contract/schema.ts";
import { shippedStack } from "../in-process/shipped.ts";

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
 * @returns why it is rejected: what the program refuses, or each mandatory violation; nothing if it passes
 */
export async function rejections(
	contract: Platform,
	environment: Environment,
): Promise<string[]> {
	const stack = shippedStack(
		environment,
		{ policies: { platform: contract } },
		() => ({ contract }),
	);
	try {
		const { ok, messages } = await stack.preview();
		return ok ? [] : messages;
	} finally {
		stack.remove();
	}
}
