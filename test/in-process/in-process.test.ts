/** The engine in this process proves nothing unless it does what the real one does: the same stack on both. */
import { cpSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Checkout, jsonOf, outputOf } from "../e2e/checkout.ts";
import { captured } from "../fixtures/captured.ts";
import {
	keyOf,
	mapLeaves,
	type Properties,
	type Resource,
} from "../fixtures/resources.ts";
import { stateFrom } from "./checkpoint.ts";
import { heldBy, normalised, ownSteps, writtenSteps } from "./comparable.ts";
import { type InProcess, type Run, succeeded } from "./in-process.ts";
import { seenOf } from "./policies.ts";
import { shippedStack } from "./shipped.ts";
import { StackState } from "./stack-state.ts";

const stack = shippedStack("staging");
const checkout = new Checkout();
const open = [stack];
afterAll(() => {
	for (const each of open) each.remove();
	checkout.remove();
});

const pulumi = async (...args: string[]) =>
	jsonOf(outputOf(await checkout.pulumi(...args, "-s", "staging")));
const planned = (run: Run) => ownSteps(run.engineSteps);

/** What the capture pack writes of the command's policies. */
const capture = join(checkout.folder, "capture.json");
const previewed = async () =>
	writtenSteps(
		jsonOf(
			outputOf(
				await checkout.run(
					"env",
					`NETRA_CAPTURE=${capture}`,
					"tools/pulumi-local",
					"preview",
					"--json",
					"--stack=staging",
					"--policy-pack=policies",
					"--policy-pack=test/fixtures/capture",
				),
			),
		),
	);

/** What policies see, in one order and without random parts. */
const comparable = (resources: readonly Resource[]) =>
	resources
		// The engine's own provider, of which nothing is known.
		.filter(({ type }) => type !== "pulumi:providers:pulumi")
		.map(({ properties, dependsOn, propertyDependencies, ...rest }) => ({
			...rest,
			properties: mapLeaves(properties, (leaf) =>
				typeof leaf === "string" ? normalised(leaf) : leaf,
			) as Properties,
			dependsOn: dependsOn.toSorted(),
			propertyDependencies: Object.fromEntries(
				Object.entries(propertyDependencies).map(([property, keys]) => [
					property,
					keys.toSorted(),
				]),
			),
		}))
		.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));

/** The same stack in this process, on the cloud and with the state of the real engine's. */
function onItsCloud(state: StackState): InProcess {
	const directory = checkout.stateFolder;
	const made = shippedStack("staging", { directory, state });
	open.push(made);
	return made;
}

beforeAll(() => {
	cpSync(
		resolve(import.meta.dirname, "../fixtures"),
		join(checkout.folder, "test/fixtures"),
		{ recursive: true },
	);
});

describe("a run in this process", () => {
	it("[R-080] plans a first deployment as the real engine does: steps, inputs, options, dependencies", async () => {
		const told = await previewed();
		expect(told.length).toBeGreaterThan(100);
		expect(planned(await succeeded(stack.preview()))).toEqual(told);
	});

	it("shows policies what the real engine shows them", async () => {
		const run = await succeeded(onItsCloud(new StackState([])).preview());
		expect(comparable(seenOf(run, "netra-staging"))).toEqual(
			comparable(captured(capture)),
		);
	});

	describe("after a first deployment", () => {
		let exported = "";

		beforeAll(async () => {
			expect(await stack.up()).toMatchObject({ ok: true, messages: [] });
			outputOf(
				await checkout.pulumi("up", "-s", "staging", "--yes", "--skip-preview"),
			);
		});

		it("[R-080] records what the real engine records", async () => {
			exported = await pulumi("stack", "export");
			expect(heldBy(stack.state.all)).toEqual(heldBy(stateFrom(exported)));
		});

		it("[R-080] plans a rotation as the real engine does", async () => {
			stack.set("rotationEpoch", 1);
			await checkout.pulumi(
				"config",
				"set",
				"rotationEpoch",
				"1",
				"-s",
				"staging",
			);
			const told = await previewed();
			expect(told.length).toBeGreaterThan(10);
			expect(planned(await succeeded(stack.preview()))).toEqual(told);
		});

		it("shows policies what the real engine shows them of a rotation", async () => {
			const same = onItsCloud(new StackState(stateFrom(exported)));
			same.set("rotationEpoch", 1);
			const run = await succeeded(same.preview());
			expect(comparable(seenOf(run, "netra-staging"))).toEqual(
				comparable(captured(capture)),
			);
		});

		it("takes the stack away after its protection was lifted, not before", async () => {
			expect(await stack.destroy()).toMatchObject({ ok: false });
			expect(stack.state.resources.size).toBeGreaterThan(100);
			stack.set("dataProtection", false);
			expect(await stack.up()).toMatchObject({ ok: true });
			expect(await stack.destroy()).toMatchObject({ ok: true, messages: [] });
			expect(stack.state.resources.size).toBe(0);
		});
	});
});
