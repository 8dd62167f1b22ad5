/** Differences of form that the real provider does not count as changes, by the name of its own function. */
import { isZero, type Value } from "./values.ts";

type Compare = (old: string, next: string) => boolean;

/** The part of a self link from `projects/` on. */
const relative = (link: string) =>
	link.replace(/^https?:\/\/[^/]+\/(?:.*?\/)?(?=projects\/)/, "");
const lastSegment = (link: string) => link.split("/").at(-1) ?? "";
const sameText: Compare = (old, next) =>
	old.toLowerCase() === next.toLowerCase();
const sameLink: Compare = (old, next) => relative(old) === relative(next);
const sameLinkOrName: Compare = (old, next) =>
	old.includes("/") && next.includes("/")
		? sameLink(old, next)
		: lastSegment(old) === lastSegment(next);
const seconds = (duration: string) => Number.parseFloat(duration);

const comparisons: Readonly<Record<string, Compare>> = {
	AbsoluteDomainSuppress: (old, next) =>
		old.replace(/\.$/, "") === next.replace(/\.$/, ""),
	caseDiffDashSuppress: (old, next) =>
		sameText(old.replaceAll("-", "_"), next.replaceAll("-", "_")),
	CaseDiffSuppress: sameText,
	CompareProjectName: (old, next) =>
		old.replace(/^projects\//, "") === next.replace(/^projects\//, ""),
	CompareResourceNames: (old, next) => lastSegment(old) === lastSegment(next),
	CompareSelfLinkOrResourceName: sameLinkOrName,
	CompareSelfLinkRelativePaths: sameLink,
	durationDiffSuppress: (old, next) => seconds(old) === seconds(next),
	DurationDiffSuppress: (old, next) => seconds(old) === seconds(next),
	// Only kinds of principal that Google itself compares without case.
	iamMemberCaseDiffSuppress: (old, next) =>
		/^(?:deleted:)?(?:principal|principalSet|principalHierarchy):/i.test(old)
			? old === next
			: sameText(old, next),
	kmsCryptoKeyRingsEquivalent: sameLink,
	LastSlashDiffSuppress: (old, next) =>
		old.replace(/\/$/, "") === next.replace(/\/$/, ""),
	PortRangeDiffSuppress: (old, next) =>
		old === `${next}-${next}` || next === `${old}-${old}`,
	StorageBucketDiffSuppress: (old, next) =>
		lastSegment(old) === lastSegment(next),
	ProjectNumberDiffSuppress: (old, next) =>
		lastSegment(old) === lastSegment(next),
	resourceMonitoringUptimeCheckConfigHttpCheckPathDiffSuppress: (old, next) =>
		old === `/${next}`,
};

/** What "left out" stands for in the types whose property has no schema default. */
const emptyMeans = new Set(["BUILT_IN", "EXTERNAL", "IPV4", "180s"]);

/** Whether the function of that name takes the two values for the same. */
export function suppressed(
	name: string | undefined,
	old: Value | undefined,
	next: Value | undefined,
): boolean {
	if (name === undefined) return false;
	if (name === "EmptyOrDefaultStringSuppress")
		return (
			(isZero(old) && typeof next === "string" && emptyMeans.has(next)) ||
			(isZero(next) && typeof old === "string" && emptyMeans.has(old))
		);
	if (name === "EmptyOrUnsetBlockDiffSuppress")
		return isZero(old) && isZero(next);
	const compare = comparisons[name];
	return (
		compare !== undefined &&
		typeof old === "string" &&
		typeof next === "string" &&
		compare(old, next)
	);
}
