/** In production, what holds data can't be deleted or replaced by an update. */
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
		"In production the database instance and its databases, Redis, every secret and the generator of the Fernet key are protected, by the engine's `protect` and by the provider's deletionProtection where it has one.",
	rejects: [
		"such a resource without protect",
		"such a resource whose deletionProtection is off or that this preview does not know",
	],
	why: "A change of a name or a region replaces a database: without protection the engine deletes it first.",
	fix: "set protect: true and deletionProtection: true; to remove it on purpose, waive the rule for that resource first",
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
		}
	},
};

/** What is encrypted with the Fernet key is lost with it, so its generator counts. */
function dataOf(evidence: Evidence): StackResource[] {
	const { stack, expected } = evidence;
	const fernetKeys = [...expected.secrets]
		.filter(([, { source }]) => source.from === "generated.fernet")
		.flatMap(([secretId]) => evidence.versionsOf(secretId))
		.flatMap((version) =>
			stack.madeFrom(version, "secretData", types.password),
		);
	return [
		...stack.ofType(...selfProtecting, types.database),
		...new Set(fernetKeys),
	];
}
