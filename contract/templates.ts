/**
 * Values that are composed of others: `{store.attribute}`, `{secret-id}` and `{/path/of/a/secret/file}` in a text stand for
 * values, each written as the place where it stands demands. Pure.
 */
import { shownName } from "./printable.ts";
import { urlsIn } from "./url-hosts.ts";

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
export type Part = { name: string; place: Place };

/** A value that can't stand where the template has it. The message names the part and never repeats a value. */
export class TemplateError extends Error {
	override name = "TemplateError";
}

/** A backslash before a brace takes it as it is. */
const placeholder =
	/(?<!\\)\{(?<name>[a-z][a-z0-9-]*(?:\.[a-z][a-z-]*)?|\/[\w./-]+)\}/g;

/** The names that a template holds, each once, in their order. */
export function partNames(text: string): string[] {
	return [...new Set(namesIn(text))];
}

/** True for the path of a secret file, which stands for where the service finds that. */
export const isFilePart = (name: string) => name.startsWith("/");

const namesIn = (text: string) =>
	[...text.matchAll(placeholder)].map(({ groups }) => groups?.name ?? "");

/** The text with `«name»` for each part, which neither a URL nor JSON takes for something of its own. */
export const marked = (text: string) =>
	text.replace(placeholder, "«$<name>»").replace(/\\([{}])/g, "$1");

/** The literal texts before, between and after the parts, as they are written. */
const literalsIn = (text: string) =>
	text.replace(placeholder, "\0").split("\0");

/** The same as the value has them. */
const textsIn = (text: string) =>
	literalsIn(text).map((literal) => literal.replace(/\\([{}])/g, "$1"));

/**
 * The value that a template makes.
 * @param valueFor the value of a part by its name
 * @throws {TemplateError} if a value is empty or can't stand where it is
 */
export function filled(
	text: string,
	valueFor: (name: string) => string,
): string {
	const [first = "", ...rest] = textsIn(text);
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
	const parts = partsIn(text);
	const [first, ...rest] = textsIn(text).map((literal) =>
		literal.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
	);
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

/** The parts of a template in their order, each with the place that its surroundings give it. */
export function partsIn(text: string): Part[] {
	const texts = textsIn(text);
	const inJson = isJson(texts.join("0"));
	// A part counts as one letter, so that nothing in it is taken for the template's own.
	const urls = [...texts.join("x").matchAll(url)];
	return namesIn(text).map((name, index) => {
		const before = texts.slice(0, index + 1).join("x");
		const around = urls.find(
			(found) =>
				found.index <= before.length &&
				before.length < found.index + found[0].length,
		);
		const place =
			inJson && !isInString(before)
				? "number"
				: around !== undefined
					? placeInUrl(around[0], before.length - around.index)
					: inJson
						? "json"
						: "text";
		return { name, place };
	});
}

/** The hosts that a template's URLs lead to, as far as it writes them out. */
export function hostsIn(text: string): string[] {
	const urls = textsIn(text).join("\0").match(url) ?? [];
	return urls
		.flatMap(urlsIn)
		.flatMap(({ hosts }) => hosts)
		.filter(
			(host) => !["", "localhost"].includes(host) && !host.includes("\0"),
		);
}

/** What is wrong with a template's text, whatever its parts are. */
export function* textProblems(
	text: string,
	nearName: (name: string) => string | undefined,
): Generator<string> {
	const rest = literalsIn(text).join("x");
	const loose = [...rest.matchAll(looseBrace)].map(([found]) => found);
	for (const found of new Set(loose)) {
		const near = nearName(found.replace(/[{}\s]/g, ""));
		yield `holds ${shownName(found)}, which is no {<store>.<attribute>} and no {<secret id>}${near === undefined ? "" : `: did you mean {${near}}?`}; a brace that begins no part is written \\{`;
	}
	if (
		loose.length === 0 &&
		(count(rest, "}") > count(rest, "{", "\\{") ||
			count(rest, "{") > count(rest, "}", "\\}"))
	) {
		yield "has a brace without its other half: mend the part that it belongs to, or write it \\{ or \\}";
	}
	const texts = textsIn(text);
	if (
		/^\s*(?:\{\s*"|\[\s*[{"])/.test(texts[0] ?? "") &&
		!isJson(texts.join("0"))
	) {
		yield "begins like JSON and is none, so nothing in it would be escaped: mend its commas, quotes and brackets";
	}
}

/** What looks like a part and is none: a name in other letters, with spaces around it, or without its end. */
const looseBrace =
	/(?<!\\)\{(?:[A-Za-z_][\w.-]*(?:\}|(?=[^\w.-]|$))|[ \t]*[A-Za-z_][\w.-]*[ \t]*\})/g;

/** How often some braces stand in a text; those that a backslash escapes count as themselves alone. */
const count = (text: string, ...braces: string[]) =>
	(text.match(/\\?[{}]/g) ?? []).filter((each) => braces.includes(each)).length;

function isJson(text: string): boolean {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null;
	} catch {
		return false;
	}
}

/** True if an odd number of quotes stands before, those that JSON escapes left out. */
const isInString = (before: string) =>
	before.replace(/\\./g, "").split('"').length % 2 === 0;

/** A URL in a text: to its end, a space or a quote. */
const url = /[a-z][a-z0-9+.:-]*:\/\/[^\s"'`<>]*/gi;

function placeInUrl(url: string, position: number): Place {
	const start = url.indexOf("://") + 3;
	const length = url.slice(start).search(/[/?#]/);
	const end = length === -1 ? url.length : start + length;
	const at = url.slice(start, end).lastIndexOf("@");
	const query = url.indexOf("?", end);
	if (position < end) {
		return position < start + at ? "user info" : "host";
	}
	return query !== -1 && position > query ? "query" : "path";
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
		case "query": {
			if (!value.isWellFormed()) {
				refuse("holds half a character, which no URL can carry");
			}
			const encoded = encodeURIComponent(value);
			// Slashes may stand there as they are, and people read paths so.
			return isFilePart(name) ? encoded.replaceAll("%2F", "/") : encoded;
		}
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
