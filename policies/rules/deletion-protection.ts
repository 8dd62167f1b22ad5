/** In production, what holds data can't be deleted or replaced by an update. */
import { isGenerated } from "../../contract/sources.ts";
import type { Evidence } from "../evidence.ts";
import { booleanAt, is } from "../read.ts";
import type { Rule } from "../rule.ts";
import { type StackResource, types } from "../stack.ts";

/** The provider has a deletion protection of its own for these, besides the engine's. */
const selfProtecting: string[] = [
	types.databaseInstance,
	types.redis,
	types.secret,
];

export const deletionProtection: Rule = {
	id: "deletion-protection",
	level: "mandatory",
	requirements: ["R-070"],
	complies:
		"In production the database instance and its databases, Redis, each bucket, every secret and the generator of each key that stored data depends on are protected, by the engine's `protect` and by the provider's deletionProtection where it has one; no bucket has forceDestroy.",
	rejects: [
		"such a resource without protect",
		"such a resource whose deletionProtection is off or that this preview does not know",
		"a bucket that is emptied in order to be deleted, or of which this preview does not know it",
	],
	why: "A change of a name or a region replaces a database: without protection the engine deletes it first.",
	fix: "set protect: true, deletionProtection: true and forceDestroy: false; to remove it on purpose, waive the rule for that resource first",
	looksAt: "resource",
	*check(evidence) {
		if (evidence.expected.environment !== "production") {
			return;
		}
		for (const resource of dataOf(evidence)) {
			if (!resource.protect) {
				yield {
					resource,
					found: "a resource that holds data, without protect",
					needed: "protect: true",
				};
			}
			if (
				selfProtecting.includes(resource.type) &&
				!is(booleanAt(resource.properties, "deletionProtection"), true)
			) {
				yield {
					resource,
					found: "a resource that holds data, without deletionProtection",
					needed: "deletionProtection: true",
				};
			}
			const force = booleanAt(resource.properties, "forceDestroy");
			if (
				resource.type === types.bucket &&
				force.state !== "missing" &&
				!is(force, false)
			) {
				yield {
					resource,
					found: "a bucket that is emptied in order to be deleted",
					needed: "forceDestroy: false",
				};
			}
		}
	},
};

/** What depends on a key is lost with it, so the generators of such keys count. */
function dataOf(evidence: Evidence): StackResource[] {
	const { stack, expected } = evidence;
	const keys = [...expected.secrets]
		.filter(
			([, { source }]) => isGenerated(source) && source.dataDepends === true,
		)
		.flatMap(([secretId]) => evidence.versionsOf(secretId))
		.flatMap((version) =>
			stack.madeFrom(version, "secretData", types.password),
		);
	return [
		...stack.ofType(...selfProtecting, types.database, types.bucket),
		...new Set(keys),
	];
}
