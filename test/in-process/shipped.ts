/** The shipped platform's stacks, in this process. */
import { readFileSync } from "node:fs";
import type { Environment } from "../../contract/environments.ts";
import { platform } from "../../contract/platform.ts";
import type { Platform } from "../../contract/schema.ts";
import { secondKey } from "../../policies/shipped-key.ts";
import { deployPlatform } from "../../program.ts";
import { InProcess, type InProcessOptions } from "./in-process.ts";
import { stackFile } from "./stack-file.ts";

const root = new URL("../../", import.meta.url);

/** What to deploy in place of what is shipped. */
export type Deployed = {
	contract: Platform;
	/** Changes the text of the release file. */
	release?: (text: string) => string;
	/** The program. @default the product's */
	deploy?: typeof deployPlatform | undefined;
};

/**
 * A shipped stack with its committed configuration, on a cloud of its own.
 * @param deployed asked at each run @default the shipped contract and release
 */
export function shippedStack(
	environment: Environment,
	options: Partial<InProcessOptions> = {},
	deployed: () => Deployed = () => ({ contract: platform }),
): InProcess {
	const stack: InProcess = new InProcess(
		async () => {
			const {
				contract,
				release = (text) => text,
				deploy = deployPlatform,
			} = deployed();
			const outputs = await deploy(contract, {
				stack: environment,
				config: stack.config,
				secretKeys: [...stack.secretKeys],
				prohibitions: secondKey,
				release: (name) =>
					release(readFileSync(new URL(`releases/${name}.json`, root), "utf8")),
			});
			return { ...outputs };
		},
		{ stack: environment, config: stackFile(environment), ...options },
	);
	return stack;
}
