/** The account that a service runs as. */
import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import * as pulumi from "@pulumi/pulumi";
import { projectRoleName } from "../plan/retention.ts";

export type ServiceIdentityArgs = {
	accountId: string;
	project: string;
	/** Granted on the project; secrets are granted one by one. */
	roles: string[];
};

/** A service account with its roles; it has no key, since Cloud Run runs the service as the account. */
export class ServiceIdentity extends pulumi.ComponentResource {
	readonly email: pulumi.Output<string>;
	/** The account as IAM writes it. */
	readonly member: pulumi.Output<string>;
	readonly roles: IAMMember[];

	constructor(
		name: string,
		args: ServiceIdentityArgs,
		opts?: pulumi.ComponentResourceOptions,
	) {
		super("netra-platform:index:ServiceIdentity", name, {}, opts);

		const account = new Account(
			name,
			{ accountId: args.accountId, displayName: `Runs the service ${name}` },
			{ parent: this },
		);

		this.email = account.email;
		this.member = account.member;
		this.roles = args.roles.map(
			(role) =>
				new IAMMember(
					projectRoleName(name, role),
					{ project: args.project, role, member: account.member },
					{ parent: this },
				),
		);
		this.registerOutputs({ email: this.email });
	}
}
