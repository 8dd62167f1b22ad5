/** The shipped platform's stacks, in this process. */
import { readFileSync } from "node:fs";
import { platform } from "../../contract/platform.ts";
import type { Environment, Platform } from "../../contract/schema.ts";
import { deployPlatform } from "../../program.ts";
import { InProcess, type InProcessOptions } from "./in-process.ts";
import { stackFile } from "./stack-file.ts";

const root = new URL("../../", import.meta.url);

/**
 * A shipped stack with its committed configuration, on a cloud of its own.
 * @param contract what to deploy in place of the shipped contract
 */
export function shippedStack(
	environment: Environment,
	options: Partial<InProcessOptions> = {},
	contract: Platform = platform,
): InProcess {
	const stack: InProcess = new InProcess(
		async () => ({
			...(await deployPlatform(contract, {
				stack: environment,
				config: stack.config,
				secretKeys: [...stack.secretKeys],
				release: (name) =>
					readFileSync(new URL(`releases/${name}.json`, root), "utf8"),
			})),
		}),
		{ stack: environment, config: stackFile(environment), ...options },
	);
	return stack;
}
