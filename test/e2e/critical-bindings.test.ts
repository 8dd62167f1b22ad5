import { afterAll, describe, expect, it } from "@jest/globals";
import { bindingsFor } from "../../contract/bindings.ts";
import { platform } from "../../contract/platform.ts";
import { succeeded } from "../in-process/in-process.ts";
import { shippedStack } from "../in-process/shipped.ts";
import { contract } from "../plan/stack.ts";
import { Checkout } from "./checkout.ts";

const checkout = new Checkout();
const stack = shippedStack("staging", { policies: {} });
const withoutKey = contract(({ services }) => {
	delete services.auth?.secrets.SECRET_KEY;
});
const edited = shippedStack(
	"staging",
	{ policies: { platform: withoutKey } },
	() => ({ contract: withoutKey }),
);
afterAll(() => {
	stack.remove();
	edited.remove();
	checkout.remove();
});

const preview = () => checkout.pulumi("preview", "-s", "staging");
const critical = Object.keys(platform.services).flatMap((service) =>
	bindingsFor(platform, service, "staging").secrets.filter(
		(binding) => binding.critical,
	),
);
const secrets = [...new Set(critical.map(({ secret }) => secret))];
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
		const { ok, output } = await edited.preview();
		expect(ok).toBe(false);
		expect(output).toContain(
			"[critical-list] service auth, variable SECRET_KEY, secret secret-key-staging, environment staging:",
		);
	});

	// All at once, since the engine takes seconds; each alone is the mutants' (test/policies).
	it("[R-030] that a component skips fails the preview of every service that needs it", async () => {
		checkout.edit(
			"components/container.ts",
			"...bindings.secrets.map(",
			`...bindings.secrets.filter(({ secret }) => !${JSON.stringify(secrets)}.includes(secret)).map(`,
		);
		const { code, output } = await preview();
		checkout.restore("components/container.ts");
		expect(code).not.toBe(0);
		expect(critical.length).toBeGreaterThanOrEqual(secrets.length);
		expect(
			critical.filter((binding) => violations(output, binding).length === 0),
		).toEqual([]);
	});

	it("fails nothing while it is there", async () => {
		await succeeded(stack.preview());
	});
});
