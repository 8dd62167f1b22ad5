/** Checks what people edit before an engine starts: a mistake is told alone, and leaves nothing to end. */
import { existsSync, readFileSync } from "node:fs";
import { environments } from "../contract/environments.ts";
import { UserError } from "../contract/errors.ts";
import { parseRelease } from "../contract/release.ts";
import type { Platform } from "../contract/schema.ts";

/**
 * The contract, once it, the second key and the release of an environment hold together; otherwise tells the mistake and ends this
 * process with code 1.
 * @param stack if it is none of the contract's environments, no release is checked
 */
export async function checkedContract(stack: string): Promise<Platform> {
	try {
		const { platform } = await import("../contract/platform.ts");
		await import("../policies/shipped-key.ts");
		const environment = environments.find((each) => each === stack);
		if (environment !== undefined) {
			const { project } = platform.environments[environment];
			parseRelease(platform, environment, project, releaseOf(environment));
		}
		return platform;
	} catch (error) {
		const mistake = error instanceof UserError ? error.message : slipIn(error);
		if (mistake === undefined) {
			throw error;
		}
		console.error(mistake);
		process.exit(1);
	}
}

const contractFile = "contract/platform.ts";

/**
 * What stops Node in the contract itself: syntax, a name or an import that is not there; or that the second key is no
 * JSON. Undefined if the error comes from elsewhere, where it is a bug.
 */
function slipIn(error: unknown): string | undefined {
	const { stack = "", message } = error as Error;
	const [, badKey] = /\/policies\/second-key\.json: (.*)/.exec(message) ?? [];
	if (error instanceof SyntaxError && badKey !== undefined) {
		return `[second-key] policies/second-key.json: ${badKey}\n  fix: correct it there`;
	}
	// Node names the file first: before the text of a syntax error, in the first frame, or as what imports.
	const [, file, line] =
		/(?:file:\/\/|imported from )(\S+?\.ts)(?::(\d+))?/.exec(stack) ?? [];
	return file?.endsWith(`/${contractFile}`)
		? `[contract] ${[contractFile, line].filter(Boolean).join(":")}: ${message}\n  fix: correct it there; npm run check shows all such mistakes`
		: undefined;
}

function releaseOf(environment: string): string | undefined {
	const file = new URL(`../releases/${environment}.json`, import.meta.url);
	return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
