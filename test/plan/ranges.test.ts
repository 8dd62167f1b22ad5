import { describe, expect, it } from "@jest/globals";
import { contains, nextLarger } from "../../plan/ranges.ts";

describe("a range", () => {
	it.each([
		["10.0.0.0/22", "10.0.0.0/22", true],
		["10.0.0.0/21", "10.0.0.0/22", true],
		["10.0.0.0/21", "10.0.4.0/22", true],
		["0.0.0.0/0", "192.168.0.0/16", true],
		["10.0.0.0/23", "10.0.0.0/22", false],
		["10.0.8.0/21", "10.0.0.0/22", false],
		["192.168.0.0/16", "10.0.0.0/22", false],
	])("%s holds %s: %s", (outer, inner, holds) => {
		expect(contains(outer, inner)).toBe(holds);
	});

	it.each([
		["10.0.0.0/22", "10.0.0.0/21"],
		["10.0.4.0/22", "10.0.0.0/21"],
		["192.168.255.0/24", "192.168.254.0/23"],
	])("%s grows to %s at least", (range, larger) => {
		expect(nextLarger(range)).toBe(larger);
	});
});
