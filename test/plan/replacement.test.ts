import { describe, expect, it } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import type { Platform } from "../../contract/schema.ts";
import type { StackConfig } from "../../contract/stack-config.ts";
import type { StoreOf } from "../../contract/stores.ts";
import { types } from "../../plan/recorded.ts";
import { allowReplacements, replacementsIn } from "../../plan/replacement.ts";
import { config, contract, records, secretOf, urn } from "./stack.ts";

const vpc = "projects/netra-staging/global/networks/network-vpc-0a1b2c3";
const selfLink = `https://www.googleapis.com/compute/v1/${vpc}`;

/** What the state holds after a first deployment. */
const outputs = {
	[urn(types.network, "network-vpc")]: {
		selfLink,
		autoCreateSubnetworks: false,
	},
	[urn(types.subnetwork, "network-subnet")]: {
		network: selfLink,
		region: "us-central1",
		ipCidrRange: "10.0.0.0/22",
	},
	[urn(types.privateRange, "network-private-services")]: {
		network: vpc,
		address: "10.64.0.0",
		prefixLength: 16,
		purpose: "VPC_PEERING",
		addressType: "INTERNAL",
	},
	[urn(types.connection, "network-private-services")]: {
		network: vpc,
		service: "servicenetworking.googleapis.com",
	},
	[urn(types.databaseInstance, "database-instance")]: { region: "us-central1" },
	[urn(types.database, "database-database")]: { name: "netra" },
	[urn(types.user, "database-user-a")]: { name: "netra_a" },
	[urn(types.redis, "redis-instance")]: {
		region: "us-central1",
		tier: "BASIC",
		transitEncryptionMode: "SERVER_AUTHENTICATION",
		connectMode: "PRIVATE_SERVICE_ACCESS",
		authorizedNetwork: vpc,
	},
	[urn(types.account, "auth")]: { accountId: "netra-auth" },
	[urn(types.service, "auth")]: {
		name: "netra-auth-staging",
		location: "us-central1",
	},
	[urn(types.secret, "fernet-key")]: {
		secretId: "fernet-key-staging",
		replication: { auto: {} },
	},
	[urn(types.secretVersion, "fernet-key")]: {},
	[urn(types.generator, "fernet-key")]: {
		length: 32,
		keepers: { epoch: "0" },
	},
};
const recorded = records(outputs);

const notes = (
	changed: Platform = platform,
	changes: Partial<StackConfig> = {},
	state = recorded,
) =>
	allowReplacements(
		replacementsIn(changed, config(changes), state),
		config(changes),
	);
const with_ = (change: object): ReturnType<typeof records> =>
	records({ ...outputs, ...change });
const refusal = (...args: Parameters<typeof notes>): string => {
	try {
		notes(...args);
	} catch (error) {
		return (error as Error).message;
	}
	throw new Error("it was not refused");
};

describe("an update that replaces nothing", () => {
	it("is allowed, on a first deployment and on a settled stack", () => {
		expect(notes(platform, {}, [])).toEqual([]);
		expect(notes()).toEqual([]);
	});

	it("[R-101] lets a subnet grow around itself", () => {
		for (const subnetRange of ["10.0.0.0/21", "10.0.0.0/16"]) {
			expect(
				notes(
					contract(({ network }) => Object.assign(network, { subnetRange })),
				),
			).toEqual([]);
		}
	});

	it("takes what an import did not see for no difference", () => {
		expect(
			notes(
				platform,
				{},
				with_({
					[urn(types.redis, "redis-instance")]: {},
				}),
			),
		).toEqual([]);
	});
});

describe("[R-101] a replacement is refused", () => {
	it("of a subnet that moves: field, both values, what would be lost, and a way out", () => {
		expect(
			refusal(
				contract(({ network }) => {
					network.subnetRange = "10.0.4.0/22";
				}),
			),
		).toBe(`[replace] refused, nothing was changed in staging:
  subnetwork network-subnet: ipCidrRange is 10.0.0.0/22, would be 10.0.4.0/22: that replaces it, and the addresses of every running instance would be lost
    fix: put network.subnetRange back to 10.0.0.0/22 in contract/platform.ts; it can grow in place, to a range around it such as 10.0.0.0/21
  to lose it on purpose: pulumi config set dataProtection false -s staging && pulumi up -s staging, before the change`);
	});

	it("of everything in a region, said once", () => {
		expect(refusal(platform, { region: "europe-west1" })).toBe(
			`[replace] refused, nothing was changed in staging:
  subnetwork network-subnet, database instance database-instance, Redis redis-instance: region is us-central1, would be europe-west1: that replaces it, and the addresses of every running instance, every table, with the instance's backups, all that it holds, with its address and its password would be lost
    fix: pulumi config set gcp:region us-central1 -s staging
  service auth: location is us-central1, would be europe-west1: that replaces it, and its revisions and its address would be lost
    fix: pulumi config set gcp:region us-central1 -s staging`,
		);
	});

	it.each<[string, (changed: Platform) => void, string, string]>([
		[
			"a smaller subnet",
			({ network }) => {
				network.subnetRange = "10.0.0.0/23";
			},
			"subnetwork network-subnet: ipCidrRange is 10.0.0.0/22, would be 10.0.0.0/23:",
			"put network.subnetRange back to 10.0.0.0/22",
		],
		[
			"another range for managed services",
			({ network }) => {
				network.privateServicesRange = "10.65.0.0/16";
			},
			"address range network-private-services: address is 10.64.0.0, would be 10.65.0.0:",
			"put network.privateServicesRange back to 10.64.0.0/16",
		],
		[
			"a larger range for managed services",
			({ network }) => {
				network.privateServicesRange = "10.64.0.0/15";
			},
			"prefixLength is 16, would be 15:",
			"put network.privateServicesRange back to 10.64.0.0/16",
		],
		[
			"another database",
			(changed) => {
				(changed.stores.database as StoreOf<"postgres">).database = "other";
			},
			"database database-database: name is netra, would be other:",
			"put stores.database.database back to netra",
		],
		[
			"another tier of Redis",
			({ stores }) => {
				(stores.redis as StoreOf<"redis">).sizing.staging.tier = "STANDARD_HA";
			},
			"Redis redis-instance: tier is BASIC, would be STANDARD_HA:",
			"put stores.redis.sizing.staging.tier back to BASIC",
		],
		[
			"another name for the platform",
			(changed) => {
				changed.name = "other";
			},
			"account of auth: accountId is netra-auth, would be other-auth:",
			"put name back to netra",
		],
	])("of %s", (_, change, found, fix) => {
		const message = refusal(contract(change));
		expect(message).toContain(found);
		expect(message).toContain(fix);
	});

	it.each([
		[
			urn(types.network, "network-vpc"),
			{ selfLink, autoCreateSubnetworks: true },
			"network network-vpc: autoCreateSubnetworks is true, would be false:",
		],
		[
			urn(types.redis, "redis-instance"),
			{ transitEncryptionMode: "DISABLED" },
			"Redis redis-instance: transitEncryptionMode is DISABLED, would be SERVER_AUTHENTICATION:",
		],
		[
			urn(types.redis, "redis-instance"),
			{ connectMode: "DIRECT_PEERING" },
			"connectMode is DIRECT_PEERING, would be PRIVATE_SERVICE_ACCESS:",
		],
		[
			urn(types.redis, "redis-instance"),
			{ authorizedNetwork: "projects/netra-staging/global/networks/other" },
			`authorizedNetwork is projects/netra-staging/global/networks/other, would be ${vpc}:`,
		],
	])("of what was imported otherwise: %s %j", (key, change, found) => {
		expect(refusal(platform, {}, with_({ [key]: change }))).toContain(found);
	});
});

describe("[R-101] a key that stored data depends on is not made anew", () => {
	const key = (change: (changed: Platform) => void, state = recorded) =>
		refusal(contract(change), {}, state);

	it("by another epoch", () => {
		expect(refusal(platform, { keyEpochs: { "fernet-key": 1 } })).toContain(
			`key fernet-key: its epoch is 0, would be 1: that replaces it, and all stored data that depends on it would be lost
    fix: pulumi config set --path 'keyEpochs["fernet-key"]' 0 -s staging`,
		);
	});

	it("by a new name, unless the contract names the generator", () => {
		const renamed =
			(generator?: string) =>
			(changed: Platform): void => {
				const secret = secretOf(changed, "fernet-key");
				secret.id = "data-key";
				secret.source = {
					from: "generated",
					encoding: "fernet",
					dataDepends: true,
					...(generator === undefined ? {} : { generator }),
				};
			};
		expect(key(renamed())).toContain(
			`key data-key: the key was fernet-key's, would be a new one: that replaces it, and all stored data that depends on it would be lost
    fix: in contract/platform.ts, add generator: "fernet-key" to the source of data-key; if`,
		);
		expect(notes(contract(renamed("fernet-key")))).toEqual([]);
	});

	it("where its value came from elsewhere", () => {
		const { [urn(types.generator, "fernet-key")]: _, ...rest } = outputs;
		expect(refusal(platform, {}, records(rest))).toContain(
			"key fernet-key: its value comes from elsewhere, would be generated:",
		);
	});

	it("but another key beside it is", () => {
		expect(
			notes(
				contract((changed) => {
					changed.secrets.push({
						...secretOf(changed, "fernet-key"),
						id: "data-key",
					});
				}),
			),
		).toEqual([]);
	});
});

describe("a stack whose data is not protected", () => {
	it("is told what a replacement loses", () => {
		expect(
			notes(
				contract(({ stores }) => {
					(stores.redis as StoreOf<"redis">).sizing.staging.tier =
						"STANDARD_HA";
				}),
				{ dataProtection: false },
			),
		).toEqual([
			"[replace] Redis redis-instance: tier is BASIC, would be STANDARD_HA: that replaces it, and all that it holds, with its address and its password will be lost. The data of staging is not protected (dataProtection).",
		]);
	});

	it("[R-101] keeps what a revision binds", () => {
		expect(
			refusal(
				contract((changed) => {
					changed.name = "other";
				}),
				{ dataProtection: false },
			),
		).toMatch(
			/account of auth: .*\n.*\n.*service auth: name .*\n.*\n {2}to make everything anew, since the data of staging is not protected: pulumi destroy -s staging, then pulumi up -s staging$/,
		);
	});
});
