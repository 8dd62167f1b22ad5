import { describe, expect, it } from "@jest/globals";
import { requirementProblems } from "./reporter.ts";

const table =
	"| id | what |\n|---|---|\n| R-001 | a |\n| R-002 | b |\n## Not built yet\n| R-003 | c |\n";

describe("the table of requirements", () => {
	it("agrees with tests that prove each row", () => {
		expect(
			requirementProblems(table, [
				"a [R-001] does",
				"[R-001] [R-002] too",
				"no id",
			]),
		).toEqual([]);
	});

	it("has no row that no test proves", () => {
		expect(requirementProblems(table, ["[R-001] does"])).toEqual([
			"R-002 has no passing test",
		]);
	});

	it("has every id that a test names, be it built or not", () => {
		expect(
			requirementProblems(table, ["[R-001]", "[R-002]", "[R-003]", "[R-999]"]),
		).toEqual(["R-999 is in a test's title, but is no row"]);
	});
});
