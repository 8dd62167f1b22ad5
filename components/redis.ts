/** Memorystore for Redis, with AUTH and TLS. */
import { Instance } from "@pulumi/gcp/redis/instance.js";
import * as pulumi from "@pulumi/pulumi";
import type { RedisSizing } from "../contract/stores.ts";
import { keptName } from "./kept-name.ts";
import type { Network } from "./network.ts";
import { pemOf } from "./pem.ts";

export type RedisArgs = {
	region: string;
	network: Network;
	sizing: RedisSizing;
	/** Refuses deletion and replacement. */
	protect: boolean;
};

/** A Redis instance that takes only encrypted, authenticated connections from the private network. */
export class Redis extends pulumi.ComponentResource {
	readonly host: pulumi.Output<string>;
	/** 6378: Memorystore's TLS port. */
	readonly port: pulumi.Output<number>;
	/** Secret. */
	readonly password: pulumi.Output<string>;
	/** Every certificate that the server's may be signed with, PEM; more than one while Google rotates them. */
	readonly caCertificates: pulumi.Output<string>;

	constructor(
		name: string,
		args: RedisArgs,
		opts?: pulumi.ComponentResourceOptions,
	) {
		super("netra-platform:index:Redis", name, {}, opts);

		const instance = new Instance(
			`${name}-instance`,
			{
				region: args.region,
				tier: args.sizing.tier,
				memorySizeGb: args.sizing.memoryGb,
				redisVersion: "REDIS_7_2",
				authEnabled: true,
				transitEncryptionMode: "SERVER_AUTHENTICATION",
				connectMode: "PRIVATE_SERVICE_ACCESS",
				authorizedNetwork: args.network.id,
				deletionProtection: args.protect,
			},
			{
				parent: this,
				protect: args.protect,
				dependsOn: [args.network.privateServices],
				ignoreChanges: keptName,
			},
		);

		this.host = instance.host;
		this.port = instance.port;
		this.password = instance.authString;
		this.caCertificates = pemOf(instance.serverCaCerts);
		this.registerOutputs({ host: this.host, port: this.port });
	}
}
