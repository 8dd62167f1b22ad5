import { afterAll, describe, expect, it } from "@jest/globals";
import { environments } from "../../contract/schema.ts";
import { handOver, takeBack } from "../in-process/exchange.ts";
import { type InProcess, succeeded } from "../in-process/in-process.ts";
import { shippedStack } from "../in-process/shipped.ts";
import { Checkout, outputOf } from "./checkout.ts";

const checkout = new Checkout();
const stacks = Object.fromEntries(
	environments.map((stack) => [
		stack,
		shippedStack(stack, { directory: checkout.stateFolder, policies: {} }),
	]),
);
afterAll(() => {
	for (const stack of Object.values(stacks)) {
		stack.remove();
	}
	checkout.remove();
});

/** The engine's closing lines: how many resources it changed, by what it did. */
const counts = (output: string) =>
	Object.fromEntries(
		[
			...output.matchAll(
				/^ +(?:[+~-]+ *)?(\d+) (to create|created|updated|deleted|replaced|unchanged)$/gm,
			),
		].map(([, count, what]) => [what, Number(count)]),
	);

describe("[R-080] on the real engine", () => {
	it.each(environments)(
		"the %s stack previews with the policy pack enforced",
		async (stack) => {
			const { code, output } = await checkout.pulumi(
				"preview",
				"-s",
				stack,
				"--policy-pack",
				"policies",
			);
			expect({ code, output }).toMatchObject({
				code: 0,
				output: expect.stringContaining("netra-platform"),
			});
			expect(counts(output)).toEqual({ "to create": expect.any(Number) });
			expect(output).toMatch(/^Policies:$/m);
			expect(output).not.toContain("[mandatory]");
		},
		60_000,
	);

	it("the staging stack comes up", async () => {
		const output = outputOf(
			await checkout.pulumi("up", "-s", "staging", "--yes", "--skip-preview"),
		);
		expect(counts(output).created).toBeGreaterThan(100);
	}, 120_000);

	// In one command: what is there is as the state says, and the program wants nothing else.
	it("the staging stack has nothing to change after that, also after a refresh", async () => {
		const output = outputOf(
			await checkout.pulumi(
				"up",
				"-s",
				"staging",
				"--yes",
				"--skip-preview",
				"--refresh",
			),
		);
		expect(counts(output)).toEqual({ unchanged: expect.any(Number) });
	}, 120_000);
});

describe.each(["local", "production"])(
	"[R-080] in this process, the %s stack",
	(environment) => {
		const stack = stacks[environment] as InProcess;

		it("comes up", async () => {
			const { changes } = await succeeded(stack.up());
			expect(Object.keys(changes)).toEqual(["create"]);
			expect(changes.create?.length).toBeGreaterThan(100);
		}, 60_000);

		it("has nothing to change after that, also after a refresh", async () => {
			const { changes } = await succeeded(stack.up({ refresh: true }));
			expect(changes).toEqual({});
		}, 60_000);
	},
);

/** Every resource of staging, as the state has it. */
async function resources(): Promise<string[]> {
	const { output } = await checkout.pulumi(
		"stack",
		"-s",
		"staging",
		"--show-urns",
	);
	return output.match(/urn:pulumi:\S+/g) ?? [];
}

describe("destroying", () => {
	it("takes the local stack away", async () => {
		await succeeded((stacks.local as InProcess).destroy());
		expect(stacks.local?.state.resources.size).toBe(0);
	}, 60_000);

	it("is refused for staging before anything is deleted, and names what is protected", async () => {
		const before = await resources();
		const { code, output } = await checkout.pulumi(
			"destroy",
			"-s",
			"staging",
			"--yes",
		);
		expect(code).not.toBe(0);
		for (const name of [
			"Database::database-database",
			"Instance::redis-instance",
			"Secret::secret-key",
		]) {
			expect(output).toContain(`${name}" cannot be deleted`);
		}
		expect(before.length).toBeGreaterThan(100);
		expect(await resources()).toEqual(before);
	}, 60_000);

	it("takes staging away after an update lifted the protection", async () => {
		const stack = stacks.staging as InProcess;
		await takeBack(stack, checkout);
		stack.set("dataProtection", false);
		await succeeded(stack.up());
		await handOver(stack, checkout);
		const destroyed = await checkout.pulumi(
			"destroy",
			"-s",
			"staging",
			"--yes",
		);
		expect(destroyed).toMatchObject({ code: 0 });
	}, 120_000);
});
