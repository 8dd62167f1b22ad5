/** What the stack's state says of resources: what the engine will compare the program with. */

/** Type tokens of the resources whose records are read. */
export const types = {
	account: "gcp:serviceaccount/account:Account",
	bucket: "gcp:storage/bucket:Bucket",
	bucketGrant: "gcp:storage/bucketIAMMember:BucketIAMMember",
	connection: "gcp:servicenetworking/connection:Connection",
	database: "gcp:sql/database:Database",
	databaseInstance: "gcp:sql/databaseInstance:DatabaseInstance",
	generator: "random:index/randomPassword:RandomPassword",
	grant: "gcp:secretmanager/secretIamMember:SecretIamMember",
	job: "gcp:cloudrunv2/job:Job",
	network: "gcp:compute/network:Network",
	privateRange: "gcp:compute/globalAddress:GlobalAddress",
	projectRole: "gcp:projects/iAMMember:IAMMember",
	redis: "gcp:redis/instance:Instance",
	secret: "gcp:secretmanager/secret:Secret",
	secretVersion: "gcp:secretmanager/secretVersion:SecretVersion",
	service: "gcp:cloudrunv2/service:Service",
	subnetwork: "gcp:compute/subnetwork:Subnetwork",
	user: "gcp:sql/user:User",
} as const;

/** What is read of each type; the rest of the state, which holds every secret's value, goes no further. */
const read: Record<string, readonly string[]> = {
	[types.account]: ["accountId", "displayName"],
	[types.bucket]: ["name", "location"],
	[types.bucketGrant]: ["bucket", "role", "member"],
	[types.connection]: ["network", "service"],
	[types.database]: ["name", "instance"],
	[types.databaseInstance]: ["name", "region"],
	[types.generator]: ["keepers", "length"],
	[types.grant]: ["secretId", "role", "member"],
	[types.job]: ["name", "location"],
	[types.network]: ["selfLink", "autoCreateSubnetworks"],
	[types.privateRange]: [
		"network",
		"address",
		"prefixLength",
		"purpose",
		"addressType",
	],
	[types.projectRole]: ["project", "role", "member"],
	[types.redis]: [
		"region",
		"tier",
		"transitEncryptionMode",
		"connectMode",
		"authorizedNetwork",
	],
	[types.secret]: ["secretId", "replication"],
	[types.secretVersion]: ["secret", "version"],
	[types.service]: ["name", "location"],
	[types.subnetwork]: ["network", "region", "ipCidrRange"],
	[types.user]: ["name", "instance"],
};

/** A resource of the state. */
export type Recorded = {
	urn: string;
	type: string;
	/** Its name in the program. */
	name: string;
	/** The type of the component that it belongs to; empty for a resource of the stack's own. */
	component: string;
	properties: Readonly<Record<string, unknown>>;
};

/** The resources whose records are read, each with what is read of it. */
export function recordedIn(
	resources: Readonly<
		Record<string, { outputs?: Readonly<Record<string, unknown>> | undefined }>
	>,
): Recorded[] {
	return Object.entries(resources).flatMap(([urn, { outputs = {} }]) => {
		const { type, name, component } = partsOf(urn);
		const keys = read[type];
		return keys === undefined
			? []
			: [
					{
						urn,
						type,
						name,
						component,
						properties: Object.fromEntries(
							keys.flatMap((key) =>
								key in outputs ? [[key, outputs[key]]] : [],
							),
						),
					},
				];
	});
}

/** `urn:pulumi:<stack>::<project>::<component>$…$<type>::<name>`; a name may hold `::` itself. */
function partsOf(urn: string): Pick<Recorded, "type" | "name" | "component"> {
	const [, , chain = "", ...name] = urn.split("::");
	const [type = "", component = ""] = chain.split("$").reverse();
	return { type, name: name.join("::"), component };
}

/** A text among a resource's properties; empty where there is none. */
export function recordedText(
	{ properties }: Pick<Recorded, "properties">,
	key: string,
): string {
	const value = properties[key];
	return typeof value === "string" ? value : "";
}
