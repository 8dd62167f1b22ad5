/** Takes the values of secrets out of everything that is printed, in every spelling in which drivers repeat them. */

import { environments } from "../contract/environments.ts";
import { variableIn } from "../contract/names.ts";
import type { Platform } from "../contract/schema.ts";
import { secretSign } from "../contract/secret-signs.ts";
import { attributeOf, type SecretSource } from "../contract/sources.ts";
import type { StoreAttribute } from "../contract/stores.ts";
import { readBack } from "../contract/templates.ts";
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

function isOpen(source: SecretSource): boolean {
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
 * A scrubber for the values that the environment and the services' files hold: it replaces them, joins lines and shortens. It replaces
 * first, so that nothing is cut in half and stays.
 */
export function scrubberFor(
	platform: Platform,
	variables: NodeJS.ProcessEnv,
): Scrubber {
	const spellings = [
		...new Set(
			secretValues(platform, variables)
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
	platform: Platform,
	variables: NodeJS.ProcessEnv,
): string[] {
	const open = new Set(
		platform.secrets.filter(({ source }) => isOpen(source)).map(({ id }) => id),
	);
	const services = Object.values(platform.services);
	const bound = services.flatMap(({ secrets, secretFiles }) =>
		Object.entries({ ...secrets, ...secretFiles }),
	);
	const held = withFiles(
		variables,
		services.flatMap(({ secretFiles }) => Object.keys(secretFiles)),
	);
	const namesOf = (wantsOpen: boolean) =>
		new Set(
			bound
				.filter(([, id]) => open.has(id) === wantsOpen)
				.flatMap(([name]) =>
					environments.map((environment) => variableIn(name, environment)),
				),
		);
	const [openNames, closedNames] = [namesOf(true), namesOf(false)];
	const values = Object.entries(held).flatMap(([name, value]) =>
		value !== undefined &&
		(closedNames.has(name) ||
			(secretSign(name, value) !== undefined && !openNames.has(name)))
			? [value]
			: [],
	);
	const templates = platform.secrets.flatMap(({ source }) =>
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
