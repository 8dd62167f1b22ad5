import { describe, expect, it } from "@jest/globals";
import { bindingsFor } from "../../contract/bindings.ts";
import { environments } from "../../contract/environments.ts";
import { platform } from "../../contract/platform.ts";
import { type Platform, parsePlatform } from "../../contract/schema.ts";
import { parseStackConfig } from "../../contract/stack-config.ts";
import { namesIn, sourceFiles, textsIn } from "../fixtures/source.ts";
import { stackFile } from "../in-process/stack-file.ts";

/** Every name in every environment without which a service cannot work. */
const critical = new Set(
	environments.flatMap((environment) =>
		Object.keys(platform.services).flatMap((service) =>
			bindingsFor(platform, service, environment)
				.secrets.filter((each) => each.critical)
				.map(({ variable }) => variable),
		),
	),
);

function messageOf(action: () => unknown): string {
	try {
		action();
	} catch (error) {
		return (error as Error).message;
	}
	return "accepted";
}

describe("a critical name", () => {
	it("[R-022] is written by no code that makes, carries or reads values, so that none can give it one of its own", () => {
		expect(critical.size).toBeGreaterThan(15);
		const files = sourceFiles(
			"components",
			"contract",
			"index.ts",
			"plan",
			"preflight",
			"program.ts",
		).filter((file) => file !== "contract/platform.ts");
		expect(files.length).toBeGreaterThan(30);
		expect(
			files
				.flatMap((file) => [...textsIn(file), ...namesIn(file)])
				.filter(({ text }) => critical.has(text)),
		).toEqual([]);
	});

	it.each<[string, (contract: Platform) => void, string]>([
		[
			"beside its binding",
			(contract) =>
				Object.assign(contract.services.auth?.variables ?? {}, {
					REDIS_URL: "rediss://default",
				}),
			"services.auth.variables.REDIS_URL: is bound to a secret too: a variable has one value",
		],
		[
			"with its secret",
			(contract) =>
				Object.assign(contract.secrets[0] as object, { default: "x" }),
			"secrets.database-url: has no 'default'; there are id,",
		],
	])("[R-022] takes no default %s", (_, edit, problem) => {
		const contract = structuredClone(platform);
		edit(contract);
		expect(messageOf(() => parsePlatform(contract))).toContain(problem);
	});

	it.each(environments)(
		"[R-022] has no value in %s before somebody gives one, and the refusal says of which secret",
		(environment) => {
			const { "netra-platform:externalSecrets": _, ...config } =
				stackFile(environment);
			const message = messageOf(() =>
				parseStackConfig(platform, environment, config, []),
			);
			for (const { id, source } of platform.secrets) {
				if (source.from === "external") {
					expect(message).toContain(
						`externalSecrets.${id} is missing; secret '${id}-${environment}'`,
					);
				}
			}
		},
	);
});
