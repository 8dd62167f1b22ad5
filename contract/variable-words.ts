/** The words that a variable's name is made of, for guesses at what it holds. */

/** Says which one of several, and nothing of what is in it: `API_KEY_OLD`, `SALT_V2`, `ENCRYPTION_KEY_BASE64`. */
const whichOne =
	/^(?:LOCAL|STAGING|PRODUCTION|DEV|DEVELOPMENT|TEST|SANDBOX|LIVE|PROD|\d+|V\d+|OLD|NEW|CURRENT|PREVIOUS|NEXT|SECONDARY|FALLBACK|BASE64|B64|HEX|PEM)$/;

/** `database__adminPassword_{ENV}` becomes `DATABASE_ADMIN_PASSWORD`. */
export function wordsIn(variable: string): string {
	const words = variable
		.replace("{ENV}", "")
		.replace(/([a-z0-9])([A-Z])/g, "$1_$2")
		.toUpperCase()
		.split("_")
		.filter((word) => word !== "");
	while (
		words.length > 1 &&
		words.slice(-2).join("_") !== "TO_LIVE" &&
		whichOne.test(words.at(-1) ?? "")
	) {
		words.pop();
	}
	return words.join("_");
}
