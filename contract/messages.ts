/** What is wrong with the shape of data, in words that a person can act on; none repeats a value, which may be a secret. */
import type { z } from "zod";
import { nearest } from "./nearest.ts";
import { shownName } from "./printable.ts";

const kinds: Readonly<Record<string, string>> = {
	string: "a text",
	number: "a number",
	int: "a whole number",
	boolean: "true or false",
	array: "a list",
	object: "an object",
	record: "an object",
};

/** What a value is, for whoever wrote another one. */
export function kindOf(value: unknown): string {
	if (value === null || value === undefined) {
		return value === null ? "null" : "missing";
	}
	if (Array.isArray(value)) {
		return "a list";
	}
	const kind = typeof value;
	return kind === "boolean" ? String(value) : (kinds[kind] ?? `a ${kind}`);
}

/** The rest of a message that lists what there is, and names the nearest. */
export function listed(name: string, names: readonly string[]): string {
	const near = nearest(name, names);
	return `${names.join(", ")}${near === undefined ? "" : `: did you mean ${near}?`}`;
}

/** Says what was expected and what was found; undefined where the library's own words do. */
export const inWords: z.core.$ZodErrorMap = (issue) => {
	const { input } = issue;
	switch (issue.code) {
		case "invalid_type": {
			const expected = kinds[issue.expected] ?? `a ${issue.expected}`;
			return input === undefined
				? `is missing; expected ${expected}`
				: `is ${Number.isNaN(input) ? "no number" : kindOf(input)}; expected ${expected}`;
		}
		case "invalid_value": {
			const values = issue.values.map(String);
			if (values.length === 1) {
				return `must be ${values[0]}, or be left out`;
			}
			return typeof input === "string"
				? `is '${shownName(input)}'; there are ${listed(input, values)}`
				: `is ${kindOf(input)}; there are ${values.join(", ")}`;
		}
		case "unrecognized_keys": {
			const known = knownKeys(issue.inst);
			return issue.keys
				.map(
					(key) =>
						`has no '${shownName(key)}'; there are ${listed(key, known)}`,
				)
				.join("; ");
		}
		case "too_small":
			return issue.origin === "number"
				? `must be ${issue.minimum} or more`
				: undefined;
		case "too_big":
			return issue.origin === "number"
				? `must be ${issue.maximum} or less`
				: undefined;
		default:
			return undefined;
	}
};

const knownKeys = (schema: unknown): string[] =>
	Object.keys((schema as z.core.$ZodObject | undefined)?._zod.def.shape ?? {});
