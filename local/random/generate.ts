/** Random values as the random provider makes them. */
import { randomBytes, randomInt } from "node:crypto";
import { type Properties, textAt } from "../provider/values.ts";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** `count` letters drawn from an alphabet, each as likely as any other. */
function draw(alphabet: string, count: number): string[] {
	return Array.from(
		{ length: count },
		() => alphabet[randomInt(alphabet.length)] ?? "",
	);
}

/**
 * A text with the length, the classes of characters and the minimum of each class that the properties ask for.
 * @throws {RangeError} where no class is left to draw from.
 */
export function randomText(properties: Properties): string {
	const special = textAt(properties, "overrideSpecial") || SPECIAL;
	const classes = [
		["lower", "minLower", LOWER],
		["upper", "minUpper", UPPER],
		["numeric", "minNumeric", DIGITS],
		["special", "minSpecial", special],
	] as const;
	const length = Number(properties.length);
	const alphabet = classes
		.filter(([allowed]) => properties[allowed] !== false)
		.map(([, , letters]) => letters)
		.join("");
	if (alphabet === "")
		throw new RangeError(
			"the character set specified is empty: at least one of lower, upper, numeric and special must be true",
		);
	const needed = classes.flatMap(([, minimum, letters]) =>
		draw(letters, Number(properties[minimum] ?? 0)),
	);
	return shuffled([
		...needed,
		...draw(alphabet, Math.max(0, length - needed.length)),
	]).join("");
}

function shuffled(letters: string[]): string[] {
	const result = [...letters];
	for (let index = result.length - 1; index > 0; index--) {
		const other = randomInt(index + 1);
		const letter = result[index] ?? "";
		result[index] = result[other] ?? "";
		result[other] = letter;
	}
	return result;
}

/** The forms of a random number of bytes; the prefix stands before each. */
export function idForms(bytes: Buffer, prefix: string): Properties {
	return {
		b64Std: prefix + bytes.toString("base64"),
		b64Url: prefix + bytes.toString("base64url"),
		dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
		hex: prefix + bytes.toString("hex"),
	};
}

/** A fresh id. */
export function newId(byteLength: number): Buffer {
	return randomBytes(byteLength);
}
