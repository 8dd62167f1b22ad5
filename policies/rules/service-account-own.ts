/** Each service is somebody of its own, and may do what the contract says. */
import type { Evidence } from "../evidence.ts";
import { memberName } from "../iam.ts";
import { waysOf } from "../needs.ts";
import { described, known } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";

export const serviceAccountOwn: Rule = {
	id: "service-account-own",
	level: "mandatory",
	requirements: ["R-041"],
	complies:
		"Each service runs as its own account, as does each job that works for it, and the account has the contract's roles on the project, and for Cloud SQL's sockets roles/cloudsql.client, no fewer and no more.",
	rejects: [
		"no account, which means the project's default one",
		"another service's account, or one that this preview does not know",
		"a role of the contract that is not granted, or only under a condition",
		"no roles/cloudsql.client while a value leads to a database's socket",
		"a role that the service does not need",
	],
	why: "The default account may change everything in the project; a shared one lets each service read the other's secrets.",
	fix: "make an account for the service, grant it the contract's roles and set template.serviceAccount",
	looksAt: "resource",
	*check(evidence) {
		for (const workload of evidence.ours) {
			const { account, of } = workload;
			if (known(account) !== of.accountEmail) {
				yield {
					...suffers(workload),
					found:
						account.state === "missing"
							? "no account, which means the project's default one"
							: `the account ${described(account)}`,
					needed: of.accountEmail,
				};
			}
		}
		if (evidence.stack.whole) {
			yield* roleProblems(evidence);
		}
	},
};

/** Lets an account through Cloud SQL's sockets. */
const sqlClient = "roles/cloudsql.client";

function* roleProblems(evidence: Evidence): Generator<Finding> {
	const { grants, expected, ours } = evidence;
	const wide = grants.filter(({ scope }) => scope === "wide");
	for (const { service, accountEmail, contract } of expected.services) {
		const bySocket = ours.some(
			(workload) =>
				workload.of.service === service &&
				waysOf(evidence, workload).sockets.size > 0,
		);
		const roles = [...contract.roles, ...(bySocket ? [sqlClient] : [])];
		const own = wide.filter(({ members }) =>
			members.has(memberName(accountEmail)),
		);
		const held = new Set(
			own
				.filter(({ conditional }) => !conditional)
				.map(({ role }) => known(role)),
		);
		for (const role of roles) {
			if (!held.has(role)) {
				yield {
					service,
					found: `no grant of ${role} to ${accountEmail}`,
					needed: "the role that the service needs",
				};
			}
		}
		for (const { resource, role } of own) {
			if (role.state !== "known" || !roles.includes(role.value)) {
				yield {
					service,
					resource,
					found: `the role ${described(role)} for ${accountEmail}`,
					needed: "only the roles that the service needs",
					fix: `remove ${resource.name}`,
				};
			}
		}
	}
}
