/**
 * Inputs that the provider can't change in place: another value makes it delete the resource and create another one. A
 * test compares this list with the facts about the provider and with what the program declares.
 */
import { valueIn } from "../contract/environments.ts";
import {
	bucketNameIn,
	databaseUserIn,
	secretIdIn,
	serviceAccountIdIn,
	serviceNameIn,
	slots,
} from "../contract/names.ts";
import { type NamedStore, storesOfKind } from "../contract/needs.ts";
import type { Platform } from "../contract/schema.ts";
import type { StackConfig } from "../contract/stack-config.ts";
import { contains, nextLarger } from "./ranges.ts";
import { type Recorded, recordedText, types } from "./recorded.ts";

type Properties = Recorded["properties"];

/** One input of one resource. */
export type FixedInput = {
	type: string;
	/** The resource's name in the program. */
	name: string;
	/** What a message calls the resource. */
	what: string;
	field: string;
	/** What the program declares, as text. */
	declared: string;
	/** The state's value as text; undefined where the state has none. */
	read: (properties: Properties) => string | undefined;
	/** True for a change that the provider makes in place after all. */
	inPlace?: (was: string, declared: string) => boolean;
	/** A revision can bind it, so that its replacement is refused wherever data is protected or not. */
	bound: boolean;
	/** What is lost with the resource. */
	lost: string;
	/** How to go on without the replacement. */
	fix: string;
};

/** Every such input that the program declares. */
export function fixedInputs(
	platform: Platform,
	config: StackConfig,
	recorded: readonly Recorded[],
): FixedInput[] {
	return [
		...networkInputs(platform, config, recorded),
		...storesOfKind(platform, "postgres").flatMap((each) =>
			databaseInputs(each, config, recorded),
		),
		...storesOfKind(platform, "redis").flatMap((each) =>
			redisInputs(each, config, recorded),
		),
		...storesOfKind(platform, "bucket").flatMap(({ name }) =>
			bucketInputs(platform, name, config, recorded),
		),
		...boundInputs(platform, config, recorded),
	];
}

/** What the rows of one resource have in common. */
type Subject = Pick<FixedInput, "type" | "name" | "what" | "lost" | "bound">;

function row(
	subject: Subject,
	field: string,
	declared: string | number | boolean,
	fix: string,
	more: Partial<FixedInput> = {},
): FixedInput {
	return {
		...subject,
		field,
		declared: String(declared),
		fix,
		read: (properties) => textOf(properties[field]),
		...more,
	};
}

const textOf = (value: unknown) =>
	value === undefined || value === null || value === ""
		? undefined
		: String(value);

/** The contract's fields are named as a person finds them there. */
const putBack = (path: string, value: string) =>
	`put ${path} back to ${value} in contract/platform.ts`;

/** A constant of the program, which no contract says. */
const takeAlong = "take it over as it is, or leave it out of the import";

const regionFix = ({ environment }: StackConfig, recorded: string) =>
	`pulumi config set gcp:region ${recorded} -s ${environment}`;

function networkInputs(
	{ network }: Platform,
	config: StackConfig,
	recorded: readonly Recorded[],
): FixedInput[] {
	const vpc: Subject = {
		type: types.network,
		name: "network-vpc",
		what: "network network-vpc",
		lost: "the way of every instance to its data stores",
		bound: false,
	};
	const subnet: Subject = {
		...vpc,
		type: types.subnetwork,
		name: "network-subnet",
		what: "subnetwork network-subnet",
		lost: "the addresses of every running instance",
	};
	const range: Subject = {
		...vpc,
		type: types.privateRange,
		name: "network-private-services",
		what: "address range network-private-services",
		lost: "the addresses of database and Redis",
	};
	const connection: Subject = {
		...range,
		type: types.connection,
		what: "peering network-private-services",
	};
	const was = readingOf(recorded);
	const [address = "", prefixLength = ""] =
		network.privateServicesRange.split("/");
	const oldSubnet = was(subnet, "ipCidrRange");
	const oldRange = `${was(range, "address")}/${was(range, "prefixLength")}`;
	const rangeFix = `${putBack("network.privateServicesRange", oldRange)}; it can't change while something lives in it`;
	return [
		row(vpc, "autoCreateSubnetworks", false, takeAlong),
		row(
			subnet,
			"ipCidrRange",
			network.subnetRange,
			`${putBack("network.subnetRange", oldSubnet)}; it can grow in place, to a range around it such as ${oldSubnet === "" ? "" : nextLarger(oldSubnet)}`,
			{ inPlace: (was, declared) => contains(declared, was) },
		),
		row(
			subnet,
			"region",
			config.region,
			regionFix(config, was(subnet, "region")),
		),
		row(range, "address", address, rangeFix),
		row(range, "prefixLength", prefixLength, rangeFix),
		row(range, "purpose", "VPC_PEERING", takeAlong),
		row(range, "addressType", "INTERNAL", takeAlong),
		row(connection, "service", "servicenetworking.googleapis.com", takeAlong),
		...[subnet, range, connection].map((subject) =>
			inNetwork(subject, "network", recorded),
		),
	];
}

function databaseInputs(
	{ name, store }: NamedStore<"postgres">,
	config: StackConfig,
	recorded: readonly Recorded[],
): FixedInput[] {
	const instance: Subject = {
		type: types.databaseInstance,
		name: `${name}-instance`,
		what: `database instance ${name}-instance`,
		lost: "every table, with the instance's backups",
		bound: false,
	};
	const database: Subject = {
		...instance,
		type: types.database,
		name: `${name}-database`,
		what: `database ${name}-database`,
		lost: "every table",
	};
	const was = readingOf(recorded);
	const nameFix = putBack(`stores.${name}.database`, was(database, "name"));
	return [
		row(
			instance,
			"region",
			config.region,
			regionFix(config, was(instance, "region")),
		),
		row(database, "name", store.database, nameFix),
		...slots.map((slot) =>
			row(
				{
					...instance,
					type: types.user,
					name: `${name}-user-${slot}`,
					what: `login ${name}-user-${slot}`,
					lost: "the login that revisions use",
				},
				"name",
				databaseUserIn(store.database, slot),
				nameFix,
			),
		),
	];
}

function redisInputs(
	{ name, store }: NamedStore<"redis">,
	config: StackConfig,
	recorded: readonly Recorded[],
): FixedInput[] {
	const { environment } = config;
	const instance: Subject = {
		type: types.redis,
		name: `${name}-instance`,
		what: `Redis ${name}-instance`,
		lost: "all that it holds, with its address and its password",
		bound: false,
	};
	const was = readingOf(recorded);
	const region = was(instance, "region");
	return [
		row(instance, "region", config.region, regionFix(config, region)),
		row(
			instance,
			"tier",
			valueIn(store.sizing, environment).tier,
			putBack(
				`stores.${name}.sizing.${environment}.tier`,
				was(instance, "tier"),
			),
		),
		row(instance, "transitEncryptionMode", "SERVER_AUTHENTICATION", takeAlong),
		row(instance, "connectMode", "PRIVATE_SERVICE_ACCESS", takeAlong),
		inNetwork(instance, "authorizedNetwork", recorded),
	];
}

function bucketInputs(
	platform: Platform,
	name: string,
	config: StackConfig,
	recorded: readonly Recorded[],
): FixedInput[] {
	const { environment } = config;
	const bucket: Subject = {
		type: types.bucket,
		name: `${name}-bucket`,
		what: `bucket ${name}-bucket`,
		lost: "every object",
		bound: false,
	};
	const location = readingOf(recorded)(bucket, "location").toLowerCase();
	return [
		row(
			bucket,
			"name",
			bucketNameIn(platform, name, environment),
			"put the platform's name and the environment's project back in contract/platform.ts",
		),
		row(bucket, "location", config.region, regionFix(config, location), {
			// The API writes it in capitals.
			read: (properties) => textOf(properties.location)?.toLowerCase(),
		}),
	];
}

/** What a revision binds, and the services themselves. */
function boundInputs(
	platform: Platform,
	config: StackConfig,
	recorded: readonly Recorded[],
): FixedInput[] {
	const { environment } = config;
	const was = readingOf(recorded);
	const services = Object.keys(platform.services).flatMap((service) => {
		const account: Subject = {
			type: types.account,
			name: service,
			what: `account of ${service}`,
			lost: "the account that its revisions run as",
			bound: true,
		};
		const running: Subject = {
			...account,
			type: types.service,
			what: `service ${service}`,
			lost: "its revisions and its address",
		};
		const accountId = was(account, "accountId");
		const nameFix = putBack("name", accountId.slice(0, -service.length - 1));
		return [
			row(account, "accountId", serviceAccountIdIn(platform, service), nameFix),
			row(
				running,
				"name",
				serviceNameIn(platform, service, environment),
				nameFix,
			),
			row(
				running,
				"location",
				config.region,
				regionFix(config, was(running, "location")),
			),
		];
	});
	// What else can't change in them is where they are kept: plan/replication.ts.
	const secrets = platform.secrets.map(({ id }) => {
		const secret: Subject = {
			type: types.secret,
			name: id,
			what: `secret ${id}`,
			lost: "every version that a revision can bind",
			bound: true,
		};
		return row(secret, "secretId", secretIdIn(id, environment), takeAlong);
	});
	return [...services, ...secrets];
}

/** The state's value of a field as text; empty where there is none. */
const readingOf =
	(recorded: readonly Recorded[]) =>
	({ type, name }: Pick<Subject, "type" | "name">, field: string): string => {
		const found = recorded.find(
			(each) => each.type === type && each.name === name,
		);
		return textOf(found?.properties[field]) ?? "";
	};

/** The network of the stack, which is recorded with or without the API's address in front. */
function inNetwork(
	subject: Subject,
	field: string,
	recorded: readonly Recorded[],
): FixedInput {
	const vpc = recorded.find(({ type }) => type === types.network);
	const declared = vpc && pathOf(recordedText(vpc, "selfLink"));
	return row(subject, field, declared ?? "", takeAlong, {
		read: (properties) =>
			declared === undefined
				? declared
				: pathOf(String(properties[field] ?? "")) || undefined,
	});
}

const pathOf = (link: string) =>
	link.slice(Math.max(link.indexOf("projects/"), 0));
