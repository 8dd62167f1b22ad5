import { describe, expect, it } from "@jest/globals";
import { isWithin, parsePropertyPath } from "../../policies/property-path.ts";

describe("a property's path", () => {
	it.each<[string, string[] | undefined]>([
		["template", ["template"]],
		["template.containers[0].envs", ["template", "containers", "0", "envs"]],
		['template["containers"][0]', ["template", "containers", "0"]],
		['["root key with ."].x', ["root key with .", "x"]],
		['labels["a \\"quoted\\" key"]', ["labels", 'a "quoted" key']],
		["settings[*].tier", ["settings", "*", "tier"]],
		["*", ["*"]],
		["", undefined],
		["a..b", undefined],
		[".a", undefined],
		["a[", undefined],
		["a]", undefined],
		['a"b"', undefined],
		["a[x]", undefined],
	])("[R-031] %s is read in the engine's notation", (path, steps) => {
		expect(parsePropertyPath(path)).toEqual(steps);
	});

	it("[R-031] is within another only for certain", () => {
		expect(isWithin("annotations", "annotations")).toBe(true);
		expect(isWithin('annotations["a.b"]', "annotations")).toBe(true);
		expect(isWithin('["name"]', "name")).toBe(true);
		for (const path of ["*", "names", "template.name", "[*]", "name["]) {
			expect(isWithin(path, "name")).toBe(false);
		}
		expect(isWithin("settings", "settings.tier")).toBe(false);
		expect(isWithin("*", "*")).toBe(false);
	});
});
