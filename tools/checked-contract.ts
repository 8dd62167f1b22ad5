/** Checks what people edit before an engine starts: a mistake is told alone, and leaves nothing to end. */
import { readFileSync } from "node:fs";
import { UserError } from "../contract/errors.ts";
import { parseRelease } from "../contract/release.ts";
import { environments, type Platform } from "../contract/schema.ts";

/**
 * The contract, once it and the release of an environment hold together; otherwise tells the mistake and ends this
 * process with code 1.
 * @param stack if it is none of the contract's environments, only the contract is checked
 */
export async function checkedContract(stack: string): Promise<Platform> {
	try {
		const { platform } = await import("../contract/platform.ts");
		const environment = environments.find((each) => each === stack);
		if (environment !== undefined) {
			const { project } = platform.environments[environment];
			parseRelease(platform, environment, project, releaseOf(environment));
		}
		return platform;
	} catch (error) {
		if (!(error instanceof UserError)) {
			throw error;
		}
		console.error(error.message);
		process.exit(1);
	}
}

function releaseOf(environment: string): string {
	return readFileSync(
		new URL(`../releases/${environment}.json`, import.meta.url),
		"utf8",
	);
}
