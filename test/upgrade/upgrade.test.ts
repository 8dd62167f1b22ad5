/**
 * Stacks that an earlier program brought up, under today's program; one of them on the real engine, too. `recorded/` holds
 * what `pulumi stack export` and the stand-in's cloud said then; every value in there was made up by the stand-in.
 */
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../contract/environments.ts";
import { Checkout, jsonOf, outputOf } from "../e2e/checkout.ts";
import { stateFrom } from "../in-process/checkpoint.ts";
import { succeeded } from "../in-process/in-process.ts";
import { shippedStack } from "../in-process/shipped.ts";
import { StackState } from "../in-process/stack-state.ts";
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

const surprises = (steps: readonly Step[]) =>
	steps.flatMap((step) => surprise(step) ?? []);

type Recorded = [name: string, stack: Environment, epoch: number];

const recorded: Recorded[] = [
	["staging-rotated", "staging", 1],
	["production", "production", 0],
	["local", "local", 0],
];

const stateOf = (name: string) =>
	join(import.meta.dirname, "recorded", `${name}.state.json`);

/** Puts the cloud of a recorded stack into a stand-in's folder. */
function restoreCloud([name, stack]: Recorded, directory: string): void {
	const cloud = join(directory, "cloud");
	mkdirSync(cloud, { recursive: true, mode: 0o700 });
	cpSync(
		join(import.meta.dirname, "recorded", `${name}.cloud.json`),
		join(cloud, `netra-${stack}.json`),
	);
}

/** What the update would do, in this process. */
async function surprisesIn(each: Recorded): Promise<string[]> {
	const [name, environment, epoch] = each;
	const stack = shippedStack(environment, {
		state: new StackState(stateFrom(readFileSync(stateOf(name), "utf8"))),
	});
	try {
		restoreCloud(each, stack.directory);
		stack.set("rotationEpoch", epoch);
		const { engineSteps } = await succeeded(stack.preview());
		expect(engineSteps.length).toBeGreaterThan(100);
		return surprises(
			engineSteps.map(({ op, urn, old, next }) => ({
				op,
				urn,
				...(old && { oldState: old as State }),
				...(next && { newState: next as State }),
			})),
		);
	} finally {
		stack.remove();
	}
}

const found = new Set<string>();

describe("a stack that an earlier program brought up", () => {
	it.each(recorded)(
		"[R-080] previews without a surprise: %s",
		async (...each) => {
			const all = await surprisesIn(each);
			for (const one of all) found.add(one);
			expect(
				all.filter((one) => !accepted.some(({ change }) => change === one)),
			).toEqual([]);
		},
	);

	it("[R-080] has the same surprises on the real engine", async () => {
		const [each] = recorded as [Recorded];
		const [name, stack, epoch] = each;
		restoreCloud(each, checkout.stateFolder);
		const pulumi = async (...args: string[]) =>
			outputOf(await checkout.pulumi(...args, "-s", stack));
		await pulumi("stack", "import", "--file", stateOf(name));
		await pulumi("config", "set", "rotationEpoch", String(epoch));
		const answer = await pulumi("preview", "--json");
		const { steps } = JSON.parse(jsonOf(answer)) as { steps: Step[] };
		expect(surprises(steps).sort()).toEqual((await surprisesIn(each)).sort());
	});

	it("[R-080] does everything that is accepted, so that no exemption outlives its reason", () => {
		expect(accepted.filter(({ change }) => !found.has(change))).toEqual([]);
	});
});
