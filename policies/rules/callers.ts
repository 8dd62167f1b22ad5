/** Who should call a service can, and nobody else may. */
import { everybody, mayInvoke, missingCall } from "../calls.ts";
import type { Evidence, OurWorkload } from "../evidence.ts";
import type { ExpectedService } from "../expected.ts";
import { mayBeAnybody, memberName } from "../iam.ts";
import { booleanAt, is, known } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";

export const callers: Rule = {
	id: "callers",
	level: "mandatory",
	requirements: ["R-112"],
	complies:
		"A public service is opened as the contract says, by Cloud Run's own switch or by a grant to allUsers; one that is not public is called by the accounts of the services that name it as a sibling, and by no one unknown.",
	rejects: [
		"a public service whose callers Cloud Run checks although the contract opens it by the switch",
		"a public service without a grant to allUsers although the contract opens it by the grant",
		"a service that is not public and that everybody may call, by the switch or by a grant",
		"a service that is not public and that a service which does not call it may call",
		"a service that is not public and that a service which calls it may not call",
		"a switch that this preview does not know",
		"a grant to call all services and run all jobs of the project, to anybody",
	],
	why: "A service that nobody may call answers 403 after a successful deployment; one that everybody may call relies on logins that it was built without.",
	fix: "set invokerIamDisabled: true on a public service, and false on any other; or change publicAccess or public in contract/platform.ts",
	looksAt: "resource",
	*check(evidence) {
		for (const workload of evidence.ours) {
			if (workload.kind === "service") {
				yield* switchProblems(workload, opening(evidence));
			}
		}
		for (const service of evidence.expected.services) {
			if (service.callers !== undefined) {
				yield* openings(evidence, service);
			}
			if (evidence.stack.whole) {
				yield* missingCalls(evidence, service);
			}
		}
		yield* wideOpenings(evidence);
	},
};

/** How the contract opens public services. */
const opening = ({ expected: { platform, environment } }: Evidence) =>
	platform.environments[environment].publicAccess ?? "switch";

function* switchProblems(
	workload: OurWorkload,
	by: ReturnType<typeof opening>,
): Generator<Finding> {
	const { callers } = workload.of;
	const { properties } = workload.resource;
	const disabled = booleanAt(properties, "invokerIamDisabled");
	const wanted = callers === undefined && by === "switch";
	if (disabled.state === "unknown") {
		yield {
			...suffers(workload),
			found: "an invokerIamDisabled that this preview does not know",
			needed: String(wanted),
		};
	} else if (wanted && !is(disabled, true)) {
		yield {
			...suffers(workload),
			found: "callers that Cloud Run checks, so that nobody may call it",
			needed: "invokerIamDisabled: true",
		};
	} else if (callers !== undefined && is(disabled, true)) {
		yield {
			...suffers(workload),
			found: "invokerIamDisabled: true, so that everybody may call it",
			needed: "callers that Cloud Run checks: it is not public",
		};
	}
}

/** Grants that may let anybody at a service that is not public; those of an unknown service, too. */
function* openings(
	{ grants, expected }: Evidence,
	{ service, cloudRunName, callers }: ExpectedService,
): Generator<Finding> {
	const strangers = expected.services.filter(
		(each) => callers?.includes(each.service) === false,
	);
	for (const grant of grants.filter(({ scope }) => scope === "service")) {
		const name = known(grant.service) ?? cloudRunName;
		for (const stranger of name === cloudRunName ? strangers : []) {
			if (grant.members.has(memberName(stranger.accountEmail))) {
				yield {
					service,
					resource: grant.resource,
					found: `a grant to ${stranger.service}, which does not name it as a sibling`,
					needed: "the accounts of the services that call it",
					fix: `remove ${grant.resource.name}, or add '${service}' to the siblings of ${stranger.service} in contract/platform.ts`,
				};
			}
		}
		if (name === cloudRunName && mayBeAnybody(grant)) {
			yield {
				service,
				resource: grant.resource,
				found:
					"a grant to everybody, or to members that this preview does not know",
				needed: "members that are known: the service is not public",
				fix: `remove ${grant.resource.name}`,
			};
		}
	}
}

function* missingCalls(
	evidence: Evidence,
	{ service, cloudRunName, callers }: ExpectedService,
): Generator<Finding> {
	for (const member of membersNeeded(evidence, callers)) {
		const found = missingCall(evidence, cloudRunName, member);
		if (found !== undefined) {
			yield {
				service,
				found: `${found} for ${member} to call it`,
				needed: `roles/run.invoker on ${cloudRunName} for ${member}`,
				fix: "grant it with gcp:cloudrunv2:ServiceIamMember",
			};
		}
	}
}

function membersNeeded(
	evidence: Evidence,
	callers: ExpectedService["callers"],
): string[] {
	if (callers === undefined) {
		return opening(evidence) === "grant" ? [everybody] : [];
	}
	return evidence.expected.services
		.filter(({ service }) => callers.includes(service))
		.map(({ accountEmail }) => memberName(accountEmail));
}

function* wideOpenings({ grants }: Evidence): Generator<Finding> {
	for (const grant of grants) {
		if (grant.scope === "wide" && mayInvoke(grant) && mayBeAnybody(grant)) {
			yield {
				resource: grant.resource,
				found:
					"a grant to anybody that opens every service and job of the project",
				needed: "grants service by service",
				fix: `remove ${grant.resource.name}`,
			};
		}
	}
}
