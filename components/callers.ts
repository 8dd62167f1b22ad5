/** Who may call a service, as Cloud Run and IAM take it. */
import type { ServiceArgs } from "@pulumi/gcp/cloudrunv2/service.js";
import { ServiceIamMember } from "@pulumi/gcp/cloudrunv2/serviceIamMember.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Callers } from "../contract/callers.ts";
import type { ServiceIdentity } from "./service-identity.ts";

export type CallersArgs = {
	/** The service's name in Cloud Run. */
	serviceName: string;
	region: string;
	/** The service is there before this update. */
	exists: boolean;
	callers: Callers;
	/** The account of each service, by the service's name in the contract. */
	identities: ReadonlyMap<string, Pick<ServiceIdentity, "member">>;
};

/**
 * What the service itself says. The switch is written out in both positions, since a refresh takes over from the cloud
 * what a program leaves out.
 * @param hosts the service's own, by which others of the platform call it
 */
export function callerSettings(
	callers: Callers,
	hosts: readonly string[],
): Pick<ServiceArgs, "invokerIamDisabled" | "customAudiences"> {
	return callers.who === "everybody"
		? { invokerIamDisabled: callers.by === "switch" }
		: {
				invokerIamDisabled: false,
				// Cloud Run accepts an identity token only for an address that it knows of the service.
				customAudiences: hosts.map((host) => `https://${host}`),
			};
}

/**
 * Creates a service with the grants by which it is called. One that exists is never closed in between: whoever may call
 * it now is granted that before it changes, and the engine takes away last what is no longer declared.
 */
export function withCallers<T extends pulumi.Resource>(
	name: string,
	args: CallersArgs,
	create: (dependsOn: pulumi.Resource[]) => T,
	opts: pulumi.CustomResourceOptions,
): T {
	if (args.exists) {
		return create(grantCallers(name, args, opts));
	}
	const service = create([]);
	grantCallers(name, args, { ...opts, dependsOn: [service] });
	return service;
}

/** None where Cloud Run asks nobody. */
function grantCallers(
	name: string,
	{ serviceName, region, callers, identities }: CallersArgs,
	opts: pulumi.CustomResourceOptions,
): ServiceIamMember[] {
	return membersOf(callers, identities).map(
		([suffix, member]) =>
			new ServiceIamMember(
				`${name}-${suffix}`,
				{
					name: serviceName,
					location: region,
					role: "roles/run.invoker",
					member,
				},
				opts,
			),
	);
}

function membersOf(
	callers: Callers,
	identities: CallersArgs["identities"],
): [suffix: string, member: pulumi.Input<string>][] {
	if (callers.who === "services") {
		return callers.services.map((service) => [
			`caller-${service}`,
			(identities.get(service) as Pick<ServiceIdentity, "member">).member,
		]);
	}
	return callers.by === "grant" ? [["callers", "allUsers"]] : [];
}
