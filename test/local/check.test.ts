/** What the stand-in's Check accepts, fills in and refuses. */
import { describe, expect, it } from "@jest/globals";
import { knownTokens } from "../../local/provider/facts.ts";
import { type Properties, UNKNOWN } from "../../local/provider/values.ts";
import { table } from "../../local/types/table.ts";
import { StandIn } from "./harness.ts";

const SECRET = "gcp:secretmanager/secret:Secret";
const VERSION = "gcp:secretmanager/secretVersion:SecretVersion";
const SERVICE = "gcp:cloudrunv2/service:Service";
const REDIS = "gcp:redis/instance:Instance";
const SQL = "gcp:sql/databaseInstance:DatabaseInstance";
const USER = "gcp:sql/user:User";
const ACCOUNT = "gcp:serviceaccount/account:Account";

const auto = { auto: {} };
const service = (container: Properties = {}): Properties => ({
	name: "web",
	location: "us-central1",
	template: { containers: [{ image: "x", ...container }] },
});

/** Inputs that are wrong, and everything that Check says about them. */
const wrong: [
	title: string,
	type: string,
	news: Properties,
	failures: string[],
][] = [
	[
		"an input that the type does not have",
		SECRET,
		{ secretId: "a", replication: auto, secretName: "a" },
		["Invalid or unknown key. Examine values at 'thing.secretName'."],
	],
	[
		"an unknown key inside a block of a list",
		SERVICE,
		service({ env: [] }),
		[
			"Invalid or unknown key. Examine values at 'thing.template.containers[0].env'.",
		],
	],
	[
		"an output given as an input",
		SECRET,
		{ secretId: "a", replication: auto, createTime: "now" },
		[
			"Value for unconfigurable attribute. Can't configure a value for \"createTime\": its value will be decided automatically based on the result of applying this configuration. Examine values at 'thing.createTime'.",
		],
	],
	[
		"a missing input",
		SECRET,
		{ secretId: "a" },
		["Missing required property 'replication'"],
	],
	[
		"a block without the one of two that it needs",
		SECRET,
		{ secretId: "a", replication: {} },
		[
			"Missing required argument. \"replication.auto\": one of `replication.auto,replication.userManaged` must be specified. Examine values at 'thing.replication.auto'.",
		],
	],
	[
		"a missing input inside a block",
		SERVICE,
		service({ image: null }),
		["Missing required property 'template.containers[0].image'"],
	],
	[
		"text where a block belongs",
		SECRET,
		{ secretId: "a", replication: "auto" },
		[
			"expected object type, got string type. Examine values at 'thing.replication'.",
		],
	],
	[
		"a block where text belongs",
		SECRET,
		{ secretId: {}, replication: auto },
		[
			"expected string type, got object type. Examine values at 'thing.secretId'.",
		],
	],
	[
		"a block where a list belongs",
		SERVICE,
		{ ...service(), template: { containers: { image: "x" } } },
		[
			"expected array type, got object type. Examine values at 'thing.template.containers'.",
		],
	],
	[
		"text that is no number",
		REDIS,
		{ memorySizeGb: "large" },
		[
			"expected number type, got string type. Examine values at 'thing.memorySizeGb'.",
		],
	],
	[
		"half a gigabyte",
		REDIS,
		{ memorySizeGb: 1.5 },
		[
			"expected a whole number, got 1.5. Examine values at 'thing.memorySizeGb'.",
		],
	],
	[
		"a value outside the list",
		REDIS,
		{ memorySizeGb: 1, tier: "GOLD" },
		[
			'expected tier to be one of ["BASIC" "STANDARD_HA"], got GOLD. Examine values at \'thing.tier\'.',
		],
	],
	[
		"a deletion policy that the type does not have",
		SECRET,
		{ secretId: "a", replication: auto, deletionPolicy: "DISABLE" },
		[
			'expected deletionPolicy to be one of ["DELETE" "PREVENT" "ABANDON"], got DISABLE. Examine values at \'thing.deletionPolicy\'.',
		],
	],
	[
		"both of two that exclude each other",
		VERSION,
		{ secret: "s", secretData: "x", secretDataWo: "x" },
		[
			"Invalid combination of arguments. \"secretData\": only one of `secretData,secretDataWo` can be specified, but `secretData,secretDataWo` were specified. Examine values at 'thing.secretData'.",
		],
	],
	[
		"neither of two of which one is needed",
		VERSION,
		{ secret: "s" },
		[
			"Missing required argument. \"secretData\": one of `secretData,secretDataWo` must be specified. Examine values at 'thing.secretData'.",
		],
	],
	[
		"a property that conflicts with another",
		USER,
		{
			name: "a",
			instance: "i",
			password: "x",
			passwordWo: "x",
			passwordWoVersion: 1,
		},
		[
			"Conflicting configuration arguments. \"password\": conflicts with passwordWo. Examine values at 'thing.password'.",
			"Conflicting configuration arguments. \"passwordWo\": conflicts with password. Examine values at 'thing.passwordWo'.",
		],
	],
	[
		"a write-only value without its version",
		USER,
		{ name: "a", instance: "i", passwordWo: "x" },
		[
			"Missing required argument. \"passwordWo\": all of `passwordWo,passwordWoVersion` must be specified. Examine values at 'thing.passwordWo'.",
		],
	],
	[
		"a name that the API would not take",
		SERVICE,
		{ ...service(), name: "Web_1" },
		[
			'invalid value for name: "Web_1" does not match "^[a-z](?:[-a-z0-9]{0,47}[a-z0-9])?$". Examine values at \'thing.name\'.',
		],
	],
	[
		"an account id in capitals",
		ACCOUNT,
		{ accountId: "NetraAuth" },
		[
			'invalid value for accountId: "NetraAuth" does not match "^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$". Examine values at \'thing.accountId\'.',
		],
	],
];

describe("Check refuses", () => {
	it.each(wrong)("%s", (_title, type, news, failures) => {
		expect(new StandIn().failures(type, news)).toEqual(failures);
	});

	it("a made-up name that would be too long: a service account's resource name over 22 characters", () => {
		const standIn = new StandIn();
		expect(standIn.failures(ACCOUNT, {}, "a".repeat(22))).toEqual([]);
		expect(standIn.failures(ACCOUNT, {}, "a".repeat(23))).toEqual([
			`failed to generate auto-name: name '${"a".repeat(23)}-' plus 7 random chars is longer than maximum length 30`,
		]);
	});

	it("a type that it does not know", () => {
		expect(() =>
			new StandIn().failures("gcp:compute/instance:Instance", {}),
		).toThrow(
			"the stand-in does not know the resource type gcp:compute/instance:Instance; local/README.md lists what it knows",
		);
	});

	it("a provider setting that it does not know", () => {
		const { provider } = new StandIn();
		expect(
			provider.checkConfig({ project: "p", regoin: "r" }).failures,
		).toEqual([
			{
				reason:
					"could not validate provider configuration: `gcp:regoin` is not a configuration key that the stand-in knows. If the key is not intended for the provider, please choose a different namespace from `gcp:`.",
			},
		]);
	});

	it("secrets without showing them", () => {
		const [failure] = new StandIn().failures(VERSION, {
			secret: "s",
			secretData: ["hunter2"],
		});
		expect(failure).toBe(
			"expected string type, got array type. Examine values at 'thing.secretData'.",
		);
	});
});

describe("Check fills in", () => {
	it("defaults, and lists their names in each block", () => {
		const inputs = new StandIn().check(SQL, "pg", {
			name: "pg",
			databaseVersion: "POSTGRES_17",
			settings: { tier: "db-g1-small", ipConfiguration: {} },
		});
		expect(inputs).toEqual({
			__defaults: ["deletionProtection"],
			name: "pg",
			databaseVersion: "POSTGRES_17",
			deletionProtection: true,
			settings: {
				__defaults: [
					"activationPolicy",
					"availabilityType",
					"diskAutoresize",
					"pricingPlan",
				],
				activationPolicy: "ALWAYS",
				availabilityType: "ZONAL",
				diskAutoresize: true,
				pricingPlan: "PER_USE",
				tier: "db-g1-small",
				ipConfiguration: { __defaults: ["ipv4Enabled"], ipv4Enabled: true },
			},
		});
	});

	it("a name of resource name, hyphen and seven hex digits, and keeps it from then on", () => {
		const standIn = new StandIn();
		const first = standIn.check(REDIS, "cache", { memorySizeGb: 1 });
		expect(first.name).toMatch(/^cache-[0-9a-f]{7}$/);
		expect(standIn.check(REDIS, "cache", { memorySizeGb: 2 }, first).name).toBe(
			first.name,
		);
	});

	it("protection for instances, services and jobs; none for secrets and caches", () => {
		const standIn = new StandIn();
		const job = {
			location: "r",
			template: { template: { containers: [{ image: "x" }] } },
		};
		expect(
			standIn.check(SQL, "a", { databaseVersion: "v", settings: { tier: "t" } })
				.deletionProtection,
		).toBe(true);
		expect(standIn.check(SERVICE, "a", service()).deletionProtection).toBe(
			true,
		);
		expect(
			standIn.check("gcp:cloudrunv2/job:Job", "a", job).deletionProtection,
		).toBe(true);
		expect(
			standIn.check(SECRET, "a", { replication: auto }).deletionProtection,
		).toBeUndefined();
		expect(
			standIn.check(REDIS, "a", { memorySizeGb: 1 }).deletionProtection,
		).toBeUndefined();
	});

	it("nothing for a value that is not known yet", () => {
		expect(
			new StandIn().check(VERSION, "v", {
				secret: UNKNOWN,
				secretData: UNKNOWN,
			}),
		).toEqual({
			__defaults: ["enabled"],
			enabled: true,
			secret: UNKNOWN,
			secretData: UNKNOWN,
		});
	});
});

it("every type has its facts, and all facts have their type", () => {
	expect(Object.keys(table).sort()).toEqual(knownTokens("gcp").sort());
});
