/** What the contract's check says of the shipped contract with one edit. */
import { expect } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import {
	ContractError,
	type Platform,
	parsePlatform,
} from "../../contract/schema.ts";

/** The message; `accepted` where there is none. */
export function messageAfter(edit: (contract: Platform) => void): string {
	const contract = structuredClone(platform);
	edit(contract);
	try {
		parsePlatform(contract);
	} catch (error) {
		expect(error).toBeInstanceOf(ContractError);
		return (error as Error).message;
	}
	return "accepted";
}
