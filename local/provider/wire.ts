/** The engine's encoding of property values: JSON with magic strings for what JSON can't say. */
import {
	isObject,
	type Properties,
	Secret,
	UNKNOWN,
	type Value,
} from "./values.ts";

// Constants of the protocol (sdk/go/common/resource in the engine's source).
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const UNKNOWN_STRINGS = new Set([
	"1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
	"3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
	"04da6b54-80e4-46f7-96ec-b56ff0331ba9", // string, and anything else
	"6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
	"030794c1-ac77-496b-92df-f27374a8bd58", // asset
	"e48ece36-62e2-4504-bad9-02848725956a", // archive
	"dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Decodes one value.
 * @throws where the value is an asset, an archive or a resource reference: no property here takes one.
 */
export function decode(json: Json): Value {
	if (typeof json === "string")
		return UNKNOWN_STRINGS.has(json) ? UNKNOWN : json;
	if (Array.isArray(json)) return json.map(decode);
	if (typeof json !== "object" || json === null) return json;
	const signature = json[SIGNATURE];
	if (signature === undefined) return decodeProperties(json);
	if (signature === SECRET) return new Secret(decode(json.value ?? null));
	if (signature === OUTPUT) {
		const value = "value" in json ? decode(json.value ?? null) : UNKNOWN;
		return json.secret === true ? new Secret(value) : value;
	}
	throw new Error(
		"a property holds an asset, an archive or a resource reference, which the stand-in does not take",
	);
}

/** Decodes a set of properties; absent means empty. */
export function decodeProperties(json: unknown): Properties {
	const properties: Properties = {};
	for (const [key, value] of Object.entries(
		(json ?? {}) as { [key: string]: Json },
	))
		properties[key] = decode(value);
	return properties;
}

/** Encodes one value. */
export function encode(value: Value): Json {
	if (value === UNKNOWN) return UNKNOWN_STRING;
	if (value instanceof Secret)
		return { [SIGNATURE]: SECRET, value: encode(value.value) };
	if (Array.isArray(value)) return value.map(encode);
	if (isObject(value)) return encodeProperties(value);
	return value as Json;
}

/** Encodes a set of properties. */
export function encodeProperties(properties: Properties): {
	[key: string]: Json;
} {
	return Object.fromEntries(
		Object.entries(properties).map(([key, value]) => [key, encode(value)]),
	);
}
