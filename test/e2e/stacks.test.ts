import { afterAll, describe, expect, it } from "@jest/globals";
import { environments } from "../../contract/schema.ts";
import { Checkout, outputOf } from "./checkout.ts";

const checkout = new Checkout();
afterAll(() => checkout.remove());

/** The engine's closing lines: how many resources it changed, by what it did. */
const counts = (output: string) =>
	Object.fromEntries(
		[
			...output.matchAll(
				/^ +(?:[+~-]+ *)?(\d+) (to create|created|updated|deleted|replaced|unchanged)$/gm,
			),
		].map(([, count, what]) => [what, Number(count)]),
	);

describe.each(environments)(
	"[R-080] the %s stack on the real engine",
	(stack) => {
		it("previews with the policy pack enforced", async () => {
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
		}, 60_000);

		it("comes up", async () => {
			const output = outputOf(
				await checkout.pulumi("up", "-s", stack, "--yes", "--skip-preview"),
			);
			expect(counts(output).created).toBeGreaterThan(100);
		}, 120_000);

		// In one command: what is there is as the state says, and the program wants nothing else.
		it("has nothing to change after that, also after a refresh", async () => {
			const output = outputOf(
				await checkout.pulumi(
					"up",
					"-s",
					stack,
					"--yes",
					"--skip-preview",
					"--refresh",
				),
			);
			expect(counts(output)).toEqual({ unchanged: expect.any(Number) });
		}, 120_000);
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
		outputOf(await checkout.pulumi("destroy", "-s", "local", "--yes"));
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
		checkout.edit(
			"Pulumi.staging.yaml",
			"rotationEpoch: 0",
			"rotationEpoch: 0\n  netra-platform:dataProtection: false",
		);
		const lifted = await checkout.pulumi(
			"up",
			"-s",
			"staging",
			"--yes",
			"--skip-preview",
		);
		expect(lifted).toMatchObject({ code: 0 });
		const destroyed = await checkout.pulumi(
			"destroy",
			"-s",
			"staging",
			"--yes",
		);
		expect(destroyed).toMatchObject({ code: 0 });
	}, 120_000);
});
