/** What no value of a secret may look like, whoever made it. A finding never repeats the value. */

import type { Environment } from "./environments.ts";
import { pointsAtLoopback } from "./loopback.ts";
import { isPlaceholder } from "./placeholders.ts";
import { type AnySource, attributeOf, isGenerated } from "./sources.ts";
import type { StoreAttribute } from "./stores.ts";

/** What kind of value it is, since a PEM file may hold line feeds and a port may be short. */
export type ValueKind = "key" | "password" | "pem" | "url" | "text";

const minimalLength: Record<ValueKind, number> = {
	key: 32,
	password: 8,
	pem: 1,
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
	const trimmed = kind === "pem" ? value.replace(/\n$/, "") : value;
	if (trimmed.trim() === "") {
		return ["is nothing but whitespace"];
	}
	if (trimmed !== trimmed.trim()) {
		problems.push("begins or ends with whitespace");
	}
	const withoutLineFeeds =
		kind === "pem" ? trimmed.replaceAll("\n", "") : trimmed;
	if (/\p{Cc}/u.test(withoutLineFeeds)) {
		problems.push("holds a control character");
	}
	if (isPlaceholder(value, kind === "text" ? "text" : "secret")) {
		problems.push("is a placeholder");
	}
	if (!loopbackAllowed && kind !== "pem" && pointsAtLoopback(value)) {
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
	ca: "pem",
	region: "text",
	"access-key-id": "text",
	"secret-access-key": "password",
};

function kindOf(source: Exclude<AnySource, { from: "external" }>): ValueKind {
	const { attribute } = attributeOf(source) ?? {};
	if (attribute !== undefined) {
		return kinds[attribute];
	}
	if (source.from === "template") {
		return source.text.includes("://") ? "url" : "text";
	}
	return isGenerated(source) ? "key" : "text";
}

/** Keys and certificates as their issuers hand them out, one or several. */
const pem =
	/^(?:-----BEGIN ([A-Z0-9 ]+)-----\n(?:[!-~ ]*\n)+?-----END \1-----(?:\n|$))+$/;

/**
 * Everything that is wrong with the value of one of the contract's secrets in an environment, in words that do
 * not repeat the value.
 */
export function secretValueProblems(
	{ source }: { source: AnySource },
	value: string,
	environment: Environment,
): string[] {
	const isLocal = environment === "local";
	if (source.from !== "external") {
		return valueProblems(value, kindOf(source), isLocal);
	}
	const { endsIn, minLength } = source;
	const kind = pem.test(value) ? "pem" : "password";
	const problems = valueProblems(
		value,
		kind,
		isLocal,
		minLength ?? minimalLength.password,
	);
	if (endsIn !== undefined && !value.endsWith(endsIn)) {
		problems.push(`does not end in '${endsIn}'`);
	}
	return problems;
}
