/** Why nobody needs something: what used it can't serve any more. */
import type { Revision } from "../plan/prune.ts";

/**
 * @param revisions those that pin, or use, it; none of them is able to serve
 */
export function reasonFor(
	revisions: readonly Revision[],
	verb: "pin" | "use",
): string {
	const failed = revisions.filter(({ ready }) => !ready).length;
	if (revisions.length === 0) {
		return `no revision ${verb}s it`;
	}
	const only = `${verb === "pin" ? "pinned" : "used"} only by ${names(revisions)}`;
	return failed === revisions.length
		? `${only}, which never became ready`
		: `${only}, whose login is gone`;
}

const names = (revisions: readonly Revision[]) =>
	revisions
		.map(({ name }) => name)
		.sort()
		.join(", ");
