import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	afterAll,
	afterEach,
	beforeEach,
	describe,
	expect,
	it,
	jest,
} from "@jest/globals";
import RequirementsReporter, {
	type RunConfig,
	type RunResults,
} from "./reporter.ts";
import { type Ended, judgeRows } from "./table.ts";

const table =
	"| id | what |\n|---|---|\n| R-001 | a |\n| R-002 | b |\n## Not built yet\n| R-003 | c |\n";

const passed = (...titles: string[]): Ended[] =>
	titles.map((title) => ({ title, status: "passed" }));
const both = passed("[R-001] one", "[R-002] two");

describe("the table of requirements", () => {
	it("agrees with tests that prove each row", () => {
		expect(
			judgeRows(
				table,
				passed("a [R-001] does", "[R-001] [R-002] too", "no id"),
			),
		).toEqual({ problems: [], notProven: [] });
	});

	it("has no row that no test proves", () => {
		expect(judgeRows(table, passed("[R-001] does")).problems).toEqual([
			"R-002 has no passing test",
		]);
	});

	it("has every id that a test names, be it built or not", () => {
		expect(
			judgeRows(table, [...both, ...passed("[R-003]", "[R-999]")]).problems,
		).toEqual(["R-999 is in a test's title, but is no row"]);
	});

	it("has every id that a test names which did not run", () => {
		const test = { title: "[R-999] later", status: "todo" };
		expect(judgeRows(table, [...both, test]).problems).toEqual([
			"R-999 is in a test's title, but is no row",
		]);
	});

	it("has one row for each id, built or not", () => {
		expect(judgeRows(`${table}| R-001 | again |\n`, both).problems).toEqual([
			"R-001 has more than one row",
		]);
	});

	it.each(["pending", "todo", "skipped", "disabled", "focused"])(
		"does not take a row for proven that has a test which is %s beside others that passed",
		(status) => {
			expect(
				judgeRows(table, [...both, { title: "[R-001] more", status }]),
			).toEqual({
				problems: [],
				notProven: [
					"R-001: 1 of its tests did not run, such as '[R-001] more'",
				],
			});
		},
	);

	it("does not say twice what a row lacks whose tests were all left out", () => {
		const skipped = { title: "[R-002] two", status: "pending" };
		expect(judgeRows(table, [...passed("[R-001]"), skipped])).toEqual({
			problems: [],
			notProven: ["R-002: 1 of its tests did not run, such as '[R-002] two'"],
		});
	});

	it("asks nothing of rows that are not built", () => {
		const skipped = { title: "[R-003] three", status: "pending" };
		expect(judgeRows(table, [...both, skipped])).toEqual({
			problems: [],
			notProven: [],
		});
	});
});

describe("the report of a run", () => {
	const root = mkdtempSync(join(tmpdir(), "requirements-"));
	afterAll(() => rmSync(root, { recursive: true }));
	for (const folder of ["docs", "test/more"]) {
		mkdirSync(join(root, folder), { recursive: true });
	}
	writeFileSync(join(root, "docs/requirements.md"), table);
	const files = ["test/one.test.ts", "test/more/two.test.ts"];
	for (const file of files) {
		writeFileSync(join(root, file), "");
	}

	let printed: string[];
	beforeEach(() => {
		printed = [];
		jest.spyOn(console, "error").mockImplementation((text) => {
			printed.push(String(text));
		});
	});
	afterEach(() => {
		jest.restoreAllMocks();
	});

	/** What a run of these tests says, and whether it fails for it. */
	function run(
		tests: Ended[],
		config: Partial<RunConfig> = {},
		results: Partial<RunResults> = {},
	) {
		const reporter = new RequirementsReporter({
			rootDir: root,
			ci: false,
			...config,
		});
		reporter.onRunComplete(new Set(), {
			numFailedTests: 0,
			numRuntimeErrorTestSuites: 0,
			testResults: files.map((file, index) => ({
				testFilePath: join(root, file),
				testResults: (index === 0 ? tests : []).map(({ title, status }) => ({
					fullName: title,
					status,
				})),
			})),
			...results,
		});
		return { printed, fails: reporter.getLastError() !== undefined };
	}

	const skipped = [
		...both,
		{ title: "drivers (skipped: none) [R-002] log in", status: "pending" },
	];
	const onlyFirst = {
		testResults: [
			{ testFilePath: join(root, "test/one.test.ts"), testResults: [] },
		],
	};

	it("says nothing where every row is proven", () => {
		expect(run(both, { ci: true })).toEqual({ printed: [], fails: false });
	});

	it("fails where a row has no test", () => {
		expect(run(passed("[R-001] one"))).toEqual({
			printed: [
				"docs/requirements.md and the tests disagree:\n  R-002 has no passing test",
			],
			fails: true,
		});
	});

	it("says which rows a machine does not prove that lacks a driver", () => {
		expect(run(skipped)).toEqual({
			printed: [
				"docs/requirements.md: not proven on this machine:\n  R-002: 1 of its tests did not run, such as 'drivers (skipped: none) [R-002] log in'",
			],
			fails: false,
		});
	});

	it("fails for such a row in CI", () => {
		expect(run(skipped, { ci: true })).toEqual({
			printed: [
				"docs/requirements.md: not proven in CI, where every test must run:\n  R-002: 1 of its tests did not run, such as 'drivers (skipped: none) [R-002] log in'",
			],
			fails: true,
		});
	});

	it.each<[string, Partial<RunConfig>, Partial<RunResults>]>([
		["some files", { ci: true }, onlyFirst],
		["some titles", { ci: true, testNamePattern: "one" }, {}],
	])("says nothing of a run of %s", (_, config, results) => {
		expect(run([], config, results)).toEqual({ printed: [], fails: false });
	});

	it.each<[string, Partial<RunResults>]>([
		["a test failed", { numFailedTests: 1 }],
		["a file could not be loaded", { numRuntimeErrorTestSuites: 1 }],
	])("leaves a run alone that fails since %s", (_, results) => {
		expect(run([], { ci: true }, results)).toEqual({
			printed: [],
			fails: false,
		});
	});
});
