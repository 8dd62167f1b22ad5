/** What a template records of its login is true. */
import { markLabel } from "../../plan/change-mark.ts";
import {
	loginLabel,
	loginVersions,
	loginVersionsLabel,
} from "../../plan/login-record.ts";
import type { Evidence, OurWorkload } from "../evidence.ts";
import { textAt } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";
import { types } from "../stack.ts";
import { secretUses } from "../workload.ts";

export const loginRecorded: Rule = {
	id: "login-recorded",
	level: "mandatory",
	requirements: ["R-002"],
	complies:
		"A service or job that this project's program makes records a login in its template if, and only if, it binds values that are made from a database login or a bucket's key; a service's label login-versions stands for just those versions.",
	rejects: [
		"no record of a login that the service binds",
		"a record of other versions than those of its login that the service binds",
		"a record of a login in a service or job that binds none",
	],
	why: "The next update reads there which logins still serve; by a wrong record it would change one that is in use.",
	fix: "make the labels as components/template.ts does",
	looksAt: "stack",
	*check(evidence) {
		for (const workload of evidence.ours) {
			const bound = secretUses(workload);
			const carriers = carriersIn(evidence, workload);
			const recorded = textAt(workload.labels, loginVersionsLabel);
			if (carriers.size === 0) {
				if (
					recorded.state !== "missing" ||
					textAt(workload.labels, loginLabel).state !== "missing"
				) {
					yield {
						...suffers(workload),
						found: "a record of a login",
						needed: "none: no value that it binds is made from a login",
					};
				}
				continue;
			}
			const isMissing =
				textAt(workload.labels, loginLabel).state === "missing" ||
				(workload.kind === "service" && recorded.state === "missing");
			if (isMissing && isMadeHere(workload)) {
				yield {
					...suffers(workload),
					found: "no record of its login",
					needed: `the labels ${loginLabel} and, in a service, ${loginVersionsLabel}`,
				};
			}
			const versions = bound.flatMap(({ secretId, version }) =>
				version === undefined ? [] : [{ secretId, version }],
			);
			if (
				recorded.state === "known" &&
				versions.length === bound.length &&
				recorded.value !== loginVersions(versions, carriers)
			) {
				yield {
					...suffers(workload),
					found: `the label ${loginVersionsLabel} of other versions`,
					needed: `that of ${[...carriers].sort().join(", ")} as it binds them`,
				};
			}
		}
	},
};

/** By the mark of a change; a stack that was written by hand has no record of anything. */
const isMadeHere = ({ resource }: OurWorkload) =>
	textAt(resource.properties, "labels", markLabel).state !== "missing";

/** The secrets that a workload binds whose values are made from what takes turns with another. */
function carriersIn(
	evidence: Evidence,
	workload: OurWorkload,
): ReadonlySet<string> {
	const { stack } = evidence;
	return new Set(
		secretUses(workload)
			.map(({ secretId }) => secretId)
			.filter((secretId) =>
				evidence
					.versionsOf(secretId)
					.some((version) =>
						[types.user, types.hmacKey].some(
							(type) => stack.madeFrom(version, "secretData", type).length > 0,
						),
					),
			),
	);
}
