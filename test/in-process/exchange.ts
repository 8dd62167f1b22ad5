/** Hands a stack over between this process and a checkout's real engine; both use one stand-in. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Checkout, jsonOf, outputOf } from "../e2e/checkout.ts";
import { stateFrom } from "./checkpoint.ts";
import { exported } from "./exported.ts";
import type { InProcess } from "./in-process.ts";
import { StackState } from "./stack-state.ts";

/** From now on the real engine knows what this process did. */
export async function handOver(
	stack: InProcess,
	checkout: Checkout,
): Promise<void> {
	const file = join(checkout.folder, "state.json");
	writeFileSync(file, exported(stack.state.all));
	outputOf(
		await checkout.pulumi("stack", "import", "-s", stack.stack, "--file", file),
	);
}

/** From now on this process knows what the real engine did. */
export async function takeBack(
	stack: InProcess,
	checkout: Checkout,
): Promise<void> {
	const text = outputOf(
		await checkout.pulumi("stack", "export", "-s", stack.stack),
	);
	stack.state = new StackState(stateFrom(jsonOf(text)));
}
