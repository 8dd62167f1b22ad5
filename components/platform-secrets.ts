/** Every secret of an environment, each made of the resource that its value comes from. */
import * as pulumi from "@pulumi/pulumi";
import { secretsIn, secretsReadBy } from "../contract/bindings.ts";
import { UserError } from "../contract/errors.ts";
import { generatorOf, keyEpochOf } from "../contract/generators.ts";
import { keptVersion } from "../contract/kept-version.ts";
import { encodedKey } from "../contract/keys.ts";
import { secretIdIn } from "../contract/names.ts";
import { own } from "../contract/own-keys.ts";
import { replicationIn } from "../contract/replication.ts";
import type { Platform, SecretContract } from "../contract/schema.ts";
import {
	type GeneratedSource,
	hexDigitsOf,
	isStoreSource,
	storePart,
	type TemplateSource,
} from "../contract/sources.ts";
import type { StackConfig } from "../contract/stack-config.ts";
import {
	filled,
	isFilePart,
	partNames,
	TemplateError,
} from "../contract/templates.ts";
import { type Recorded, types } from "../plan/recorded.ts";
import { components } from "../plan/retention.ts";
import type { Bucket } from "./bucket.ts";
import type { Database } from "./database.ts";
import { generatedHex } from "./generated.ts";
import type { Redis } from "./redis.ts";
import { ExistingSecret, ManagedSecret, type Reader } from "./secret.ts";
import type { ServiceIdentity } from "./service-identity.ts";
import { storeValue } from "./store-values.ts";

export type PlatformSecretsArgs = {
	platform: Platform;
	config: StackConfig;
	/** The data stores that this stack makes, by their names in the contract. */
	databases: ReadonlyMap<string, Database>;
	redis: ReadonlyMap<string, Redis>;
	buckets: ReadonlyMap<string, Bucket>;
	identities: ReadonlyMap<string, ServiceIdentity>;
	/** The values of parts of others that this stack does not make, by the secret's id. */
	keptValues: ReadonlyMap<string, pulumi.Output<string>>;
	/** What the state holds. */
	recorded: readonly Recorded[];
};

/** The secrets by their id in the contract, for services to bind. */
export class PlatformSecrets extends pulumi.ComponentResource {
	readonly byId: ReadonlyMap<string, ManagedSecret | ExistingSecret>;
	private readonly made = new Map<string, pulumi.Input<string>>();

	constructor(
		name: string,
		args: PlatformSecretsArgs,
		opts?: pulumi.ComponentResourceOptions,
	) {
		super("netra-platform:index:PlatformSecrets", name, {}, opts);
		this.byId = new Map(
			secretsIn(args.platform, args.config.environment).map((secret) => [
				secret.id,
				this.createSecret(args, secret),
			]),
		);
		this.registerOutputs({});
	}

	private createSecret(
		args: PlatformSecretsArgs,
		secret: SecretContract,
	): ManagedSecret | ExistingSecret {
		const { config } = args;
		const secretId = secretIdIn(secret.id, config.environment);
		const version = keptVersion(config, secret.id);
		const readers = readersOf(
			args,
			secret.id,
			version === undefined
				? components.managedSecret
				: components.existingSecret,
		);
		if (version !== undefined) {
			return new ExistingSecret(
				secret.id,
				{ secretId, project: config.project, version, readers },
				{ parent: this },
			);
		}
		return new ManagedSecret(
			secret.id,
			{
				secretId,
				labels: {
					environment: config.environment,
					...(secret.category === undefined
						? {}
						: { category: secret.category }),
				},
				replication: replicationIn(args.platform, secret, config.environment),
				data: this.madeValue(args, secret),
				readers,
				protect: config.dataProtection,
			},
			{ parent: this },
		);
	}

	/** Where each kind of value comes from; the only place where one is made. */
	private valueOf(
		args: PlatformSecretsArgs,
		secret: SecretContract,
	): pulumi.Input<string> {
		const { source } = secret;
		if (isStoreSource(source)) {
			return storeValue(args, source);
		}
		switch (source.from) {
			case "template":
				return this.composed(args, secret.id, source);
			case "generated":
				return this.generated(args, secret, source);
			case "constant":
				return source.value;
			case "external":
				return encryptedValue(args.config, secret.id);
		}
	}

	private composed(
		args: PlatformSecretsArgs,
		id: string,
		source: TemplateSource,
	): pulumi.Output<string> {
		const { text } = source;
		const values = Object.fromEntries(
			partNames(text).map((name) => [name, this.partOf(args, source, name)]),
		);
		return pulumi.all(values).apply((parts) => {
			try {
				return filled(text, (name) => parts[name] as string);
			} catch (error) {
				if (!(error instanceof TemplateError)) {
					throw error;
				}
				throw new UserError(
					`[template] the secret '${id}' can't be made: ${error.message}\n  fix: give that part another value, or write the template of contract/platform.ts otherwise`,
				);
			}
		});
	}

	private partOf(
		args: PlatformSecretsArgs,
		source: TemplateSource,
		name: string,
	): pulumi.Input<string> {
		if (isFilePart(name)) {
			return args.config.secretFileRoot + name;
		}
		if (name.includes(".")) {
			return storeValue(args, storePart(source, name));
		}
		const secret = args.platform.secrets.find(({ id }) => id === name);
		if (secret === undefined) {
			throw new Error(`the contract has no secret '${name}'`);
		}
		return args.keptValues.get(name) ?? this.madeValue(args, secret);
	}

	/** The value that this stack makes, made once however many take it. */
	private madeValue(
		args: PlatformSecretsArgs,
		secret: SecretContract,
	): pulumi.Input<string> {
		const value = this.made.get(secret.id) ?? this.valueOf(args, secret);
		this.made.set(secret.id, value);
		return value;
	}

	private generated(
		{ config }: PlatformSecretsArgs,
		secret: SecretContract,
		source: GeneratedSource,
	): pulumi.Output<string> {
		const digits = generatedHex(
			generatorOf(secret),
			hexDigitsOf(source),
			{ epoch: keyEpochOf(config, secret) },
			{
				parent: this,
				protect: config.dataProtection && source.dataDepends === true,
			},
		);
		return digits.apply((hex) => encodedKey(hex, source.encoding));
	}
}

/** The services that read a secret, in the contract's order. */
function readersOf(
	{ platform, config, identities, recorded }: PlatformSecretsArgs,
	id: string,
	component: string,
): Reader[] {
	return [...identities]
		.filter(([service]) =>
			secretsReadBy(platform, service, config.environment).includes(id),
		)
		.map(([service, identity]) => ({
			name: service,
			member: identity.member,
			formerUrn: recorded.find(
				(each) =>
					each.type === types.grant &&
					each.name === `${id}-${service}` &&
					each.component !== component,
			)?.urn,
		}));
}

/** The value of an external secret that the stack's configuration holds, encrypted. */
export function encryptedValue(
	config: StackConfig,
	id: string,
): pulumi.Output<string> {
	const external = own(config.externalSecrets, id);
	if (external === undefined || !("value" in external)) {
		throw new Error(
			`the configuration has no value for the external secret '${id}'`,
		);
	}
	return pulumi.secret(external.value);
}
