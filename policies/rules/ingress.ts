/** Requests come through the load balancer. */

import { mayBeAnybody } from "../iam.ts";
import { known, textAt } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";

const needed = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER";
const jobIam = /^gcp:cloudrunv2\/jobIam/;

export const ingress: Rule = {
	id: "ingress",
	level: "mandatory",
	requirements: ["R-046"],
	complies:
		"Each service takes requests from inside and from the load balancer only, and nobody outside may start a job.",
	rejects: [
		"another ingress, none (which means all), or one that this preview does not know",
		"a job that everybody may run",
	],
	why: "Everybody may call a public service, since the applications authenticate; the load balancer is where that is allowed.",
	fix: `set ingress: ${needed}`,
	looksAt: "resource",
	*check({ workloads, grants }) {
		for (const workload of workloads.filter(({ kind }) => kind === "service")) {
			const found = textAt(workload.resource.properties, "ingress");
			if (known(found) !== needed) {
				yield {
					...suffers(workload),
					found:
						found.state === "known"
							? `ingress ${found.value}`
							: found.state === "missing"
								? "no ingress, which means all"
								: "an ingress that this preview does not know",
					needed,
				};
			}
		}
		for (const grant of grants) {
			if (jobIam.test(grant.resource.type) && mayBeAnybody(grant)) {
				yield {
					resource: grant.resource,
					found: "a job that everybody may run",
					needed: "members that are known",
					fix: `remove ${grant.resource.name}`,
				};
			}
		}
	},
};
