/** Takes the values of secrets out of everything that is printed, in every spelling in which drivers repeat them. */
import type { CheckedSource, Checklist } from "../contract/checklist.ts";
import { secretSign } from "../contract/secret-signs.ts";
import { attributeOf } from "../contract/sources.ts";
import type { StoreAttribute } from "../contract/stores.ts";
import { readBack } from "../contract/templates.ts";
import { secretsOf } from "./expectations.ts";
import { withFiles } from "./files.ts";

/** Values that stand in a secret and are none: the lines of a report name them. */
const openAttributes: ReadonlySet<StoreAttribute> = new Set([
	"endpoint",
	"native",
	"host",
	"port",
	"name",
	"user",
	"ca",
	"region",
]);

function isOpen(source: CheckedSource): boolean {
	const { attribute } = attributeOf(source) ?? {};
	return (
		source.from === "constant" ||
		(attribute !== undefined && openAttributes.has(attribute))
	);
}

/** Shorter values are refused before a driver sees them, and replacing them would garble every line. */
const shortestSecret = 4;

const limit = 600;

/** Makes a text fit to be printed. */
export type Scrubber = (text: string) => string;

/**
 * A scrubber for the values that the environment and the service's files hold, by the checklist where there is one, and by
 * what names and values look like: it replaces them, joins lines and shortens. It replaces
 * first, so that nothing is cut in half and stays.
 */
export function scrubberFor(
	checklist: Checklist | undefined,
	variables: NodeJS.ProcessEnv,
): Scrubber {
	const spellings = [
		...new Set(
			secretValues(checklist, variables)
				.flatMap(partsOf)
				.flatMap(spellingsOf)
				.filter((text) => text.length >= shortestSecret),
		),
	].sort((one, other) => other.length - one.length);
	return (text) => {
		let scrubbed = text;
		for (const spelling of spellings) {
			scrubbed = scrubbed.replaceAll(spelling, "[redacted]");
		}
		const line = scrubbed.replace(/[\p{Cc}\s]+/gu, " ").trim();
		return line.length > limit ? `${line.slice(0, limit)}…` : line;
	};
}

function secretValues(
	checklist: Checklist | undefined,
	variables: NodeJS.ProcessEnv,
): string[] {
	const bound = checklist ? secretsOf(checklist) : [];
	const namesOf = (wantsOpen: boolean) =>
		new Set(
			bound
				.filter(([, { source }]) => isOpen(source) === wantsOpen)
				.map(([name]) => name),
		);
	const [openNames, closedNames] = [namesOf(true), namesOf(false)];
	const held = withFiles(variables, Object.keys(checklist?.files ?? {}));
	const values = Object.entries(held).flatMap(([name, value]) =>
		value !== undefined &&
		(closedNames.has(name) ||
			(secretSign(name, value) !== undefined && !openNames.has(name)))
			? [value]
			: [],
	);
	const templates = bound.flatMap(([, { source }]) =>
		source.from === "template" ? [source.text] : [],
	);
	return [
		...values,
		...values.flatMap((value) =>
			templates.flatMap((text) => closedParts(text, value)),
		),
	];
}

/** The secrets within a composed value: drivers repeat a part alone. */
function closedParts(text: string, value: string): string[] {
	return [...(readBack(text, value) ?? [])]
		.filter(
			([name]) => !openAttributes.has(name.split(".")[1] as StoreAttribute),
		)
		.map(([, part]) => part);
}

/** A value, and if it is a URL, the password in it as it stands there and decoded, and the pair of basic authentication. */
function partsOf(value: string): string[] {
	const named = /^jdbc:.*[?&]password=([^&]*)/is.exec(value)?.[1];
	if (named !== undefined) {
		return [value, named, decode(named)];
	}
	const login = /^[a-z][a-z0-9+.-]*:\/\/([^:]*):(.*)@/is.exec(value);
	if (login === null) {
		return [value];
	}
	const [, user = "", password = ""] = login;
	const decoded = decode(password);
	return [value, password, decoded, `${decode(user)}:${decoded}`];
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function spellingsOf(value: string): string[] {
	const bytes = Buffer.from(value);
	const percent = value.isWellFormed() ? encodeURIComponent(value) : value;
	return [
		value,
		percent,
		percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
		new URLSearchParams({ value }).toString().slice("value=".length),
		JSON.stringify(value).slice(1, -1),
		bytes.toString("base64"),
		bytes.toString("base64").replace(/=+$/, ""),
		bytes.toString("base64url"),
		bytes.toString("hex"),
	];
}
