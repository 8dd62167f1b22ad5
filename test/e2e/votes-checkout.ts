/** A checkout of a platform with one service and one database: what is about the engine alone takes half of the time there. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "@jest/globals";
import { environments } from "../../contract/environments.ts";
import { draftOf } from "../../tools/key-draft.ts";
import { releaseOf } from "../fixtures/contracts/foreign.ts";
import { votes } from "../fixtures/contracts/votes.ts";
import { foreignConfig, foreignStack } from "../in-process/foreign.ts";
import { Checkout } from "./checkout.ts";

const contract = "contract/votes.ts";

/** A checkout in which the files that are an adopter's are those of Votes. */
export function votesCheckout(): Checkout {
	const checkout = new Checkout();
	const write = (path: string, content: string) =>
		writeFileSync(join(checkout.folder, path), content);
	cpSync(
		join(import.meta.dirname, "../fixtures/contracts/votes.ts"),
		join(checkout.folder, contract),
	);
	checkout.edit(contract, "../../../contract/", "./");
	write(
		"contract/platform.ts",
		'export { votes as platform } from "./votes.ts";\n',
	);
	write("policies/second-key.json", JSON.stringify(draftOf(votes)));
	for (const environment of environments) {
		write(`releases/${environment}.json`, releaseOf(votes, environment));
		write(
			`Pulumi.${environment}.yaml`,
			`config:
  gcp:project: ${votes.environments[environment].project}
  gcp:region: us-central1
  netra-platform:rotationEpoch: 0
`,
		);
	}
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
