/** What the data stores give to those who bind them. */
import * as pulumi from "@pulumi/pulumi";
import {
	clickhouseEndpoint,
	clickhouseNative,
	clickhouseUrl,
	databaseUrl,
	redisUrl,
} from "../contract/connection-strings.ts";
import { own } from "../contract/own-keys.ts";
import type { Platform } from "../contract/schema.ts";
import {
	type StoreSource,
	type StoreUse,
	storeUse,
} from "../contract/sources.ts";
import type { StackConfig } from "../contract/stack-config.ts";
import {
	type DatabaseDriver,
	ports,
	type RedisDriver,
	type StoreOf,
	s3,
} from "../contract/stores.ts";
import type { Bucket } from "./bucket.ts";
import type { Database } from "./database.ts";
import type { Redis } from "./redis.ts";

export type StoreValuesArgs = {
	platform: Platform;
	config: StackConfig;
	/** The data stores that this stack makes, by their names in the contract. */
	databases: ReadonlyMap<string, Database>;
	redis: ReadonlyMap<string, Redis>;
	buckets: ReadonlyMap<string, Bucket>;
	/** The values of parts of others that this stack does not make, by the secret's id. */
	keptValues: ReadonlyMap<string, pulumi.Output<string>>;
};

/** The value that a source takes of a store, made of the resource that knows it. */
export function storeValue(
	args: StoreValuesArgs,
	source: StoreSource,
): pulumi.Input<string> {
	const use = storeUse(args.platform, source);
	switch (use?.store.kind) {
		case "postgres":
			return databaseValue(args, source, use);
		case "redis":
			return redisValue(args, source, use);
		case "clickhouse":
			return clickhouseValue(args, { ...use, store: use.store });
		case "bucket":
			return bucketValue(args, use);
		default:
			return noSuchValue(source);
	}
}

function databaseValue(
	{ databases, config }: StoreValuesArgs,
	source: StoreSource,
	{ name, attribute, via }: StoreUse,
): pulumi.Input<string> {
	const database = made(databases, name);
	const { login, databaseName, connectionName, host } = database;
	const socket = pulumi.interpolate`${config.socketRoot}/${connectionName}`;
	switch (attribute) {
		case "url":
			return pulumi
				.all([
					login.user,
					login.password,
					databaseName,
					via === "tls" ? host : socket,
				])
				.apply(([user, password, database, address]) =>
					databaseUrl(source.driver as DatabaseDriver, {
						user,
						password,
						database,
						via:
							via === "tls"
								? {
										host: address,
										port: ports.postgres,
										caFile: config.secretFileRoot + (source.caFile ?? ""),
									}
								: { socket: address },
					}),
				);
		case "host":
			return via === "tls" ? host : socket;
		case "ca":
			return database.authorities();
		case "port":
			return String(ports.postgres);
		case "name":
			return databaseName;
		case "user":
			return login.user;
		case "password":
			return login.password;
		default:
			return noSuchValue(source);
	}
}

function redisValue(
	{ redis, config }: StoreValuesArgs,
	source: StoreSource,
	{ name, attribute }: StoreUse,
): pulumi.Input<string> {
	const instance = made(redis, name);
	const { host, port, password } = instance;
	switch (attribute) {
		case "url":
			return pulumi
				.all([host, port, password])
				.apply(([host, port, password]) =>
					redisUrl(source.driver as RedisDriver, {
						host,
						port,
						password,
						caFile: config.secretFileRoot + (source.caFile ?? ""),
					}),
				);
		case "host":
			return host;
		case "port":
			return port.apply(String);
		case "password":
			return password;
		case "ca":
			return instance.caCertificates;
		default:
			return noSuchValue(source);
	}
}

function clickhouseValue(
	{ config, keptValues }: StoreValuesArgs,
	{ name, store, attribute }: StoreUse & { store: StoreOf<"clickhouse"> },
): pulumi.Input<string> {
	const address = own(config.stores, name);
	if (address === undefined) {
		throw new Error(`the configuration has no address of the store '${name}'`);
	}
	switch (attribute) {
		case "url":
			return made(keptValues, store.passwordSecret).apply((password) =>
				clickhouseUrl({ ...address, password }),
			);
		case "endpoint":
			return clickhouseEndpoint(address);
		case "native":
			return clickhouseNative(address);
		case "host":
			return address.host;
		case "port":
			return String(address.port);
		case "name":
			return address.database;
		case "user":
			return address.user;
		default:
			return noSuchValue({ from: `${name}.${attribute}` });
	}
}

function bucketValue(
	{ buckets }: StoreValuesArgs,
	{ name, attribute }: StoreUse,
): pulumi.Input<string> {
	const { bucketName, key } = made(buckets, name);
	switch (attribute) {
		case "name":
			return bucketName;
		case "endpoint":
			return s3.endpoint;
		case "region":
			return s3.region;
		case "access-key-id":
			return key?.accessId ?? noSuchValue({ from: `${name}.${attribute}` });
		case "secret-access-key":
			return key?.secret ?? noSuchValue({ from: `${name}.${attribute}` });
		default:
			return noSuchValue({ from: `${name}.${attribute}` });
	}
}

function made<T>(stores: ReadonlyMap<string, T>, name: string): T {
	const found = stores.get(name);
	if (found === undefined) {
		throw new Error(`the stack has no store '${name}'`);
	}
	return found;
}

/** The contract's check lets none of these through. */
function noSuchValue({ from }: Pick<StoreSource, "from">): never {
	throw new Error(`no store has the value '${from}'`);
}
