/** Staging for this process and for the real engine, on one stand-in: `handOver` and `takeBack` tell each of the other's updates. */
import { afterAll } from "@jest/globals";
import type { InProcessOptions } from "../in-process/in-process.ts";
import { type Deployed, shippedStack } from "../in-process/shipped.ts";
import { Checkout } from "./checkout.ts";

/** Both are taken away after the tests of the file. */
export function sharedStaging(
	options: Partial<InProcessOptions> = {},
	deployed?: () => Deployed,
) {
	const checkout = new Checkout();
	const stack = shippedStack(
		"staging",
		{ directory: checkout.stateFolder, policies: {}, ...options },
		deployed,
	);
	afterAll(() => {
		stack.remove();
		checkout.remove();
	});
	return { checkout, stack };
}
