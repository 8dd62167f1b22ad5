import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { environments } from "../../contract/environments.ts";
import { type Platform, parsePlatform } from "../../contract/schema.ts";
import { foreignStack } from "../in-process/foreign.ts";

const page = readFileSync(
	new URL("../../docs/contract.md", import.meta.url),
	"utf8",
);
const examples = [
	...page.matchAll(/^```ts\n(parsePlatform\([\s\S]*?)^```$/gm),
].map(
	([, text]): Platform =>
		new Function("parsePlatform", `return ${text}`)(parsePlatform),
);

it("docs/contract.md has examples", () => {
	expect(examples.map(({ name }) => name)).toEqual([
		"votes",
		"mailer",
		"accounts",
	]);
});

describe.each(examples.map((example) => [example.name, example] as const))(
	"the example %s",
	(_name, example) => {
		it.each(environments)(
			"[R-031] is previewed and brought up in %s, and no rule has anything against it",
			async (environment) => {
				const stack = foreignStack(example, environment);
				try {
					for (const run of [await stack.preview(), await stack.up()]) {
						expect(run.output).not.toContain("[mandatory]");
						expect(run).toMatchObject({ ok: true });
					}
					stack.set("rotationEpoch", 1);
					expect(await stack.up()).toMatchObject({ ok: true });
				} finally {
					stack.remove();
				}
			},
		);
	},
);
