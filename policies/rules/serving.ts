/** A plan that changes nothing must not leave a failed revision behind. */
import { known, textAt } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";

export const serving: Rule = {
	id: "serving",
	level: "mandatory",
	requirements: ["R-031", "R-070"],
	complies:
		"The revision that is planned is the one that serves, or a new one: unknown passes, since the plan then makes a revision.",
	rejects: [
		"a plan for the revision that was created last while another one is the latest that is ready",
	],
	why: "The provider records a failed change as done; the same command again would send nothing and report success.",
	fix: "raise the attempt: run the program with access to the cloud, so that it sees the failure",
	looksAt: "stack",
	*check({ ours }) {
		for (const workload of ours) {
			const { properties } = workload.resource;
			const planned = known(textAt(workload.template, "revision"));
			const created = lastSegment(
				known(textAt(properties, "latestCreatedRevision")),
			);
			const ready = lastSegment(
				known(textAt(properties, "latestReadyRevision")),
			);
			if (
				planned !== undefined &&
				planned === created &&
				ready !== undefined &&
				ready !== created
			) {
				yield {
					...suffers(workload),
					found: `a plan for revision ${planned}, which never became ready; ${ready === "" ? "no revision" : ready} serves`,
					needed: "a new revision",
				};
			}
		}
	},
};

/** The API shows a revision with and without its path. */
function lastSegment(name: string | undefined): string | undefined {
	return name?.slice(name.lastIndexOf("/") + 1);
}
