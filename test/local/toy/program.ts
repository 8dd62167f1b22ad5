/** The smallest program in which a password flows from its generator to a login, a secret and a service. */
import { Job } from "@pulumi/gcp/cloudrunv2/job.js";
import { Service } from "@pulumi/gcp/cloudrunv2/service.js";
import { Secret } from "@pulumi/gcp/secretmanager/secret.js";
import { SecretIamMember } from "@pulumi/gcp/secretmanager/secretIamMember.js";
import { SecretVersion } from "@pulumi/gcp/secretmanager/secretVersion.js";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import { DatabaseInstance } from "@pulumi/gcp/sql/databaseInstance.js";
import { User } from "@pulumi/gcp/sql/user.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";

const location = "us-central1";

/** Declares the resources as the stack is configured. */
export function deployToy() {
	const config = new pulumi.Config();
	const epoch = config.require("epoch");
	const image = config.require("image");
	const instance = new DatabaseInstance("pg", {
		databaseVersion: "POSTGRES_17",
		region: location,
		deletionProtection: false,
		settings: { tier: "db-g1-small", edition: "ENTERPRISE" },
	});
	const password = new RandomPassword("pg", {
		length: 32,
		special: false,
		keepers: { epoch },
	});
	const user = new User("app", {
		name: "app",
		instance: instance.name,
		password: password.result,
	});
	const account = new Account("web", { accountId: config.require("reader") });
	const secret = new Secret("pg-password", {
		secretId: "pg-password",
		replication: { auto: {} },
	});
	const version = new SecretVersion("pg-password", {
		secret: secret.id,
		// The user's output, so that the login changes before the version is made.
		secretData: user.password.apply((value) => value ?? ""),
		deletionPolicy: "ABANDON",
		enabled: true,
	});
	const grant = new SecretIamMember("web", {
		secretId: secret.secretId,
		role: "roles/secretmanager.secretAccessor",
		member: account.member,
	});
	const template = {
		serviceAccount: account.email,
		containers: [
			{
				image,
				envs: [
					{ name: "USER", value: user.name },
					{
						name: "PASSWORD",
						valueSource: {
							secretKeyRef: {
								secret: secret.secretId,
								version: version.version,
							},
						},
					},
				],
			},
		],
	};
	const check = new Job(
		"check",
		{
			name: "check",
			location,
			deletionProtection: false,
			runExecutionToken: `${image}-${epoch}`,
			template: { template },
		},
		{ dependsOn: grant },
	);
	const web = new Service(
		"web",
		{
			name: "web",
			location,
			deletionProtection: false,
			template: { ...template, revision: `web-${image}-${epoch}` },
		},
		{ dependsOn: check },
	);
	return { ready: web.latestReadyRevision };
}
