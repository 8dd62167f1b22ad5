/** Cloud Storage, for the services that bind it alone. */
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import { Bucket as GcpBucket } from "@pulumi/gcp/storage/bucket.js";
import { BucketIAMMember } from "@pulumi/gcp/storage/bucketIAMMember.js";
import { HmacKey } from "@pulumi/gcp/storage/hmacKey.js";
import * as pulumi from "@pulumi/pulumi";
import { slots } from "../contract/names.ts";
import { bucketUserRole } from "../contract/stores.ts";
import { keepersText } from "../plan/login-record.ts";
import {
	bucketGrantName,
	bucketKeyName,
	components,
} from "../plan/retention.ts";
import type { Rotation } from "../plan/rotation.ts";

export type BucketArgs = {
	/** Nobody else in the world may have it. */
	bucketName: string;
	region: string;
	/** The services that bind it, and their accounts as IAM writes them. */
	users: { service: string; member: pulumi.Input<string> }[];
	/** The account that its keys belong to. @default it has no key */
	keyAccountId: string | undefined;
	/** Its keys take turns as the logins of a database do. */
	rotation: Rotation;
	/** Refuses deletion and replacement, and to empty it for that. */
	protect: boolean;
};

/** A bucket that nobody can open to the public, and keys for it if somebody speaks S3. */
export class Bucket extends pulumi.ComponentResource {
	readonly bucketName: pulumi.Output<string>;
	/** The key that new revisions use. It is an account's of its own, since services use theirs without a key. */
	readonly key: HmacKey | undefined;
	/** By service; whoever uses the bucket waits for its own, and for the key's. */
	readonly grants: ReadonlyMap<string, pulumi.Resource[]>;

	constructor(
		name: string,
		args: BucketArgs,
		opts?: pulumi.ComponentResourceOptions,
	) {
		super(components.bucket, name, {}, opts);

		const bucket = new GcpBucket(
			`${name}-bucket`,
			{
				name: args.bucketName,
				location: args.region,
				uniformBucketLevelAccess: true,
				publicAccessPrevention: "enforced",
				// What was deleted or overwritten can be brought back for a week. Versions would be kept until somebody deletes
				// them, personal data that the application deleted among them.
				softDeletePolicy: { retentionDurationSeconds: 7 * 24 * 60 * 60 },
				versioning: { enabled: false },
				forceDestroy: !args.protect,
			},
			{ parent: this, protect: args.protect },
		);

		this.bucketName = bucket.name;
		const made = this.createKeys(name, args, bucket);
		this.key = made?.key;
		this.grants = new Map(
			args.users.map(({ service, member }) => [
				service,
				[
					this.grant(bucketGrantName(name, service), bucket, member),
					...(made === undefined ? [] : [made.grant]),
				],
			]),
		);
		this.registerOutputs({ bucketName: this.bucketName });
	}

	private createKeys(
		name: string,
		{ keyAccountId, rotation, protect }: BucketArgs,
		bucket: GcpBucket,
	): { key: HmacKey | undefined; grant: BucketIAMMember } | undefined {
		if (keyAccountId === undefined) {
			return undefined;
		}
		const account = new Account(
			bucketKeyName(name),
			{
				accountId: keyAccountId,
				displayName: `Has the keys of bucket ${name}`,
			},
			{ parent: this, protect },
		);
		// A key never gets another secret, so each turn has one of its own. The one whose turn was the last but one goes when
		// everything else is done: the engine deletes at the end of an update, and not after a failure.
		const keys = new Map(
			slots
				.filter((slot) => rotation.keepers[slot].epoch >= 0)
				.map((slot) => [
					slot,
					new HmacKey(
						`${bucketKeyName(name)}-${keepersText(rotation.keepers[slot])}`,
						{ serviceAccountEmail: account.email },
						{ parent: this },
					),
				]),
		);
		return {
			key: keys.get(rotation.target),
			grant: this.grant(bucketKeyName(name), bucket, account.member),
		};
	}

	private grant(
		name: string,
		bucket: GcpBucket,
		member: pulumi.Input<string>,
	): BucketIAMMember {
		return new BucketIAMMember(
			name,
			{ bucket: bucket.name, role: bucketUserRole, member },
			{ parent: this },
		);
	}
}
