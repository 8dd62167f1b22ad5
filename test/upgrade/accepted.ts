/**
 * What an update from the recorded stacks may do although it replaces or deletes something, makes a new password or starts a new
 * revision. Each entry is reviewed: an operator meets it at the first update with a newer program.
 */
export type Accepted = {
	/** As the test prints it. */
	change: string;
	/** Why it is worth it, and why it is safe. */
	reason: string;
};

export const accepted: readonly Accepted[] = [];
