import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { environments } from "../../contract/environments.ts";
import { folder, jsonSchemas } from "../../tools/json-schemas.ts";
import { stackFile } from "../in-process/stack-file.ts";

const schema = (name: string) =>
	JSON.parse(readFileSync(join(folder, name), "utf8"));
const accepts = (name: string, value: unknown) =>
	z.fromJSONSchema(schema(name)).safeParse(value).success;

/** A stack file as data: the engine has objects as JSON. */
const config = (environment: string) =>
	Object.fromEntries(
		Object.entries(stackFile(environment)).map(([key, value]) => [
			key,
			/^(?:\{|\d|true|false)/.test(value) ? JSON.parse(value) : value,
		]),
	);
const release = (environment: string) =>
	JSON.parse(
		readFileSync(join(folder, `../releases/${environment}.json`), "utf8"),
	);

describe("the JSON schemas for editors", () => {
	it("are those of today's checks: tools/with-toolchain node tools/json-schemas.ts makes them anew", () => {
		for (const [name, text] of Object.entries(jsonSchemas())) {
			expect(schema(name)).toEqual(JSON.parse(text));
		}
	});

	it.each(environments)(
		"[R-063] accept the files of %s, and refuse what the checks refuse",
		(environment) => {
			const stack = { config: config(environment) };
			expect(accepts("stack-file.schema.json", stack)).toBe(true);
			expect(accepts("release.schema.json", release(environment))).toBe(true);
			for (const wrong of [
				{ "netra-platform:rotationEpoch": "one" },
				{ "netra-platform:rotationEpok": 1 },
				{ "gcp:region": "europe" },
				{ "netra-platform:externalSecrets": { a: { version: 0 } } },
				{ "netra-platform:externalSecrets": { a: { value: "in plain text" } } },
			]) {
				expect(
					accepts("stack-file.schema.json", {
						config: { ...stack.config, ...wrong },
					}),
				).toBe(false);
			}
			expect(
				accepts("stack-file.schema.json", {
					config: {
						...stack.config,
						"netra-platform:externalSecrets": {
							a: { value: { secure: "v1:x" } },
						},
					},
				}),
			).toBe(true);
			expect(
				accepts("release.schema.json", {
					...release(environment),
					commit: "main",
				}),
			).toBe(false);
		},
	);
});
