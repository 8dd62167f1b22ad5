/** Names that are made up for resources whose program gives none. */
import { randomBytes } from "node:crypto";
import type { PropertyFacts } from "./facts.ts";

/** How many random hex digits follow the resource's name. */
const RANDOM_DIGITS = 7;

/** A made-up name, or why there can be none. */
export function autoName(
	resource: string,
	rule: NonNullable<PropertyFacts["autoName"]>,
): { name: string } | { error: string } {
	const prefix = rule.lowercase ? resource.toLowerCase() : resource;
	if (prefix.length + 1 + RANDOM_DIGITS > rule.maxLength)
		return {
			error: `failed to generate auto-name: name '${prefix}-' plus ${RANDOM_DIGITS} random chars is longer than maximum length ${rule.maxLength}`,
		};
	const digits = randomBytes(4).toString("hex").slice(0, RANDOM_DIGITS);
	return { name: `${prefix}-${digits}` };
}

const compute = "[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?";

/** The names that each type's API accepts, by the property that holds the name. From the provider's validators and the API's documentation. */
const patterns: Readonly<
	Record<string, readonly [property: string, pattern: string]>
> = {
	"gcp:artifactregistry/repository:Repository": [
		"repositoryId",
		"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?",
	],
	"gcp:cloudrunv2/job:Job": ["name", compute],
	"gcp:cloudrunv2/service:Service": [
		"name",
		"[a-z](?:[-a-z0-9]{0,47}[a-z0-9])?",
	],
	"gcp:cloudscheduler/job:Job": ["name", "[a-zA-Z0-9_-]{1,500}"],
	"gcp:compute/backendService:BackendService": ["name", compute],
	"gcp:compute/globalAddress:GlobalAddress": ["name", compute],
	"gcp:compute/globalForwardingRule:GlobalForwardingRule": ["name", compute],
	"gcp:compute/managedSslCertificate:ManagedSslCertificate": ["name", compute],
	"gcp:compute/network:Network": ["name", compute],
	"gcp:compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup": [
		"name",
		compute,
	],
	"gcp:compute/securityPolicy:SecurityPolicy": ["name", compute],
	"gcp:compute/subnetwork:Subnetwork": ["name", compute],
	"gcp:compute/targetHttpsProxy:TargetHttpsProxy": ["name", compute],
	"gcp:compute/uRLMap:URLMap": ["name", compute],
	"gcp:iam/workloadIdentityPool:WorkloadIdentityPool": [
		"workloadIdentityPoolId",
		"[0-9a-z-]{4,32}",
	],
	"gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": [
		"workloadIdentityPoolProviderId",
		"[0-9a-z-]{4,32}",
	],
	"gcp:kms/cryptoKey:CryptoKey": ["name", "[a-zA-Z0-9_-]{1,63}"],
	"gcp:kms/keyRing:KeyRing": ["name", "[a-zA-Z0-9_-]{1,63}"],
	"gcp:pubsub/subscription:Subscription": [
		"name",
		"(?!goog)[a-zA-Z][-a-zA-Z0-9._~+%]{2,254}",
	],
	"gcp:pubsub/topic:Topic": [
		"name",
		"(?!goog)[a-zA-Z][-a-zA-Z0-9._~+%]{2,254}",
	],
	"gcp:redis/instance:Instance": ["name", "[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?"],
	"gcp:secretmanager/secret:Secret": ["secretId", "[a-zA-Z0-9_-]{1,255}"],
	"gcp:serviceaccount/account:Account": [
		"accountId",
		"[a-z](?:[-a-z0-9]{4,28}[a-z0-9])",
	],
	"gcp:sql/databaseInstance:DatabaseInstance": [
		"name",
		"[a-z](?:[-a-z0-9]{0,96}[a-z0-9])?",
	],
	"gcp:storage/bucket:Bucket": [
		"name",
		"[a-z0-9](?:[-_.a-z0-9]{1,220}[a-z0-9])",
	],
	"gcp:vpcaccess/connector:Connector": [
		"name",
		"[a-z](?:[-a-z0-9]{0,23}[a-z0-9])",
	],
};

/** The property that holds the type's name and what is wrong with the name given, or undefined. */
export function badName(
	token: string,
	given: (property: string) => unknown,
): { property: string; reason: string } | undefined {
	const [property, pattern] = patterns[token] ?? [];
	if (property === undefined) return undefined;
	const name = given(property);
	if (typeof name !== "string" || new RegExp(`^(?:${pattern})$`).test(name))
		return undefined;
	return {
		property,
		reason: `invalid value for ${property}: "${name}" does not match "^${pattern}$"`,
	};
}
