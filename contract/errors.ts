/** What a person can mend. Bugs are other errors, and keep their stack trace. */

/**
 * A mistake of the user's: the message says what is wrong, where, what was expected and how to mend it.
 * It never holds the value of a secret.
 */
export class UserError extends Error {
	override name = "UserError";
	/** Pulumi prints an error that carries this mark without its stack trace (`RunError.isInstance`). */
	readonly __pulumiRunError = true;
}
