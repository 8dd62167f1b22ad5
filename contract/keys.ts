/** The forms in which applications read a random key. */
import { type GeneratedSource, hexDigitsOf } from "./sources.ts";

type Encoding = GeneratedSource["encoding"];

/** A key in an encoding, made of random hex digits: as many as `hexDigitsOf` says. */
export function encodedKey(hexDigits: string, encoding: Encoding): string {
	switch (encoding) {
		case "hex":
			return hexDigits;
		case "base64":
		case "base64url":
			return Buffer.from(hexDigits, "hex").toString(encoding);
		case "fernet":
			// URL-safe base64, with padding, of 32 characters.
			return Buffer.from(hexDigits, "latin1")
				.toString("base64")
				.replaceAll("+", "-")
				.replaceAll("/", "_");
		case "uuid":
			return uuid(hexDigits);
	}
}

/** The characters that a key has. */
export const keyLengthOf = (source: GeneratedSource): number =>
	encodedKey("0".repeat(hexDigitsOf(source)), source.encoding).length;

/**
 * The form of keys that their readers take apart, and what a message calls it; undefined for those that are mere text,
 * of which an adopted one may have any form.
 */
export function keyForm({
	encoding,
}: GeneratedSource): { form: RegExp; words: string } | undefined {
	switch (encoding) {
		case "fernet":
			return {
				form: /^[\w-]{43}=$/,
				words: "Fernet key: expected URL-safe base64 of 32 bytes, with padding",
			};
		case "uuid":
			return {
				form: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
				words: "UUID: expected hex digits with four hyphens",
			};
		default:
			return undefined;
	}
}

/** RFC 9562, version 4: all random but for the digits that say so. */
function uuid(digits: string): string {
	const variant = "89ab"[Number.parseInt(digits.charAt(16), 16) % 4];
	return [
		digits.slice(0, 8),
		digits.slice(8, 12),
		`4${digits.slice(13, 16)}`,
		`${variant}${digits.slice(17, 20)}`,
		digits.slice(20, 32),
	].join("-");
}
