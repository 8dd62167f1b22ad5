/** What an API makes up when a resource is created: times, numbers, fingerprints and addresses of resources. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { type Properties, textAt, type Value } from "../provider/values.ts";
import type { Scope } from "./resource-type.ts";

/** The time in the APIs' form, with nine digits of fraction. */
export function timestamp(now: Date = new Date()): string {
	return now.toISOString().replace("Z", "000000Z");
}

/** A number of 19 digits, as Google numbers its resources. */
export function longNumber(): string {
	return `1${(randomBytes(8).readBigUInt64BE() % 10n ** 18n).toString().padStart(18, "0")}`;
}

/** A short text that changes with every change of a resource. */
export function etag(): string {
	return createHash("sha256")
		.update(randomBytes(16))
		.digest("base64")
		.slice(0, 12);
}

/**
 * Fills `{property}` placeholders: top-level properties, `{id}`, and the project's `{number}`.
 */
export function fillTemplate(
	template: string,
	properties: Properties,
	scope: Scope,
): string {
	return template.replace(/\{(\w+)\}/g, (_, key: string) =>
		key === "number" ? scope.number : textAt(properties, key),
	);
}

/** Words that stand for something made up anew; anything else in a row is a template. */
const made: Readonly<Record<string, () => Value>> = {
	"@time": () => timestamp(),
	"@number": longNumber,
	"@smallNumber": () => Number(longNumber().slice(0, 15)),
	"@uid": () => randomUUID(),
	"@etag": etag,
	"@fingerprint": () => randomBytes(16).toString("base64"),
};

/** The filled-in properties of a new resource. */
export function fillIn(
	filled: Readonly<Record<string, string>> | undefined,
	properties: Properties,
	scope: Scope,
): Properties {
	return Object.fromEntries(
		Object.entries(filled ?? {}).map(([key, word]) => [
			key,
			made[word]?.() ?? fillTemplate(word, properties, scope),
		]),
	);
}
