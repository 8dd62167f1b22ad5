/** Keys that an object itself has. Every object inherits others, such as `constructor`, and no name may find those. */

/** The value under an object's own key. */
export function own<T>(
	record: Readonly<Record<string, T>>,
	key: string,
): T | undefined {
	return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Where some data has a key that every object inherits; libraries drop such a key without a word, or stumble over it. */
export function* inheritedKeys(
	data: unknown,
	path: string[] = [],
): Generator<string[]> {
	if (typeof data !== "object" || data === null) return;
	// With the keys that a literal's `__proto__` brings along.
	for (const key in data) {
		const here = [...path, key];
		if (!Object.hasOwn(data, key)) yield [...path, "__proto__"];
		else if (key in Object.prototype) yield here;
		else yield* inheritedKeys((data as Record<string, unknown>)[key], here);
	}
}

/** What is wrong with such a key. */
export const inheritedKeyProblem =
	"is a name that every JavaScript object has: choose another one";
