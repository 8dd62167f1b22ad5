/** Cloud SQL for PostgreSQL: the instance, the database, and two logins of which one is live and the other idle. */
import { Database as SqlDatabase } from "@pulumi/gcp/sql/database.js";
import { DatabaseInstance } from "@pulumi/gcp/sql/databaseInstance.js";
import { getCaCertsOutput } from "@pulumi/gcp/sql/getCaCerts.js";
import { User } from "@pulumi/gcp/sql/user.js";
import * as pulumi from "@pulumi/pulumi";
import { databaseUserIn, type Slot, slots } from "../contract/names.ts";
import type { PostgresSizing } from "../contract/stores.ts";
import type { PasswordKeepers } from "../plan/login-record.ts";
import type { Rotation } from "../plan/rotation.ts";
import { generatedHex } from "./generated.ts";
import { keptName } from "./kept-name.ts";
import type { Network } from "./network.ts";
import { pemOf } from "./pem.ts";

export type DatabaseArgs = {
	/** The database's name. */
	database: string;
	region: string;
	network: Network;
	sizing: PostgresSizing;
	rotation: Rotation;
	/** Refuses deletion and replacement. */
	protect: boolean;
};

/** One of the two logins. Its outputs exist only once the database knows the password. */
export type Login = {
	user: pulumi.Output<string>;
	password: pulumi.Output<string>;
};

/** A PostgreSQL 17 instance that is reached over the private network or Cloud SQL's socket, encrypted either way. */
export class Database extends pulumi.ComponentResource {
	/** `project:region:instance`, the name of the socket's folder. */
	readonly connectionName: pulumi.Output<string>;
	/** The address in the network. It speaks TLS. */
	readonly host: pulumi.Output<string>;
	/** The instance's name. */
	readonly instanceName: pulumi.Output<string>;
	readonly databaseName: pulumi.Output<string>;
	/** The login that new revisions use. */
	readonly login: Login;
	/** Both logins; preflight gives each the other's objects, so it comes after both. */
	readonly users: User[];

	constructor(
		name: string,
		args: DatabaseArgs,
		opts?: pulumi.ComponentResourceOptions,
	) {
		super("netra-platform:index:Database", name, {}, opts);

		const instance = this.createInstance(name, args);
		const database = new SqlDatabase(
			`${name}-database`,
			{ instance: instance.name, name: args.database },
			{ parent: this, protect: args.protect },
		);
		const users = Object.fromEntries(
			slots.map((slot) => [
				slot,
				this.createUser(
					`${name}-user-${slot}`,
					databaseUserIn(args.database, slot),
					instance,
					args.rotation.keepers[slot],
					// Who waits for a login waits for what it logs in to, also where it takes the database's name from elsewhere.
					[database],
				),
			]),
		) as Record<Slot, User>;
		const target = users[args.rotation.target];

		this.connectionName = instance.connectionName;
		this.host = instance.privateIpAddress;
		this.instanceName = instance.name;
		this.databaseName = database.name;
		this.login = {
			user: target.name,
			// From the user, not from the generator: a secret made of it is then written after the login changed.
			password: target.password.apply((password) => password as string),
		};
		this.users = Object.values(users);
		this.registerOutputs({
			connectionName: this.connectionName,
			databaseName: this.databaseName,
		});
	}

	/**
	 * Every authority that the server's certificate may be signed with, PEM: during a rotation of authorities there are two.
	 * The instance itself tells the active one alone (`serverCaCerts`), which is too late for who has to trust the next.
	 */
	authorities(): pulumi.Output<string> {
		const { certs } = getCaCertsOutput(
			{ instance: this.instanceName },
			{ parent: this },
		);
		// What a function answers does not tell of its own that it comes from the instance.
		return pulumi
			.all([pemOf(certs), this.instanceName])
			.apply(([certificates]) => certificates);
	}

	private createInstance(name: string, args: DatabaseArgs): DatabaseInstance {
		const { sizing } = args;
		return new DatabaseInstance(
			`${name}-instance`,
			{
				region: args.region,
				databaseVersion: "POSTGRES_17",
				deletionProtection: args.protect,
				settings: {
					tier: sizing.tier,
					// The API's default for 16 and later, ENTERPRISE_PLUS, has none of the contract's tiers.
					edition: "ENTERPRISE",
					availabilityType: sizing.availability,
					diskType: "PD_SSD",
					diskSize: sizing.diskGb,
					diskAutoresize: true,
					diskAutoresizeLimit: sizing.diskLimitGb,
					deletionProtectionEnabled: args.protect,
					ipConfiguration: {
						ipv4Enabled: false,
						privateNetwork: args.network.id,
						sslMode: "ENCRYPTED_ONLY",
						serverCaMode: "GOOGLE_MANAGED_INTERNAL_CA",
					},
					backupConfiguration: {
						enabled: true,
						backupRetentionSettings: { retainedBackups: sizing.backups },
						pointInTimeRecoveryEnabled: true,
						transactionLogRetentionDays: sizing.recoveryDays,
					},
					databaseFlags: [
						{ name: "max_connections", value: String(sizing.maxConnections) },
					],
				},
			},
			{
				parent: this,
				protect: args.protect,
				dependsOn: [args.network.privateServices],
				ignoreChanges: keptName,
			},
		);
	}

	private createUser(
		name: string,
		login: string,
		instance: DatabaseInstance,
		keepers: PasswordKeepers,
		dependsOn: pulumi.Resource[],
	): User {
		const password = generatedHex(`${name}-password`, 64, keepers, {
			parent: this,
		});
		return new User(
			name,
			{
				instance: instance.name,
				name: login,
				password,
				// PostgreSQL cannot drop a login that owns objects or granted a membership.
				deletionPolicy: "ABANDON",
			},
			{ parent: this, dependsOn },
		);
	}
}
