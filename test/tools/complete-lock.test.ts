import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { missingPackages } from "../../tools/complete-lock.ts";

describe("package-lock.json", () => {
	// If this fails: tools/with-toolchain node tools/complete-lock.ts
	it("names the packages of every platform, without which `npm ci` refuses it", () => {
		const path = resolve(import.meta.dirname, "../../package-lock.json");
		expect(missingPackages(JSON.parse(readFileSync(path, "utf8")))).toEqual({});
	});
});

describe("the packages that a lock lacks", () => {
	it("are those that nothing provides on the way up from who asks for them", () => {
		const packages = {
			"": {},
			"node_modules/tool": {
				dev: true,
				optionalDependencies: {
					"tool-linux-x64": "1.0.0",
					"tool-darwin-arm64": "1.0.0",
				},
			},
			"node_modules/tool-linux-x64": { version: "1.0.0" },
			"node_modules/a/node_modules/b": {
				optionalDependencies: {
					"c-linux-arm64-musl": "2.0.0",
					"d-win32-ia32": "2.0.0",
				},
			},
			"node_modules/a/node_modules/d-win32-ia32": { version: "2.0.0" },
		};
		expect(missingPackages({ packages })).toEqual({
			"node_modules/tool-darwin-arm64": {
				version: "1.0.0",
				dev: true,
				cpu: ["arm64"],
				optional: true,
				os: ["darwin"],
			},
			"node_modules/c-linux-arm64-musl": {
				version: "2.0.0",
				cpu: ["arm64"],
				libc: ["musl"],
				optional: true,
				os: ["linux"],
			},
		});
	});

	it("are not guessed where a name does not tell the platform", () => {
		const packages = { "": { optionalDependencies: { fsevents: "2.0.0" } } };
		expect(() => missingPackages({ packages })).toThrow(
			new RangeError(
				"package-lock.json lacks fsevents, whose name does not tell its platform: add it by hand",
			),
		);
	});
});
