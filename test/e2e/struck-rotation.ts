/** A rotation of the local stack that is struck at one step. */
import { outputOf } from "./checkout.ts";
import { type Blow, converge, type Step, upStruck } from "./converge.ts";
import type { LocalStack } from "./local-stack.ts";

/** What the services did meanwhile, and what brought the rotation to its end. */
export async function struckRotation(
	stack: LocalStack,
	step: (slot: string) => Step,
	blow: Blow,
) {
	await stack.rotate();
	const { code } = await upStruck(stack, "local", step(stack.slot), blow);
	const answering = await stack.readiness();
	const converged = await converge(stack, "local", () =>
		stack.set(`slotRetry["${stack.epoch}"]`, "1"),
	);
	// The state alone could lie: the provider records a rejected change as done.
	const again = outputOf(await stack.up("--refresh"));
	return {
		failed: code !== 0,
		answering,
		converged,
		revision: (await stack.serving())["netra-auth-local"],
		login: await stack.login(`netra_${stack.slot}`)(),
		changesLeft: again.match(/^ {4}[+~-].*$/gm),
	};
}
