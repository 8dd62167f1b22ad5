/** Who reads a secret was granted that secret, before it starts, and nothing wider. */
import type { Evidence, OurWorkload } from "../evidence.ts";
import { denierOf, mayBeAnybody, memberName } from "../iam.ts";
import { is, known } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";
import { accessor, readsEverySecret } from "../wide-roles.ts";
import { secretUses } from "../workload.ts";

export const accessorGranted: Rule = {
	id: "accessor-granted",
	level: "mandatory",
	requirements: ["R-032"],
	complies:
		"The account of each service and job has the accessor role on each secret that it reads, granted before it is created; no account reads a secret that its service does not bind, and none reads all of a project's.",
	rejects: [
		"a secret that is read and not granted",
		"a grant that the reader does not wait for",
		"a grant under a condition",
		"a binding or policy that takes the grant away again",
		"a grant on the whole project",
		"a grant of a secret that the service does not bind",
		"a grant to everybody, or to members that this preview does not know",
	],
	why: "Without the grant an instance does not start; with a wider one, a fault in one service opens every secret.",
	fix: "grant roles/secretmanager.secretAccessor on the secret to the service's account, and let the service depend on the grant",
	looksAt: "stack",
	*check(evidence) {
		for (const workload of evidence.ours) {
			const member = memberName(
				known(workload.account) ?? workload.of.accountEmail,
			);
			for (const { variable, path, secretId } of secretUses(workload)) {
				const found = missingGrant(evidence, workload, member, secretId);
				if (found !== undefined) {
					yield {
						...suffers(workload),
						variable,
						secretId,
						found: `${found}${path === undefined ? "" : ` for the file ${path}`}`,
						needed: `${accessor} on the secret for ${member}`,
					};
				}
			}
		}
		yield* wideGrants(evidence);
		yield* needlessGrants(evidence);
	},
};

function missingGrant(
	evidence: Evidence,
	workload: OurWorkload,
	member: string,
	secretId: string,
): string | undefined {
	const onSecret = evidence.grantsOn(secretId);
	const granted = onSecret.filter(
		({ role, conditional, members }) =>
			is(role, accessor) && !conditional && members.has(member),
	);
	if (granted.length === 0) {
		return "no grant";
	}
	const denier = denierOf(onSecret, granted, [accessor]);
	if (denier !== undefined) {
		return `a grant that ${denier.resource.name} takes away again`;
	}
	return granted.some(({ resource }) =>
		evidence.stack.comesAfter(workload.resource, resource),
	)
		? undefined
		: "a grant that it does not wait for";
}

function* wideGrants({ grants, expected }: Evidence): Generator<Finding> {
	for (const grant of grants) {
		const { resource, role, scope, members } = grant;
		if (
			scope !== "wide" ||
			(role.state === "known" && !readsEverySecret(role.value))
		) {
			continue;
		}
		const readers = expected.services.filter(({ accountEmail }) =>
			members.has(memberName(accountEmail)),
		);
		for (const { service } of readers) {
			yield {
				service,
				resource,
				found: "a grant that opens every secret of the project",
				needed: "grants secret by secret",
			};
		}
		if (readers.length === 0 && mayBeAnybody(grant)) {
			yield {
				resource,
				found: "a grant that may open every secret of the project to anybody",
				needed: "grants secret by secret, to members that are known",
			};
		}
	}
}

function* needlessGrants({ grants, expected }: Evidence): Generator<Finding> {
	for (const grant of grants.filter(({ scope }) => scope === "secret")) {
		const { resource, members } = grant;
		const secretId = known(grant.secret)?.secretId;
		for (const { service, accountEmail, secretIds } of expected.services) {
			if (
				members.has(memberName(accountEmail)) &&
				(secretId === undefined || !secretIds.has(secretId))
			) {
				yield {
					service,
					secretId,
					resource,
					found: "a grant of a secret that the service does not bind",
					needed: "no grant",
					fix: `remove ${resource.name}`,
				};
			}
		}
		if (mayBeAnybody(grant)) {
			yield {
				secretId,
				resource,
				found:
					"a grant to everybody, or to members that this preview does not know",
				needed: "members that can be read and that the contract names",
			};
		}
	}
}
