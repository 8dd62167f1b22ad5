import { afterAll, describe, expect, it } from "@jest/globals";
import { outputOf } from "./checkout.ts";
import { servingRevisions } from "./cloud.ts";
import {
	type Blow,
	converge,
	NothingStruck,
	recover,
	type Step,
	upStruck,
} from "./converge.ts";
import { votesCheckout } from "./votes-checkout.ts";

const checkout = votesCheckout();
afterAll(() => checkout.remove());

/**
 * Steps of which each needs the one before, so that every update comes to the next one: each kind of fault once. Every
 * step with every kind is the soak's.
 */
const strikes: [Blow, string, string][] = [
	[
		"stand-in killed before",
		"sql/databaseInstance:DatabaseInstance",
		"database-instance",
	],
	["engine killed after", "sql/user:User", "database-user-a"],
	[
		"stand-in killed after",
		"secretmanager/secretVersion:SecretVersion",
		"database-password",
	],
	["fails before its effect", "cloudrunv2/job:Job", "web-preflight"],
	["fails after its effect", "cloudrunv2/service:Service", "web"],
	["engine killed before", "cloudrunv2/job:Job", "web-verify"],
];

/** Strikes a step, after what the strikes before it made necessary. Returns that. */
async function strike(step: Step, blow: Blow): Promise<string> {
	const needed: string[] = [];
	for (;;) {
		try {
			const { code } = await upStruck(checkout, "staging", step, blow);
			expect(code).not.toBe(0);
			return needed.join(" and ") || "nothing";
		} catch (error) {
			const need =
				error instanceof NothingStruck && needed.length < 5
					? await recover(checkout, "staging", error.output)
					: undefined;
			if (need === undefined) {
				throw error;
			}
			needed.push(need);
		}
	}
}

describe("a first deployment that is struck again and again", () => {
	it("[R-004] goes on with the same command, after what the messages ask for", async () => {
		const needed: string[] = [];
		for (const [blow, type, name] of strikes) {
			needed.push(
				await strike({ on: "create", type: `gcp:${type}`, name }, blow),
			);
		}
		needed.push(
			await converge(checkout, "staging", () => {
				throw new Error("no login failed");
			}),
		);
		expect(needed).toEqual([
			"nothing",
			"nothing",
			// What the stand-in was making besides when it was killed exists unrecorded, too.
			expect.stringMatching(/^cancel( and import)+$/),
			"nothing",
			"nothing",
			"import",
			// What else was being made when the engine was killed exists unrecorded, too.
			expect.stringMatching(/^after cancel( and import)*$/),
		]);
	});

	it("[R-031] comes to the wanted state, and has nothing left to do", async () => {
		expect(Object.keys(servingRevisions(checkout, "votes-staging"))).toEqual([
			"votes-web-staging",
		]);
		const again = await checkout.pulumi(
			"up",
			"-s",
			"staging",
			"--yes",
			"--skip-preview",
		);
		expect(outputOf(again)).not.toMatch(/^ {4}[+~-]/m);
	});
});
