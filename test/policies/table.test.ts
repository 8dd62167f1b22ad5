import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { page, withTable } from "../../tools/policy-table.ts";

describe("docs/policies.md", () => {
	it("[R-063] lists the rules as the code has them", () => {
		const text = readFileSync(page, "utf8");
		expect(withTable(text)).toBe(text);
	});
});
