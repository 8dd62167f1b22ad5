/** Secrets of Secret Manager, as services bind them: the version's number and the grant to read it go together. */
import { Secret as GcpSecret } from "@pulumi/gcp/secretmanager/secret.js";
import { SecretIamMember } from "@pulumi/gcp/secretmanager/secretIamMember.js";
import { SecretVersion } from "@pulumi/gcp/secretmanager/secretVersion.js";
import * as pulumi from "@pulumi/pulumi";
import type { Replication } from "../contract/schema.ts";
import { replicationInputs } from "../plan/replication.ts";

/** Who reads a secret. */
export type Reader = {
	/** A name for the grant. */
	name: string;
	/** The account as IAM writes it. */
	member: pulumi.Input<string>;
	/**
	 * The grant's URN in the state, where it is of a secret of the other kind. Without it the grant would be made again,
	 * and then the old one deleted: in the cloud both are one, so nobody would be left to read the secret.
	 */
	formerUrn?: string | undefined;
};

/** One version of a secret that services can bind. */
export type BoundSecret = {
	/** The id in Secret Manager. */
	secretId: pulumi.Output<string>;
	/** The version's number, never `latest`: Cloud Run reads `latest` whenever an instance starts. */
	version: pulumi.Output<string>;
	/** The grant of each reader, by the reader's name. */
	grants: Record<string, SecretIamMember>;
};

export type ManagedSecretArgs = {
	secretId: string;
	labels: Record<string, string>;
	/** Where the values are kept; another one makes the secret anew. */
	replication: Replication;
	/** The value; an output of the resource that made it. */
	data: pulumi.Input<string>;
	readers: Reader[];
	/** Refuses deletion of the secret, which would take every version with it. */
	protect: boolean;
};

/** A secret whose value this stack makes. A new value is a new version; the ones before stay readable. */
export class ManagedSecret
	extends pulumi.ComponentResource
	implements BoundSecret
{
	readonly secretId: pulumi.Output<string>;
	readonly version: pulumi.Output<string>;
	readonly grants: Record<string, SecretIamMember>;

	constructor(
		name: string,
		args: ManagedSecretArgs,
		opts?: pulumi.ComponentResourceOptions,
	) {
		super("netra-platform:index:ManagedSecret", name, {}, opts);

		const secret = new GcpSecret(
			name,
			{
				secretId: args.secretId,
				labels: args.labels,
				replication: replicationInputs(args.replication),
				deletionProtection: args.protect,
			},
			{ parent: this, protect: args.protect },
		);
		const version = new SecretVersion(
			name,
			{
				secret: secret.id,
				secretData: pulumi.secret(args.data),
				// Written out: a version disabled by hand would otherwise be taken over by a refresh.
				enabled: true,
				// A revision that pins an older version must be able to start again.
				deletionPolicy: "ABANDON",
			},
			{ parent: this },
		);

		this.secretId = secret.secretId;
		this.version = version.version;
		this.grants = grantRead(name, secret.id, args.readers, { parent: this });
		this.registerOutputs({ secretId: this.secretId, version: this.version });
	}
}

export type ExistingSecretArgs = {
	secretId: string;
	project: string;
	version: number;
	readers: Reader[];
};

/** A secret that somebody else keeps; the stack pins one of its versions and grants it to its readers. */
export class ExistingSecret
	extends pulumi.ComponentResource
	implements BoundSecret
{
	readonly secretId: pulumi.Output<string>;
	readonly version: pulumi.Output<string>;
	readonly grants: Record<string, SecretIamMember>;

	constructor(
		name: string,
		args: ExistingSecretArgs,
		opts?: pulumi.ComponentResourceOptions,
	) {
		super("netra-platform:index:ExistingSecret", name, {}, opts);
		this.secretId = pulumi.output(args.secretId);
		this.version = pulumi.output(String(args.version));
		const id = `projects/${args.project}/secrets/${args.secretId}`;
		this.grants = grantRead(name, id, args.readers, { parent: this });
		this.registerOutputs({ secretId: this.secretId, version: this.version });
	}
}

function grantRead(
	name: string,
	secret: pulumi.Input<string>,
	readers: Reader[],
	opts: pulumi.CustomResourceOptions,
): Record<string, SecretIamMember> {
	return Object.fromEntries(
		readers.map((reader) => [
			reader.name,
			new SecretIamMember(
				`${name}-${reader.name}`,
				{
					secretId: secret,
					role: "roles/secretmanager.secretAccessor",
					member: reader.member,
				},
				reader.formerUrn === undefined
					? opts
					: { ...opts, aliases: [reader.formerUrn] },
			),
		]),
	);
}
