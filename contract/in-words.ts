/** What is wrong with data that a schema refuses, in words that say what was expected and what is possible. */
import type { z } from "zod";
import { choices } from "./nearest.ts";
import { shownName } from "./printable.ts";

/** For `safeParse`: what is said where a schema has no words of its own. */
export const inWords: { error: z.core.$ZodErrorMap } = { error: wordsOf };

type Problem = { path: PropertyKey[]; message: string };

/**
 * The problems of a parse by `inWords`. Of several keys that are not known each has its own; what is missing since its
 * key is misspelt is told as that alone.
 */
export function problemsOf({ issues }: z.ZodError): Problem[] {
	const problems = issues.flatMap(problemsOfIssue);
	const misspelt = problems.flatMap(({ path, message }) => {
		const [, meant] = unknownKey.exec(message) ?? [];
		return meant === undefined ? [] : [path.with(-1, meant).join(".")];
	});
	return problems.filter(
		({ path, message }) =>
			!message.startsWith(missing) || !misspelt.includes(path.join(".")),
	);
}

function problemsOfIssue(issue: z.core.$ZodIssue): Problem[] {
	const { path, message } = issue;
	switch (issue.code) {
		case "unrecognized_keys":
			return issue.keys.map((key, index) => ({
				path: [...path, key],
				message: message.split("\n")[index] ?? message,
			}));
		case "invalid_key":
			return [{ path, message: issue.issues[0]?.message ?? message }];
		default:
			return [{ path, message }];
	}
}

const missing = "is missing";
const unknownKey = /^is not known here; .*: did you mean '(.*)'\?$/;

function wordsOf(issue: z.core.$ZodRawIssue): string | undefined {
	switch (issue.code) {
		case "unrecognized_keys":
			return issue.keys
				.map((key) => `is not known here; ${choices(key, keysOf(issue.inst))}`)
				.join("\n");
		case "invalid_type":
			return `${Number.isNaN(issue.input) ? "is no number" : issue.input === undefined ? missing : `is ${kindOf(issue.input)}`}; expected ${kinds[issue.expected] ?? `a ${issue.expected}`}`;
		case "invalid_value":
			return oneOf(issue.input, issue.values);
		case "invalid_union":
			return issue.discriminator === undefined
				? undefined
				: oneOf(
						(issue.input as Record<string, unknown>)[issue.discriminator],
						discriminators(issue.inst, issue.discriminator),
					);
		case "too_small":
			return `must ${issue.origin === "array" ? "have" : "be"} ${issue.minimum} or more`;
		case "too_big":
			return `must ${issue.origin === "array" ? "have" : "be"} ${issue.maximum} or less`;
		default:
			return undefined;
	}
}

function oneOf(input: unknown, values: readonly unknown[]): string {
	const all = values.map(String);
	return all.length === 1
		? `must be ${all[0]}, or left out`
		: typeof input === "string"
			? `is '${shownName(input)}'; ${choices(input, all)}`
			: `${input === undefined ? `${missing}; it ` : ""}must be one of ${all.join(", ")}`;
}

const kinds: Readonly<Record<string, string>> = {
	string: "a text",
	number: "a number",
	int: "a whole number",
	boolean: "true or false",
	array: "a list",
	object: "an object",
	record: "an object",
};

/** What a value is, for whoever wrote another one; never the value, which may be a secret. */
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

/** The keys that an object or a record may have. */
function keysOf(schema: unknown): string[] {
	const { shape, keyType } = schema as Partial<z.ZodObject & z.ZodRecord>;
	return shape === undefined
		? ((keyType as z.ZodEnum | undefined)?.options ?? []).map(String)
		: Object.keys(shape);
}

/** What a key may say by which the members of a union are told apart. */
function discriminators(union: unknown, key: string): unknown[] {
	const { options } = union as z.ZodDiscriminatedUnion;
	return options.flatMap((option) => [
		...((option as z.ZodObject)._zod.propValues?.[key] ?? []),
	]);
}
