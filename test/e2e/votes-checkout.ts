/** A platform with one service and one database: what is about the engine alone takes half of the time there. */
import { afterAll } from "@jest/globals";
import { votes } from "../fixtures/contracts/votes.ts";
import { foreignConfig, foreignStack } from "../in-process/foreign.ts";
import { adopt } from "./adopted.ts";
import { Checkout } from "./checkout.ts";

export function votesCheckout(): Checkout {
	const checkout = new Checkout();
	adopt(checkout, votes, "votes.ts");
	return checkout;
}

/** Staging for this process and for the real engine, as `sharedStaging` has that of the shipped platform. */
export function sharedVotes() {
	const checkout = votesCheckout();
	const stack = foreignStack(votes, "staging", {
		directory: checkout.stateFolder,
		config: {
			...foreignConfig(votes, "staging"),
			"gcp:region": "us-central1",
		},
	});
	afterAll(() => {
		stack.remove();
		checkout.remove();
	});
	return { checkout, stack };
}
