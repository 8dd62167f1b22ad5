/** Names that somebody else chose: in the second key, and in what is printed. */
import { describe, expect, it } from "@jest/globals";
import { serviceContract } from "../../contract/bindings.ts";
import { keptVersion } from "../../contract/kept-version.ts";
import { platform } from "../../contract/platform.ts";
import type { StackConfig } from "../../contract/stack-config.ts";
import { violation } from "../../policies/judge.ts";
import {
	criticalVariables,
	parseSecondKey,
} from "../../policies/second-key.ts";

describe("a name that every object has", () => {
	it("is no service of the contract", () => {
		expect(() => serviceContract(platform, "constructor")).toThrow(
			"there is no service 'constructor' in the contract; it has: auth, backend, frontend",
		);
	});

	it("has no critical variables in a second key that does not list it", () => {
		expect(
			criticalVariables(
				parseSecondKey({ name: "netra" }),
				"toString",
				"staging",
			).size,
		).toBe(0);
	});

	it("has no version in a configuration that does not name it", () => {
		const config = { externalSecrets: {}, adopted: {} } as StackConfig;
		expect(keptVersion(config, "constructor")).toBeUndefined();
	});
});

describe("a violation", () => {
	it("is one line, whatever names are in the stack", () => {
		const { message } = violation(
			{ id: "unknown-name", level: "mandatory", fix: "correct it" },
			{
				service: "auth",
				variable: "A\n[ok] \u001b[2J\u2028",
				found: "a name\r",
				needed: "another",
			},
			"staging",
		);
		expect(message).toBe(
			"[unknown-name] service auth, variable A\\u{a}[ok] \\u{1b}[2J\\u{2028}, environment staging: found a name\\u{d}; needed another; fix: correct it",
		);
	});
});
