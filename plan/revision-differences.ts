/** How one revision differs from another, in words and without a value of a variable. */
import type { BoundVersion, ObservedRevision } from "./revisions.ts";

/**
 * What was changed from one revision to another, a line each, such as "variable LOG_LEVEL was changed" or "variable
 * SECRET_KEY: secret-key-staging version 1 -> latest". Empty where they do the same.
 */
export function differencesBetween(
	from: ObservedRevision,
	to: ObservedRevision,
): string[] {
	const before = contentsOf(from);
	const after = contentsOf(to);
	return [...new Set([...before.keys(), ...after.keys()])].flatMap((what) => {
		const old = before.get(what);
		const now = after.get(what);
		if (old === undefined || now === undefined) {
			return `${what} was ${old === undefined ? "added" : "removed"}`;
		}
		return changeOf(what, old, now) ?? [];
	});
}

/** A hash of a plain value, or the version of a secret. */
type Content = string | BoundVersion;

function contentsOf({ fields, bound }: ObservedRevision): Map<string, Content> {
	return new Map<string, Content>([
		...Object.entries(fields),
		...bound.map((each): [string, Content] => [placeOf(each), each]),
	]);
}

/** Where a version is bound, in words. */
export function placeOf({ variable, path }: BoundVersion): string {
	return variable === undefined ? `file ${path}` : `variable ${variable}`;
}

function changeOf(
	what: string,
	old: Content,
	now: Content,
): string | undefined {
	if (typeof old === "string" && typeof now === "string") {
		return old === now ? undefined : `${what} was changed`;
	}
	if (typeof old === "string" || typeof now === "string") {
		return `${what}: ${inWords(old)} -> ${inWords(now)}`;
	}
	if (old.secretId !== now.secretId) {
		return `${what}: ${inWords(old)} -> ${inWords(now)}`;
	}
	return old.version === now.version
		? undefined
		: `${what}: ${old.secretId} version ${old.version} -> ${now.version}`;
}

const inWords = (content: Content) =>
	typeof content === "string"
		? "a plain value"
		: `${content.secretId} version ${content.version}`;
