/** Names that somebody else chose, in messages: a line feed or an escape code in one must not look like the message's own. */

/** Control, format and unassigned characters, lone surrogates, and what ends a line. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A text on one line, with whatever cannot be seen written out as `\u{…}`. */
export function oneLine(text: string): string {
	return text.replace(
		unprintable,
		(character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
	);
}

const longestName = 100;

/** A name on one line, cut where it is too long to be read. */
export function shownName(name: string): string {
	return oneLine(
		name.length > longestName
			? `${name.slice(0, longestName)}… (${name.length} characters)`
			: name,
	);
}
