/** What the engine runs: the program on the shipped contract, with what the engine and the checkout say. */
import { existsSync, readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { platform } from "./contract/platform.ts";
import { endWithEngine } from "./engine/end-with-engine.ts";
import { secondKey } from "./policies/shipped-key.ts";
import { deployPlatform } from "./program.ts";

// Pulumi takes a stack trace with every resource and output and formats each through source maps. There are none:
// Node strips the types and keeps lines and columns. Nor has a trace to be longer than Node's own 10 lines: TypeScript,
// which the SDK loads, makes it 100. Both together save a quarter of a preview's time.
Reflect.deleteProperty(Error, "prepareStackTrace");
Error.stackTraceLimit = 10;

// Once the engine was killed, nobody reads what is printed here, and printing fails. The SDK's handler of uncaught errors
// prints, so it would call itself for ever and fill the machine's memory.
for (const stream of [process.stdout, process.stderr]) {
	stream.on("error", () => process.exit(1));
}

// The language host tells the program so where the engine is.
endWithEngine(process.env.PULUMI_NODEJS_ENGINE);

const outputs = await deployPlatform(platform, {
	stack: pulumi.getStack(),
	config: pulumi.runtime.allConfig(),
	// The engine tells the program so which keys were encrypted.
	secretKeys: JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]"),
	prohibitions: secondKey,
	release: (environment) => {
		const file = new URL(`releases/${environment}.json`, import.meta.url);
		return existsSync(file) ? readFileSync(file, "utf8") : undefined;
	},
});

/** The login slot that new revisions use. */
export const { activeSlot } = outputs;
/** What serves each service, and what is ready. */
export const { revisions } = outputs;
