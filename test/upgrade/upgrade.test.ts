/**
 * Stacks that an earlier program brought up, under today's program on the real engine. `recorded/` holds what
 * `pulumi stack export` and the stand-in's cloud said then; every value in there was made up by the stand-in.
 */
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { Checkout, jsonOf, outputOf } from "../e2e/checkout.ts";
import { accepted } from "./accepted.ts";

const checkout = new Checkout();
afterAll(() => checkout.remove());

type State = {
	custom: boolean;
	inputs?: { template?: { revision?: string } };
};
type Step = { op: string; urn: string; oldState?: State; newState?: State };

/** What an operator must not be surprised by, as one line; undefined for a step that is harmless. */
function surprise({ op, urn, oldState, newState }: Step): string | undefined {
	const name = urn.split("::").slice(2).join("::").replace(/^.*\$/, "");
	if (op === "replace" || op === "delete") {
		// The stack's own outputs and components are no resources of the cloud.
		return oldState?.custom === true ? `${op} ${name}` : undefined;
	}
	if (op !== "update") return undefined;
	if (name.startsWith("gcp:sql/user:User") || name.startsWith("random:")) {
		return `new password: ${name}`;
	}
	const revision = (state?: State) => state?.inputs?.template?.revision;
	return name.startsWith("gcp:cloudrunv2/service:Service") &&
		revision(oldState) !== revision(newState)
		? `new revision: ${name}`
		: undefined;
}

const found = new Set<string>();

describe("a stack that an earlier program brought up", () => {
	it.each([
		["staging-rotated", "staging", "1"],
		["production", "production", "0"],
		["local", "local", "0"],
	])(
		"[R-080] previews without a surprise: %s",
		async (name, stack, epoch) => {
			const recorded = join(import.meta.dirname, "recorded", name);
			const cloud = join(checkout.stateFolder, "cloud");
			mkdirSync(cloud, { recursive: true, mode: 0o700 });
			cpSync(`${recorded}.cloud.json`, join(cloud, `netra-${stack}.json`));
			await checkout.pulumi("stack", "init", stack);
			outputOf(
				await checkout.pulumi(
					"stack",
					"import",
					"-s",
					stack,
					"--file",
					`${recorded}.state.json`,
				),
			);
			await checkout.pulumi(
				"config",
				"set",
				"rotationEpoch",
				epoch,
				"-s",
				stack,
			);

			const answer = await checkout.pulumi("preview", "-s", stack, "--json");
			const { steps } = JSON.parse(jsonOf(outputOf(answer))) as {
				steps: Step[];
			};
			const surprises = steps.flatMap((step) => surprise(step) ?? []);
			for (const each of surprises) found.add(each);
			expect(
				surprises.filter(
					(each) => !accepted.some(({ change }) => change === each),
				),
			).toEqual([]);
		},
		60_000,
	);

	it("[R-080] does everything that is accepted, so that no exemption outlives its reason", () => {
		expect(accepted.filter(({ change }) => !found.has(change))).toEqual([]);
	});
});
