/** What no value of a secret may look like, whoever made it. A finding never repeats the value. */

import type { Environment } from "./environments.ts";
import { keyLengthOf } from "./keys.ts";
import { pointsAtLoopback } from "./loopback.ts";
import { isPlaceholder } from "./placeholders.ts";
import { type AnySource, attributeOf, isGenerated } from "./sources.ts";
import type { StoreAttribute } from "./stores.ts";

/** What kind of value it is, since `lines` may end in a line feed and a port may be short. */
export type ValueKind = "key" | "password" | "lines" | "url" | "text";

const minimalLength: Record<ValueKind, number> = {
	key: 32,
	password: 8,
	lines: 1,
	url: 1,
	text: 1,
};

/**
 * Everything that is wrong with a value, in words that do not repeat it.
 * @param loopbackAllowed true only in the local environment
 * @param minLength the least number of characters, if the kind does not say it
 */
export function valueProblems(
	value: string,
	kind: ValueKind,
	loopbackAllowed: boolean,
	minLength = minimalLength[kind],
): string[] {
	if (value === "") {
		return ["is empty"];
	}
	const problems: string[] = [];
	if (value.trim() === "") {
		return ["is nothing but whitespace"];
	}
	const isLines = kind === "lines";
	if (!isLines && value !== value.trim()) {
		problems.push("begins or ends with whitespace");
	}
	if (/\p{Cc}/u.test(isLines ? value.replace(/[\t\n\r]/g, "") : value)) {
		problems.push("holds a control character");
	}
	const isText = kind === "text" || isLines;
	if (isPlaceholder(value, isText ? "text" : "secret")) {
		problems.push("is a placeholder");
	}
	if (!loopbackAllowed && !isLines && pointsAtLoopback(value)) {
		problems.push("points at loopback");
	}
	if (value.length < minLength) {
		problems.push(`is shorter than ${minLength} characters`);
	}
	return problems;
}

const kinds: Record<StoreAttribute, ValueKind> = {
	url: "url",
	endpoint: "url",
	native: "url",
	host: "text",
	port: "text",
	name: "text",
	user: "text",
	password: "password",
	ca: "lines",
	region: "text",
	"access-key-id": "text",
	"secret-access-key": "password",
};

/** True for a text of several lines; one that merely ends its line was copied with too much. */
export const hasLines = (text: string): boolean => text.trim().includes("\n");

/** What the declaration says of the value. */
function kindOf(
	source: Exclude<AnySource, { from: "external" }>,
	isFile: boolean,
): ValueKind {
	const { attribute } = attributeOf(source) ?? {};
	if (attribute !== undefined) {
		return kinds[attribute];
	}
	if (isGenerated(source)) {
		return "key";
	}
	const text = source.from === "template" ? source.text : "";
	// What stands around the parts was reviewed with the contract.
	return hasLines(text) || (isFile && text.endsWith("\n")) ? "lines" : "text";
}

/** A key of few bytes is shorter than what nobody declared; a taken-over one may have any form, but not be shorter. */
function leastLengthOf(
	source: Exclude<AnySource, { from: "external" }>,
	kind: ValueKind,
): number {
	return isGenerated(source)
		? Math.min(minimalLength.key, keyLengthOf(source))
		: minimalLength[kind];
}

/** Keys and certificates as their issuers hand them out, one or several, with what OpenSSL writes before each. */
const pem =
	/^(?:(?:(?:Bag Attributes|[ \t].*|(?:subject|issuer)=.*|Key Attributes:.*|)\r?\n)*-----BEGIN ([A-Z0-9 ]+)-----\r?\n(?:[!-~ ]*\r?\n)+?-----END \1-----(?:\r?\n|$))+\s*$/;

function isJson(value: string): boolean {
	try {
		return typeof JSON.parse(value) === "object";
	} catch {
		return false;
	}
}

/**
 * Everything that is wrong with the value of one of the contract's secrets in an environment, in words that do
 * not repeat the value.
 * @param isFile services read it as a file, which may have several lines
 */
export function secretValueProblems(
	{ source }: { source: AnySource },
	value: string,
	environment: Environment,
	isFile = false,
): string[] {
	const isLocal = environment === "local";
	if (source.from !== "external") {
		const kind = kindOf(source, isFile);
		return valueProblems(value, kind, isLocal, leastLengthOf(source, kind));
	}
	const { endsIn, minLength } = source;
	const kind =
		hasLines(value) && (isFile || pem.test(value) || isJson(value))
			? "lines"
			: "password";
	const given = isFile ? value.replace(/\r?\n$/, "") : value;
	const problems = valueProblems(
		given,
		kind,
		isLocal,
		minLength ?? minimalLength.password,
	);
	if (endsIn !== undefined && !given.endsWith(endsIn)) {
		problems.push(`does not end in '${endsIn}'`);
	}
	return problems;
}
