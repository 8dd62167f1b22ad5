/** Each service is somebody of its own, and may do what the contract says. */
import type { Evidence } from "../evidence.ts";
import { memberName } from "../iam.ts";
import { described, known } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";

export const serviceAccountOwn: Rule = {
	id: "service-account-own",
	level: "mandatory",
	requirements: ["R-041"],
	complies:
		"Each service runs as its own account, as does each job that works for it, and the account has the contract's roles on the project, no fewer and no more.",
	rejects: [
		"no account, which means the project's default one",
		"another service's account, or one that this preview does not know",
		"a role of the contract that is not granted, or only under a condition",
		"a role that the contract does not have",
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

function* roleProblems({ grants, expected }: Evidence): Generator<Finding> {
	const wide = grants.filter(({ scope }) => scope === "wide");
	for (const { service, accountEmail, roles } of expected.services) {
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
					needed: "the role that the contract gives the service",
				};
			}
		}
		for (const { resource, role } of own) {
			if (role.state !== "known" || !roles.includes(role.value)) {
				yield {
					service,
					resource,
					found: `the role ${described(role)} for ${accountEmail}`,
					needed: "only the roles that the contract gives the service",
					fix: `remove ${resource.name}`,
				};
			}
		}
	}
}
