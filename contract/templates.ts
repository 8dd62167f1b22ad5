/**
 * Values that are composed of others: `{store.attribute}` and `{secret-id}` in a text stand for values, each written as
 * the place where it stands demands. Pure.
 */

/** Where a part stands. `number`: in JSON, outside of a string. */
type Place =
	| "user info"
	| "host"
	| "path"
	| "query"
	| "json"
	| "number"
	| "text";

/** A part of a template, between two literal texts. */
type Part = { name: string; place: Place };

/** A value that can't stand where the template has it. The message names the part and never repeats a value. */
export class TemplateError extends Error {
	override name = "TemplateError";
}

const placeholder = /\{([a-z][a-z0-9-]*(?:\.[a-z][a-z-]*)?)\}/g;

/** The names that a template holds, each once, in their order. */
export function partNames(text: string): string[] {
	return [...new Set(namesIn(text))];
}

const namesIn = (text: string) =>
	[...text.matchAll(placeholder)].map((found) => found[1] as string);

/** The text with `«name»` for each part, which neither a URL nor JSON takes for something of its own. */
export const marked = (text: string) => text.replace(placeholder, "«$1»");

/** The literal texts before, between and after the parts. */
const literalsIn = (text: string) =>
	text.split(new RegExp(placeholder.source.replace("(", "(?:")));

/**
 * The value that a template makes.
 * @param valueFor the value of a part by its name
 * @throws {TemplateError} if a value is empty or can't stand where it is
 */
export function filled(
	text: string,
	valueFor: (name: string) => string,
): string {
	const [first = "", ...rest] = literalsIn(text);
	return partsIn(text).reduce(
		(made, part, index) =>
			made + written(part, valueFor(part.name)) + (rest[index] ?? ""),
		first,
	);
}

/** The values of the parts, read out of what a template made; undefined for a value of another form. */
export function readBack(
	text: string,
	value: string,
): ReadonlyMap<string, string> | undefined {
	const literals = literalsIn(text).map((literal) =>
		literal.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
	);
	const [first, ...rest] = literals;
	const parts = partsIn(text);
	const form = parts.map((part, index) => `(${formOf(part)})${rest[index]}`);
	const found = new RegExp(`^${first}${form.join("")}$`, "s").exec(value);
	if (found === null) {
		return undefined;
	}
	const values = new Map<string, string>();
	for (const [index, { name, place }] of parts.entries()) {
		const read = readAs(place, found[index + 1] as string);
		if (read === undefined || (values.get(name) ?? read) !== read) {
			return undefined;
		}
		values.set(name, read);
	}
	return values;
}

/** What a part can look like, so that colons in the path of a socket are not taken for the template's own. */
function formOf({ name }: Part): string {
	const attribute = name.split(".")[1];
	if (attribute === "port") {
		return "\\d{1,5}";
	}
	return attribute === "user" || attribute === "name"
		? "[^:/@?#&=;,\\s]+?"
		: ".+?";
}

function partsIn(text: string): Part[] {
	const names = namesIn(text);
	const literals = literalsIn(text);
	const placeOf = isJson(text)
		? (before: string) => (isInString(before) ? "json" : "number")
		: isUrl(text)
			? placeInUrl(text.replace(placeholder, "x"))
			: () => "text" as const;
	return names.map((name, index) => ({
		name,
		// A part counts as one letter, so that nothing in it is taken for the template's own.
		place: placeOf(literals.slice(0, index + 1).join("x")),
	}));
}

function isJson(text: string): boolean {
	try {
		const value: unknown = JSON.parse(text.replace(placeholder, "0"));
		return typeof value === "object" && value !== null;
	} catch {
		return false;
	}
}

/** True if an odd number of quotes stands before, those that JSON escapes left out. */
const isInString = (before: string) =>
	before.replace(/\\./g, "").split('"').length % 2 === 0;

const isUrl = (text: string) => /^[a-z][a-z0-9+.:-]*:\/\//i.test(text);

function placeInUrl(url: string): (before: string) => Place {
	const start = url.indexOf("://") + 3;
	const length = url.slice(start).search(/[/?#]/);
	const end = length === -1 ? url.length : start + length;
	const at = url.slice(start, end).lastIndexOf("@");
	const query = url.indexOf("?", end);
	return ({ length: position }) => {
		if (position < end) {
			return position < start + at ? "user info" : "host";
		}
		return query !== -1 && position > query ? "query" : "path";
	};
}

function written({ name, place }: Part, value: string): string {
	const refuse = (fact: string): never => {
		throw new TemplateError(`the part {${name}} ${fact}`);
	};
	if (value === "") {
		refuse("is empty");
	}
	switch (place) {
		case "user info":
		case "path":
		case "query":
			return value.isWellFormed()
				? encodeURIComponent(value)
				: refuse("holds half a character, which no URL can carry");
		case "host":
			return /^[A-Za-z0-9.:[\]-]+$/.test(value)
				? value
				: refuse("stands for a host or port, and is none");
		case "json":
			return JSON.stringify(value).slice(1, -1);
		case "number":
			return /^\d+$/.test(value)
				? value
				: refuse(
						"stands for a number in JSON, and is none: write it in quotes",
					);
		case "text":
			return value;
	}
}

function readAs(place: Place, text: string): string | undefined {
	try {
		switch (place) {
			case "user info":
			case "path":
			case "query":
				return decodeURIComponent(text);
			case "json":
				return JSON.parse(`"${text}"`) as string;
			default:
				return text;
		}
	} catch {
		return undefined;
	}
}
