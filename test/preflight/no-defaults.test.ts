import { describe, expect, it } from "@jest/globals";
import { bindingsFor } from "../../contract/bindings.ts";
import { environments } from "../../contract/environments.ts";
import { platform } from "../../contract/platform.ts";
import { inspect } from "../../preflight/configuration.ts";
import { textLine } from "../../preflight/outcome.ts";
import { checklistIn } from "./preflight.ts";

const everyBinding = environments.flatMap((environment) =>
	Object.keys(platform.services).flatMap((service) =>
		bindingsFor(platform, service, environment).secrets.map((binding) => ({
			environment,
			...binding,
		})),
	),
);

/** The service's environment with nothing in it but what tells the environment's name. */
const onlyPlain = (
	service: string,
	environment: (typeof environments)[number],
) =>
	Object.fromEntries(
		bindingsFor(platform, service, environment).plain.map(
			({ variable, value }) => [variable, value],
		),
	);

describe("a secret variable that is missing", () => {
	it("[R-022] is an error that names service, variable, secret and environment, and nothing stands in for it", () => {
		expect(everyBinding.length).toBeGreaterThan(100);
		for (const { environment, service, variable, secretId } of everyBinding) {
			const { outcomes, access } = inspect(
				checklistIn(service, environment),
				onlyPlain(service, environment),
			);
			expect(
				outcomes
					.filter(({ check }) => check === variable)
					.map((outcome) => textLine({ service, environment }, outcome)),
			).toEqual([
				expect.stringMatching(
					`^FAIL ${service} in ${environment}: ${variable} \\(secret ${secretId}\\): is missing\\. Fix: `,
				),
			]);
			expect(access).toEqual({
				postgres: [],
				redis: [],
				clickhouse: [],
				bucket: [],
			});
		}
	});
});
