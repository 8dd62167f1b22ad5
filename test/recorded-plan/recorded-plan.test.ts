import { describe, expect, it } from "@jest/globals";
import { environments } from "../../contract/environments.ts";
import { differencesBetween } from "./differences.ts";
import { type Plan, planIn, plansOf, textOf } from "./plans.ts";
import { differencesFromRecord } from "./records.ts";

describe("the recorded plan", () => {
	it.each(environments)(
		"[R-080] of %s is what the program declares: `npm run plan:record` after a reviewed change",
		async (stack) => {
			expect(differencesFromRecord(stack, await plansOf(stack))).toEqual([]);
		},
	);
});

describe("the difference between two plans", () => {
	const plan = (facts: Record<string, string>): Plan =>
		new Map([["Service::auth", new Map(Object.entries(facts))]]);

	it("is told in words, for resources, options, dependencies and inputs", () => {
		const before = plan({
			"option protect": "true",
			"depends on Job::auth": "",
			"input.port": "8080",
			"input.cpu": '"1"',
		});
		const after = plan({
			"secretData is made from User::a": "",
			"input.port": "8081",
			"input.size": "2",
		});
		expect(differencesBetween(before, after)).toEqual([
			"Service::auth: no longer depends on Job::auth",
			'Service::auth: input.cpu is gone, it was "1"',
			"Service::auth: input.port changed from 8080 to 8081",
			"Service::auth: input.size is set to 2",
			"Service::auth: option protect is gone, it was true",
			"Service::auth: now secretData is made from User::a",
		]);
		expect(differencesBetween(before, new Map())).toEqual([
			"Service::auth: is gone",
		]);
		expect(differencesBetween(new Map(), before)).toEqual([
			"Service::auth: is new",
		]);
	});

	it("is nothing after a plan was written and read", () => {
		const before = plan({ "depends on x": "", "input.a": '"b: c"' });
		expect(differencesBetween(before, planIn(textOf(before)))).toEqual([]);
	});
});
