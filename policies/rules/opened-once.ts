/** A public service is open in one way. */
import { everybody, grantsOnService } from "../calls.ts";
import { booleanAt, is } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";

export const openedOnce: Rule = {
	id: "opened-once",
	level: "advisory",
	requirements: [],
	complies:
		"A service is open to everybody by Cloud Run's switch or by a grant to allUsers, not by both.",
	rejects: ["a service that is open by the switch and by a grant"],
	why: "Turning the switch back would not close the service, and an organisation that forbids either stops the update.",
	fix: "keep the way that publicAccess in contract/platform.ts names",
	looksAt: "stack",
	*check(evidence) {
		for (const workload of evidence.ours) {
			const { kind, resource, of } = workload;
			if (kind !== "service" || of.callers !== undefined) {
				continue;
			}
			const isOff = is(
				booleanAt(resource.properties, "invokerIamDisabled"),
				true,
			);
			const grant = grantsOnService(evidence, of.cloudRunName).find(
				({ members }) => members.has(everybody),
			);
			if (isOff && grant !== undefined) {
				yield {
					...suffers(workload),
					found: `invokerIamDisabled: true, and the grant ${grant.resource.name} to ${everybody}`,
					needed: "one of the two",
				};
			}
		}
	},
};
