/** Every service of the contract runs, once. */
import type { Rule } from "../rule.ts";
import { types } from "../stack.ts";

/** What also runs containers, and has another form than the rules read. */
const otherKinds = [
	"gcp:cloudrun/service:Service",
	"gcp:cloudrunv2/workerPool:WorkerPool",
	"gcp:cloudfunctions/function:Function",
	"gcp:cloudfunctionsv2/function:Function",
];

export const servicePresent: Rule = {
	id: "service-present",
	level: "mandatory",
	requirements: ["R-030", "R-031"],
	complies:
		"Each service of the contract is exactly one Cloud Run service, found by its name in Cloud Run.",
	rejects: [
		"a service that is absent",
		"a service whose name this preview does not know",
		"two resources for one service",
		"a service of another kind, whose form no rule reads",
	],
	why: "A rule that looks at services passes when there are none, so a dropped service would go unseen.",
	fix: "declare it as gcp:cloudrunv2:Service with that name, or remove the service from contract/platform.ts and from policies/second-key.json",
	looksAt: "stack",
	*check({ stack, expected, workloads }) {
		const unnamed = workloads.filter(
			({ kind, name }) => kind === "service" && name.state === "unknown",
		).length;
		for (const { service, cloudRunName, bindings } of expected.services) {
			const [first, second] = workloads.filter(
				({ kind, of }) => kind === "service" && of?.service === service,
			);
			const variables = bindings.secrets.map(({ variable }) => variable);
			const needed = `exactly one${variables.length === 0 ? "" : `, which gets ${variables.join(", ")}`}`;
			if (first === undefined) {
				yield {
					service,
					found: `no Cloud Run service named ${cloudRunName}${unnamed === 0 ? "" : `, and ${unnamed} whose name this preview does not know`}`,
					needed,
					critical: true,
				};
			} else if (second !== undefined) {
				yield {
					service,
					resource: second.resource,
					found: `several resources for the Cloud Run service ${cloudRunName}`,
					needed,
					critical: true,
				};
			}
		}
		for (const resource of stack.ofType(...otherKinds)) {
			yield {
				resource,
				found: `a ${resource.type}`,
				needed: `${types.service}, whose form the rules read`,
			};
		}
	},
};
