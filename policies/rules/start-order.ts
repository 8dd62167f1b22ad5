/** A service starts after what it needs was made and tried. */
import type { StoreKind } from "../../contract/stores.ts";
import type { Evidence, OurWorkload } from "../evidence.ts";
import { storesBehind } from "../needs.ts";
import { textAt } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";
import { type StackResource, types } from "../stack.ts";

/** The resources of a store, by its kind. */
const resourcesOf: Record<StoreKind, readonly string[]> = {
	postgres: [types.databaseInstance, types.database, types.user],
	redis: [types.redis],
	clickhouse: [],
	bucket: [types.bucket, types.hmacKey],
};

/** The jobs that must succeed before a service changes. */
const gates = ["preflight", "check"] as const;

export const startOrder: Rule = {
	id: "start-order",
	level: "mandatory",
	requirements: ["R-004", "R-061"],
	complies:
		"Each service has a preflight job, and a check job where the contract names a check command, found by its name in Cloud Run, that runs on every change; the service depends on the job, and both depend on the data stores that the service needs and on both logins.",
	rejects: [
		"a service without a preflight job",
		"a preflight job that nothing executes",
		"a service that does not wait for its preflight job",
		"the same of the check job, where the contract names a check command",
		"a service or job that does not wait for a data store or login",
	],
	why: "Services started before what they need, and credentials were never tried before a service used them.",
	fix: "let the service depend on its preflight job, and the job on the data stores and on both logins",
	looksAt: "stack",
	*check(evidence) {
		for (const workload of evidence.ours) {
			yield* storeProblems(evidence, workload);
			if (workload.kind === "service") {
				for (const role of gates) {
					const name = workload.of.jobs.get(role);
					if (name !== undefined) {
						yield* gateProblems(evidence, workload, role, name);
					}
				}
			}
		}
	},
};

function* storeProblems(
	evidence: Evidence,
	workload: OurWorkload,
): Generator<Finding> {
	const { stack } = evidence;
	for (const other of neededBy(evidence, workload)) {
		if (!stack.comesAfter(workload.resource, other)) {
			yield {
				...suffers(workload),
				found: `nothing that makes it wait for ${other.name}`,
				needed: `${other.name}, a ${other.type.split(":").at(-1)}, first`,
			};
		}
	}
}

/**
 * What must be there before a workload: the stores behind its secrets, and of a kind that it needs and none of is behind
 * them, all. Of a bucket somebody may need what is the same for all; bucket-private looks at the grant, which comes later.
 */
function neededBy(
	evidence: Evidence,
	workload: OurWorkload,
): readonly StackResource[] {
	const { stack } = evidence;
	const behind = storesBehind(evidence, workload);
	const isBehind = (resource: StackResource) =>
		behind.has(resource) ||
		stack
			.madeFrom(resource, "instance", types.databaseInstance)
			.some((instance) => behind.has(instance));
	const kinds = new Set(workload.of.stores.map(({ store }) => store.kind));
	return Object.entries(resourcesOf).flatMap(([kind, wanted]) => {
		const all = stack.ofType(...wanted);
		const found = all.filter(isBehind);
		return found.length === 0 &&
			kind !== "bucket" &&
			kinds.has(kind as StoreKind)
			? all
			: found;
	});
}

function* gateProblems(
	{ stack, workloads }: Evidence,
	workload: OurWorkload,
	role: (typeof gates)[number],
	name: string,
): Generator<Finding> {
	const jobs = workloads.filter(
		(each) => each.role === role && each.of === workload.of,
	);
	const gate = {
		...suffers(workload),
		needed: `the job ${name}, executed before the service changes`,
		// Untried is whatever the service cannot work without.
		critical: workload.of.critical.size > 0,
	};
	if (jobs.length === 0) {
		yield { ...gate, found: `no ${role} job` };
	}
	for (const { resource } of jobs) {
		const token = textAt(resource.properties, "runExecutionToken");
		if (
			token.state === "missing" ||
			(token.state === "known" && token.value === "")
		) {
			yield {
				...gate,
				resource,
				found: `a ${role} job without runExecutionToken, which nothing executes`,
			};
		}
		if (!stack.comesAfter(workload.resource, resource)) {
			yield { ...gate, found: `nothing that makes it wait for ${name}` };
		}
	}
}
