/** What others are made from changes when the program changes it. */
import type { Evidence } from "../evidence.ts";
import { isReliedOn, mayIgnore } from "../ignored-changes.ts";
import { known, textAt } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";
import { secretOf } from "../secret-reference.ts";
import { type StackResource, types } from "../stack.ts";

/** Every connection URL, password and key comes from one of these. */
const sources = /^(?:gcp:(?:redis|sql)\/|random:)/;

export const ignoredChanges: Rule = {
	id: "ignored-changes",
	level: "mandatory",
	requirements: ["R-001", "R-004", "R-031", "R-042"],
	complies:
		"No resource that the platform relies on has an `ignoreChanges`, but for the paths that policies/ignored-changes.ts names with a reason.",
	rejects: [
		"`ignoreChanges` on the value of a secret's version, or on the version as a whole",
		"`ignoreChanges` on the template, traffic, labels or another property of a service or job",
		"`ignoreChanges` on the password of a login, or on what a password is kept for",
		"`ignoreChanges` on a data store, the network, an account or a grant",
		"`ignoreChanges` with a path that can't be read",
	],
	why: "With a secret's value ignored, a rotation changed the login, reported success, and left every new revision with a password that no longer worked.",
	fix: "remove the path from ignoreChanges; if nothing is made from it and nothing must follow it, name it with its reason in policies/ignored-changes.ts",
	looksAt: "resource",
	*check(evidence) {
		for (const resource of evidence.stack.resources.filter(isReliedOn)) {
			for (const path of resource.ignoreChanges) {
				if (!mayIgnore(path, resource, evidence)) {
					yield {
						...subject(resource, evidence),
						resource,
						found: `ignoreChanges with ${path}, so an update may leave it as it is and still succeed`,
						needed: "a resource that follows the program",
					};
				}
			}
		}
	},
};

/** Whom it harms, and whether by a critical name. */
function subject(
	resource: StackResource,
	{ stack, workloads, expected }: Evidence,
): Pick<Finding, "service" | "job" | "secretId" | "critical"> {
	const workload = workloads.find((each) => each.resource === resource);
	if (workload !== undefined) {
		return {
			...suffers(workload),
			critical:
				workload.of === undefined
					? workload.name.state !== "known"
					: workload.of.critical.size > 0,
		};
	}
	if (resource.type.startsWith("gcp:secretmanager/")) {
		const secretId = known(secretIdOf(resource, stack));
		return {
			secretId,
			critical:
				secretId === undefined || expected.criticalSecretIds.has(secretId),
		};
	}
	return { critical: sources.test(resource.type) };
}

function secretIdOf(resource: StackResource, stack: Evidence["stack"]) {
	if (resource.type === types.secret) {
		return textAt(resource.properties, "secretId");
	}
	const reference = secretOf(
		stack,
		resource,
		resource.type === types.secretVersion ? "secret" : "secretId",
	);
	return reference.state === "known"
		? { state: reference.state, value: reference.value.secretId }
		: reference;
}
