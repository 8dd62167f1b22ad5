/** Property values as the provider works with them: plain JSON, plus a marker for what is not known yet and one for secrets. */

/** Stands for a value that is known only after another resource was created. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** Marks a value that the engine has to encrypt and to hide. */
export class Secret {
	readonly value: Value;
	constructor(value: Value) {
		this.value = value;
	}
}

/** One property's value. */
export type Value =
	| null
	| boolean
	| number
	| string
	| typeof UNKNOWN
	| Secret
	| Value[]
	| Properties;

/** The properties of a resource, of a block, or the entries of a map. */
export type Properties = { [key: string]: Value };

/** The key under which the inputs of each block list the names that were filled in by default. */
export const DEFAULTS = "__defaults";

/** Whether the value is a block or a map (and not null, a list or a marker). */
export function isObject(value: Value | undefined): value is Properties {
	return (
		typeof value === "object" &&
		value !== null &&
		!Array.isArray(value) &&
		!(value instanceof Secret)
	);
}

/** The value without any secret marks, at any depth. */
export function plain(value: Value): Value {
	if (value instanceof Secret) return plain(value.value);
	if (Array.isArray(value)) return value.map(plain);
	if (isObject(value)) return plainProperties(value);
	return value;
}

/** {@link plain} for a whole set of properties. */
export function plainProperties(properties: Properties): Properties {
	return Object.fromEntries(
		Object.entries(properties).map(([key, value]) => [key, plain(value)]),
	);
}

/** Whether the value, or anything inside it, is unknown. */
export function hasUnknown(value: Value): boolean {
	if (value === UNKNOWN) return true;
	if (value instanceof Secret) return hasUnknown(value.value);
	if (Array.isArray(value)) return value.some(hasUnknown);
	return isObject(value) && Object.values(value).some(hasUnknown);
}

/**
 * Whether the value says nothing: null, the type's zero, or a collection of such. Terraform's SDK, on which the real
 * provider is built, can't tell these from "left out".
 */
export function isZero(value: Value | undefined): boolean {
	if (value === undefined || value === null) return true;
	if (value === "" || value === 0 || value === false) return true;
	if (Array.isArray(value)) return value.length === 0;
	if (isObject(value))
		return Object.entries(value).every(
			([key, inner]) => key === DEFAULTS || isZero(inner),
		);
	return false;
}

/** Whether two values say the same: whatever the order of their keys, and whether what says nothing is written out. */
export function sameValue(
	one: Value | undefined,
	other: Value | undefined,
): boolean {
	return one === other || canonical(one) === canonical(other);
}

function canonical(value: Value | undefined): string | undefined {
	return JSON.stringify(value, (_key, inner) => {
		if (!isObject(inner)) return isZero(inner) ? undefined : inner;
		const entries = Object.entries(inner).filter(([, each]) => !isZero(each));
		return Object.fromEntries(
			entries.sort(([first], [second]) => (first < second ? -1 : 1)),
		);
	});
}

/** The value at a dotted path such as `settings.tier`, or undefined. */
export function at(
	properties: Value | undefined,
	path: string,
): Value | undefined {
	let value = properties;
	for (const key of path.split(".")) {
		if (!isObject(value)) return undefined;
		value = value[key];
	}
	return value;
}

/** The text at a dotted path; the empty string where there is none or it is not known. */
export function textAt(properties: Value | undefined, path: string): string {
	const value = at(properties, path);
	return typeof value === "string" || typeof value === "number"
		? String(value)
		: "";
}

/** The blocks of a list at a dotted path; an empty list where there is none. */
export function blocksAt(
	properties: Value | undefined,
	path: string,
): Properties[] {
	const value = at(properties, path);
	return Array.isArray(value) ? value.filter(isObject) : [];
}
