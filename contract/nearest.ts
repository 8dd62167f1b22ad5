/** Suggestions for misspelt names. */

/** The nearest of some names by edit distance; undefined if none is near. */
export function nearest(
	name: string,
	names: Iterable<string>,
): string | undefined {
	const limit = Math.max(2, Math.floor(name.length / 3));
	let best: { name: string; distance: number } | undefined;
	for (const each of names) {
		const distance = editDistance(name, each, limit);
		if (distance <= limit && distance < (best?.distance ?? Infinity)) {
			best = { name: each, distance };
		}
	}
	return best?.name;
}

/** What a message says to a name that is none of some: which there are, and which one was meant. */
export function choices(name: string, names: Iterable<string>): string {
	const all = [...new Set(names)];
	const near = nearest(name, all);
	return [
		all.length === 0 ? "there is none" : `there are ${all.join(", ")}`,
		...(near === undefined ? [] : [`did you mean '${near}'?`]),
	].join(": ");
}

/** Insertions, deletions and replacements that turn one text into the other; more than the limit is not told apart. */
function editDistance(a: string, b: string, limit: number): number {
	if (Math.abs(a.length - b.length) > limit) {
		return limit + 1;
	}
	let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			current[column] = Math.min(
				(current[column - 1] as number) + 1,
				(previous[column] as number) + 1,
				(previous[column - 1] as number) +
					(a[row - 1] === b[column - 1] ? 0 : 1),
			);
		}
		previous = current;
	}
	return previous[b.length] as number;
}
