import { afterAll, describe, expect, it } from "@jest/globals";
import { bindingsFor } from "../../contract/bindings.ts";
import { platform } from "../../contract/platform.ts";
import { Checkout, outputOf } from "./checkout.ts";

const checkout = new Checkout();
afterAll(() => checkout.remove());

const preview = () => checkout.pulumi("preview", "-s", "staging");
const critical = Object.keys(platform.services).flatMap((service) =>
	bindingsFor(platform, service, "staging").secrets.filter(
		(binding) => binding.critical,
	),
);
const secrets = [...new Set(critical.map(({ secret }) => secret))];
/** The engine takes a few seconds each time, so some are lost at once; each alone is the mutants' (test/policies). */
const batches = [0, 1].map((number) =>
	secrets.filter((_, index) => index % 2 === number),
);

/** Lines of the pack that name all that a person must know to mend it. */
const violations = (
	output: string,
	{ service, variable, secretId }: (typeof critical)[number],
) =>
	output
		.split("\n")
		.filter((line) =>
			line.includes(
				`service ${service}, variable ${variable}, secret ${secretId}, environment staging:`,
			),
		);

describe("a critical binding", () => {
	it("[R-042] that is lost in an edit of the contract fails the preview", async () => {
		checkout.edit(
			"contract/platform.ts",
			"...authenticationVariables,",
			"...(({ SECRET_KEY: _, ...rest }) => rest)(authenticationVariables),",
		);
		const { code, output } = await preview();
		checkout.restore("contract/platform.ts");
		expect(code).not.toBe(0);
		expect(output).toContain(
			"[critical-list] service auth, variable SECRET_KEY, secret secret-key-staging, environment staging:",
		);
	}, 60_000);

	it.each(batches.map((batch) => [batch.join(", "), batch] as const))(
		"[R-030] of %s that a component skips fails the preview of every service that needs it",
		async (_names, batch) => {
			checkout.edit(
				"components/container.ts",
				"...bindings.secrets.map(",
				`...bindings.secrets.filter(({ secret }) => !${JSON.stringify(batch)}.includes(secret)).map(`,
			);
			const { code, output } = await preview();
			checkout.restore("components/container.ts");
			expect(code).not.toBe(0);
			const lost = critical.filter(({ secret }) => batch.includes(secret));
			expect(lost.length).toBeGreaterThanOrEqual(batch.length);
			expect(
				lost.filter((binding) => violations(output, binding).length === 0),
			).toEqual([]);
		},
		60_000,
	);

	it("fails nothing while it is there", async () => {
		outputOf(await preview());
	}, 60_000);
});
