/** A rotation of the local stack that is struck at one step. */
import { type Blow, converge, type Step, upStruck } from "./converge.ts";
import type { LocalStack } from "./local-stack.ts";

/** What the services did meanwhile, and what brought the rotation to its end. */
export async function struckRotation(
	stack: LocalStack,
	step: (slot: string) => Step,
	blow: Blow,
) {
	await stack.rotate();
	const up = () => stack.up();
	const { code } = await upStruck(stack, "local", step(stack.slot), blow, up);
	const answering = await stack.readiness();
	const converged = await converge(
		stack,
		"local",
		() => stack.set(`slotRetry["${stack.epoch}"]`, 1),
		up,
	);
	const changesLeft = await stack.changesLeft();
	return {
		failed: code !== 0,
		answering,
		converged,
		revision: (await stack.serving())["netra-auth-local"],
		login: await stack.login(`netra_${stack.slot}`)(),
		changesLeft,
	};
}
