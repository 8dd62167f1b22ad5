/** Who may call a Cloud Run service, as far as the stack's grants say. */
import type { Evidence } from "./evidence.ts";
import { denierOf, type Grant } from "./iam.ts";
import { known } from "./read.ts";

/** What opens a service to everybody. `allAuthenticatedUsers` does not: a browser has no account of Google's to show. */
export const everybody = "allUsers";

/** The roles whose purpose is to call services (run.routes.invoke). */
const invokers = ["roles/run.invoker", "roles/run.servicesInvoker"];

export const mayInvoke = ({ role }: Grant): boolean =>
	role.state === "known" && invokers.includes(role.value);

/** The grants on a service. */
export function grantsOnService(
	{ grants }: Evidence,
	cloudRunName: string,
): Grant[] {
	return grants.filter(
		({ scope, service }) =>
			scope === "service" && known(service) === cloudRunName,
	);
}

/** Why a member may not call a service; undefined if it may. */
export function missingCall(
	evidence: Evidence,
	cloudRunName: string,
	member: string,
): string | undefined {
	const lets = (grant: Grant) =>
		mayInvoke(grant) && !grant.conditional && grant.members.has(member);
	const onService = grantsOnService(evidence, cloudRunName);
	const granted = onService.filter(lets);
	if (granted.length === 0) {
		return evidence.grants.some((each) => each.scope === "wide" && lets(each))
			? undefined
			: "no grant";
	}
	const denier = denierOf(onService, granted, invokers);
	return denier && `a grant that ${denier.resource.name} takes away again`;
}
