/** The private network that services reach their data stores through. */
import { GlobalAddress } from "@pulumi/gcp/compute/globalAddress.js";
import { Network as VpcNetwork } from "@pulumi/gcp/compute/network.js";
import { Subnetwork } from "@pulumi/gcp/compute/subnetwork.js";
import { Connection } from "@pulumi/gcp/servicenetworking/connection.js";
import * as pulumi from "@pulumi/pulumi";
import { keptName } from "./kept-name.ts";

export type NetworkArgs = {
	region: string;
	/** Addresses for Cloud Run instances (direct VPC egress takes about two an instance). */
	subnetRange: string;
	/** Addresses for Cloud SQL and Memorystore, which live in Google's own network. */
	privateServicesRange: string;
	/** Refuses deletion and replacement. */
	protect: boolean;
};

/** One VPC, one subnet, and the peering to Google's managed services. */
export class Network extends pulumi.ComponentResource {
	readonly id: pulumi.Output<string>;
	readonly subnetId: pulumi.Output<string>;
	/** Data stores with private addresses can be made only after it. */
	readonly privateServices: Connection;

	constructor(
		name: string,
		args: NetworkArgs,
		opts?: pulumi.ComponentResourceOptions,
	) {
		super("netra-platform:index:Network", name, {}, opts);
		const kept = { parent: this, protect: args.protect };
		// A description can't be changed in place, and one that was imported does no harm.
		const named = { ...kept, ignoreChanges: [...keptName, "description"] };

		const vpc = new VpcNetwork(
			`${name}-vpc`,
			{ autoCreateSubnetworks: false },
			named,
		);
		const subnet = new Subnetwork(
			`${name}-subnet`,
			{
				network: vpc.id,
				region: args.region,
				ipCidrRange: args.subnetRange,
				privateIpGoogleAccess: true,
			},
			named,
		);
		const [address, prefix] = args.privateServicesRange.split("/");
		const range = new GlobalAddress(
			`${name}-private-services`,
			{
				network: vpc.id,
				purpose: "VPC_PEERING",
				addressType: "INTERNAL",
				address,
				prefixLength: Number(prefix),
			},
			named,
		);
		this.privateServices = new Connection(
			`${name}-private-services`,
			{
				network: vpc.id,
				service: "servicenetworking.googleapis.com",
				reservedPeeringRanges: [range.name],
			},
			kept,
		);

		this.id = vpc.id;
		this.subnetId = subnet.id;
		this.registerOutputs({ id: this.id, subnetId: this.subnetId });
	}
}
