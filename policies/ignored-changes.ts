/** What `ignoreChanges` may name: a reviewed list. Whatever else it names of these resources is refused. */
import type { Evidence } from "./evidence.ts";
import { isWithin } from "./property-path.ts";
import { known } from "./read.ts";
import { secretOf } from "./secret-reference.ts";
import { type StackResource, types } from "./stack.ts";
import { secretUses } from "./workload.ts";

/** Types whose values others are made from, or must follow. Whole modules, so that a new type of one is not forgotten. */
const reliedOn = [
	/^gcp:(?:cloudrun|cloudrunv2|compute|redis|secretmanager|serviceaccount|servicenetworking|sql|storage)\//,
	// Grants, of any API.
	/(?:IAM|Iam)(?:Member|Binding|Policy)$/,
	/^random:/,
	/^pulumi:providers:/,
];

export function isReliedOn({ type }: StackResource): boolean {
	return reliedOn.some((each) => each.test(type));
}

type Allowed = {
	types: readonly string[];
	paths: readonly string[];
	reason: string;
	/** @default always */
	only?: (resource: StackResource, evidence: Evidence) => boolean;
};

const allowed: readonly Allowed[] = [
	{
		types: [types.password],
		paths: ["length", "lower", "upper", "overrideSpecial"],
		reason:
			"An edit of the form must not change a value that is in use; generated-strength judges the form all the same.",
	},
	{
		types: [
			types.databaseInstance,
			types.redis,
			"gcp:compute/globalAddress:GlobalAddress",
			"gcp:compute/network:Network",
			"gcp:compute/subnetwork:Subnetwork",
		],
		paths: ["name"],
		reason:
			"The program gives no name; one that was imported keeps its own. Users of the name read it from the resource.",
	},
	{
		types: [
			"gcp:compute/globalAddress:GlobalAddress",
			"gcp:compute/network:Network",
			"gcp:compute/subnetwork:Subnetwork",
		],
		paths: ["description"],
		reason:
			"It can't be changed in place, and one that was imported does no harm; nothing is made from it.",
	},
	{
		types: [types.service, types.job],
		paths: ["annotations", "client", "clientVersion"],
		reason:
			"gcloud and the console write them with every change; nothing is made from them.",
	},
	{
		types: [types.secretVersion],
		paths: ["secretData"],
		reason:
			"A secret that left the contract keeps the value that an older revision may still bind.",
		only: isRetired,
	},
];

/** True if the list has the path for the resource. */
export function mayIgnore(
	path: string,
	resource: StackResource,
	evidence: Evidence,
): boolean {
	return allowed.some(
		({ types, paths, only }) =>
			types.includes(resource.type) &&
			paths.some((each) => isWithin(path, each)) &&
			(only?.(resource, evidence) ?? true),
	);
}

/** True for a version of a secret that the contract does not have and no workload of the stack binds. */
function isRetired(
	version: StackResource,
	{ stack, expected, workloads }: Evidence,
): boolean {
	const secretId = known(secretOf(stack, version, "secret"))?.secretId;
	return (
		secretId !== undefined &&
		!expected.secrets.has(secretId) &&
		!workloads.flatMap(secretUses).some((use) => use.secretId === secretId)
	);
}
