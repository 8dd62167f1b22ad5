/**
 * Reads what the engine shows of a resource. Touching an unknown value in the policy SDK throws, and the SDK turns
 * whatever throws into an advisory remark; so nothing but this file touches its objects.
 */

/** A value that the engine does not know in this preview, or that can't be read. */
export const unknown = Symbol("unknown");

/** What a resource's properties become: plain data, with `unknown` wherever nothing can be said. */
export type Data =
	| string
	| number
	| boolean
	| null
	| typeof unknown
	| readonly Data[]
	| { readonly [key: string]: Data };

/** The three cases that every rule decides. A value of another shape than asked for counts as unknown. */
export type Reading<T> =
	| { state: "known"; value: T }
	| { state: "unknown" }
	| { state: "missing" };

/** A copy of a resource's properties as plain data. Never throws. */
export function decode(properties: unknown): Data {
	if (typeof properties !== "object" || properties === null) {
		return typeof properties === "function" || properties === undefined
			? null
			: (properties as Data);
	}
	// Loops, since this runs for every value of the stack.
	if (Array.isArray(properties)) {
		const list: Data[] = [];
		for (let index = 0; index < properties.length; index++) {
			list.push(decodeAt(properties, index));
		}
		return list;
	}
	const object: { [key: string]: Data } = {};
	for (const key of Object.keys(properties)) {
		object[key] = decodeAt(properties, key);
	}
	return object;
}

function decodeAt(holder: object, key: string | number): Data {
	try {
		return decode((holder as Record<string | number, unknown>)[key]);
	} catch {
		// The SDK's UnknownValueError. Whatever else may throw here, nothing can be said of the value either.
		return unknown;
	}
}

/** The data at a path. `null`, which is how outputs show what is not set, counts as missing. */
export function at(data: Data, ...path: (string | number)[]): Reading<Data> {
	let current: Data | undefined = data;
	for (const key of path) {
		if (current === unknown) {
			return { state: "unknown" };
		}
		if (current === null || current === undefined) {
			return { state: "missing" };
		}
		if (typeof current !== "object") {
			return { state: "unknown" };
		}
		current = (current as Record<string | number, Data>)[key];
	}
	if (current === null || current === undefined) {
		return { state: "missing" };
	}
	return current === unknown
		? { state: "unknown" }
		: { state: "known", value: current };
}

/** A reading back as data, so that what is inside can be asked for whatever was found. */
export function dataOf(reading: Reading<Data>): Data {
	switch (reading.state) {
		case "known":
			return reading.value;
		case "unknown":
			return unknown;
		case "missing":
			return null;
	}
}

/** A text; numbers and booleans are read as the text that the provider makes of them. */
export function textAt(
	data: Data,
	...path: (string | number)[]
): Reading<string> {
	return narrowed(at(data, ...path), (value) =>
		typeof value === "object" ? undefined : String(value),
	);
}

/** A number, also where it is written as text. */
export function numberAt(
	data: Data,
	...path: (string | number)[]
): Reading<number> {
	return narrowed(at(data, ...path), (value) => {
		const number =
			typeof value === "string" && value.trim() !== "" ? Number(value) : value;
		return typeof number === "number" && Number.isFinite(number)
			? number
			: undefined;
	});
}

export function booleanAt(
	data: Data,
	...path: (string | number)[]
): Reading<boolean> {
	return narrowed(at(data, ...path), (value) =>
		typeof value === "boolean" ? value : undefined,
	);
}

export function listAt(
	data: Data,
	...path: (string | number)[]
): Reading<readonly Data[]> {
	return narrowed(at(data, ...path), (value) =>
		Array.isArray(value) ? (value as readonly Data[]) : undefined,
	);
}

/** A list of texts; none where it is missing, and unknown where one of them is. */
export function textsAt(
	data: Data,
	...path: (string | number)[]
): Reading<readonly string[]> {
	const list = listAt(data, ...path);
	if (list.state === "missing") {
		return { state: "known", value: [] };
	}
	return narrowed(list, (values) =>
		(values as readonly Data[]).every((each) => typeof each === "string")
			? (values as readonly string[])
			: undefined,
	);
}

/** The elements of a list; none where it is missing or unknown, so only for what does no harm when it is not seen. */
export function elementsAt(
	data: Data,
	...path: (string | number)[]
): readonly Data[] {
	const list = listAt(data, ...path);
	return list.state === "known" ? list.value : [];
}

/** True only if the value is known and equal. */
export function is<T>(reading: Reading<T>, value: T): boolean {
	return reading.state === "known" && reading.value === value;
}

/** The value if it is known. */
export function known<T>(reading: Reading<T>): T | undefined {
	return reading.state === "known" ? reading.value : undefined;
}

/** How a message names a value that is not secret. */
export function described(reading: Reading<string | number | boolean>): string {
	switch (reading.state) {
		case "known":
			return `'${reading.value}'`;
		case "unknown":
			return "a value that this preview does not know";
		case "missing":
			return "nothing";
	}
}

function narrowed<T>(
	reading: Reading<Data>,
	narrow: (value: Data) => T | undefined,
): Reading<T> {
	if (reading.state !== "known") {
		return reading;
	}
	const value = narrow(reading.value);
	return value === undefined ? { state: "unknown" } : { state: "known", value };
}
