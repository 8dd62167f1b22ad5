import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { type Break, breaks } from "./breaks.ts";
import { broken, redBy, unpaired } from "./proof.ts";
import { rowsIn, tableFile } from "./table.ts";

const root = resolve(import.meta.dirname, "../..");
const textOf = (path: string) => readFileSync(resolve(root, path), "utf8");

describe("the ways to break the product", () => {
	it("are there for each row that is built, and for no other", () => {
		expect(
			unpaired(rowsIn(textOf(tableFile)).built, Object.keys(breaks)),
		).toEqual([]);
	});

	it.each(
		Object.entries(breaks).flatMap(([id, each]) =>
			each.map((way) => [id, way.what, way] as const),
		),
	)("apply, and name tests that are there: %s, %s", (_id, _what, way) => {
		expect(broken(textOf(way.path), way)).toContain(way.to);
		expect(way.tests.length).toBeGreaterThan(0);
		expect(
			way.tests.filter((file) => !existsSync(resolve(root, file))),
		).toEqual([]);
	});
});

describe("a break", () => {
	const way: Break = {
		what: "it breaks",
		path: "plan/some.ts",
		from: "a === b",
		to: "true",
		tests: [],
	};

	it("replaces the one text that it names", () => {
		expect(broken("if (a === b) {}", way)).toBe("if (true) {}");
	});

	it.each<[string, string, Partial<Break>, string]>([
		[
			"stands nowhere",
			"if (b === a)",
			{},
			"plan/some.ts holds this nowhere, expected once: a === b",
		],
		[
			"stands there twice",
			"a === b || a === b",
			{},
			"plan/some.ts holds this 2 times, expected once: a === b",
		],
		[
			"stays as it was",
			"a === b",
			{ to: "a === b" },
			"the break of plan/some.ts changes nothing",
		],
		[
			"is a test's",
			"a === b",
			{ path: "test/plan/some.test.ts" },
			"test/plan/some.test.ts is no part of the product",
		],
	])("is refused if its text %s", (_, text, change, message) => {
		expect(() => broken(text, { ...way, ...change })).toThrow(message);
	});
});

describe("rows and breaks", () => {
	it("are missed either way", () => {
		expect(unpaired(["R-001", "R-002"], ["R-002", "R-003"])).toEqual([
			"R-001 has no way to break it",
			"R-003 has a way to break it, but is no row that is built",
		]);
	});
});

describe("a test that turned red", () => {
	const green = { title: "[R-001] a", status: "passed" };
	const red = { title: "[R-001] a", status: "failed" };

	it("proves the row whose id it carries", () => {
		expect(redBy("R-001", [green], [red])).toEqual(["[R-001] a"]);
	});

	it.each([
		["another row's", "R-002", [green], [red]],
		["red before the break too", "R-001", [red], [red]],
		["unknown before the break", "R-001", [], [red]],
		["still green", "R-001", [green], [green]],
		["left out", "R-001", [green], [{ title: "[R-001] a", status: "pending" }]],
	])("proves nothing if it is %s", (_, id, before, after) => {
		expect(redBy(id, before, after)).toEqual([]);
	});
});
