import { describe, expect, it } from "@jest/globals";
import { serviceContract } from "../../contract/bindings.ts";
import { platform } from "../../contract/platform.ts";
import type { Platform } from "../../contract/schema.ts";
import type { StackConfig } from "../../contract/stack-config.ts";
import { isRole, type ServiceRevisions, uses } from "../../plan/prune.ts";
import { recordedIn, types } from "../../plan/recorded.ts";
import {
	components,
	isRetired,
	retiredIn,
	retiredInputs,
} from "../../plan/retention.ts";
import { retirementNotes } from "../../plan/retirement-notes.ts";
import { uploads, withBuckets } from "../fixtures/buckets.ts";
import {
	config,
	contract,
	records,
	removeService,
	rename,
	secretOf,
	urn,
} from "./stack.ts";

const email = (service: string) =>
	`netra-${service}@netra-staging.iam.gserviceaccount.com`;
const managed = (type: string) =>
	`${components.secrets}$${components.managedSecret}$${type}`;
const existing = (type: string) =>
	`${components.secrets}$${components.existingSecret}$${type}`;
const identity = (type: string) => `${components.identity}$${type}`;
const grant = (secret: string, service: string) => ({
	secretId: `projects/netra-staging/secrets/${secret}-staging`,
	role: "roles/secretmanager.secretAccessor",
	member: `serviceAccount:${email(service)}`,
});
const role = (service: string, name: string) => ({
	project: "netra-staging",
	role: name,
	member: `serviceAccount:${email(service)}`,
});

/** What the state holds of two secrets, an external one, and a service. */
const outputs = {
	[urn(managed(types.secret), "jwt-secret")]: {
		secretId: "jwt-secret-staging",
	},
	[urn(managed(types.secretVersion), "jwt-secret")]: {
		secret: "projects/netra-staging/secrets/jwt-secret-staging",
		secretData: "a value",
		version: "1",
	},
	[urn(managed(types.grant), "jwt-secret-auth")]: grant("jwt-secret", "auth"),
	[urn(managed(types.grant), "jwt-secret-backend")]: grant(
		"jwt-secret",
		"backend",
	),
	[urn(`${components.secrets}$${types.generator}`, "jwt-secret")]: {
		length: 64,
		keepers: { epoch: "0" },
		result: "a value",
	},
	[urn(managed(types.secret), "redis-url")]: { secretId: "redis-url-staging" },
	[urn(managed(types.grant), "redis-url-auth")]: grant("redis-url", "auth"),
	[urn(existing(types.grant), "gemini-api-key-backend")]: grant(
		"gemini-api-key",
		"backend",
	),
	[urn(identity(types.account), "auth")]: { accountId: "netra-auth" },
	[urn(identity(types.projectRole), "auth-logging-logWriter")]: role(
		"auth",
		"roles/logging.logWriter",
	),
	[urn(`netra-platform:index:Database$${types.generator}`, "database-user-a")]:
		{},
};

const retired = (
	changed: Platform = platform,
	changes: Partial<StackConfig> = {},
	state: Record<string, Record<string, unknown>> = outputs,
) => retiredIn({ platform: changed, config: config(changes) }, records(state));
const named = (...args: Parameters<typeof retired>) =>
	retired(...args)
		.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)
		.sort();

const everythingOfJwt = [
	"RandomPassword jwt-secret",
	"Secret jwt-secret",
	"SecretIamMember jwt-secret-auth",
	"SecretIamMember jwt-secret-backend",
	"SecretVersion jwt-secret",
];

describe("the state of a stack", () => {
	it("is read without a value of a secret", () => {
		expect(JSON.stringify(records(outputs))).not.toContain("a value");
	});

	it("gives each resource its component's type, by its URN", () => {
		expect(
			recordedIn({
				[urn(managed(types.secret), "a::b")]: { outputs: { secretId: "c" } },
				[urn("gcp:pubsub/topic:Topic", "other")]: {},
				[urn(types.network, "network-vpc")]: {},
			}).map(({ type, name, component }) => [type, name, component]),
		).toEqual([
			[types.secret, "a::b", components.managedSecret],
			[types.network, "network-vpc", ""],
		]);
	});
});

describe("[R-101] nothing that a revision can bind is deleted", () => {
	it("by an update that leaves the contract as it was", () => {
		expect(named()).toEqual([]);
		expect(named(platform, {}, {})).toEqual([]);
	});

	it.each<[string, (changed: Platform) => void, string[]]>([
		[
			"that renames a secret",
			rename("jwt-secret", "signing-key"),
			everythingOfJwt,
		],
		[
			"that renames a secret and keeps its value",
			rename("jwt-secret", "signing-key", "jwt-secret"),
			everythingOfJwt.slice(1),
		],
		[
			"that takes a secret out of an environment",
			(changed) => {
				secretOf(changed, "jwt-secret").environments = ["production"];
			},
			everythingOfJwt,
		],
		[
			"that makes a secret's value elsewhere",
			(changed) => {
				secretOf(changed, "jwt-secret").source = {
					from: "constant",
					value: "a constant",
				};
			},
			["RandomPassword jwt-secret"],
		],
		[
			"that drops a binding",
			({ services }) => {
				delete services.auth?.secrets.REDIS_URL;
			},
			["SecretIamMember redis-url-auth"],
		],
		[
			"that drops the binding of an external secret",
			({ services }) => {
				delete services.backend?.secrets.GEMINI_API_KEY;
			},
			["SecretIamMember gemini-api-key-backend"],
		],
		[
			"that takes a role from a service",
			({ services }) => {
				Object.assign(services.auth ?? {}, { roles: [] });
			},
			["IAMMember auth-logging-logWriter"],
		],
		[
			"that renames a service",
			(changed) => {
				changed.services.identity = serviceContract(changed, "auth");
				removeService(changed, "auth", "identity");
			},
			[
				"Account auth",
				"IAMMember auth-logging-logWriter",
				"SecretIamMember jwt-secret-auth",
				"SecretIamMember redis-url-auth",
			],
		],
		[
			"that changes a category",
			(changed) => {
				secretOf(changed, "jwt-secret").category = "oauth";
			},
			[],
		],
	])("by one %s", (_, change, expected) => {
		expect(named(contract(change))).toEqual(expected);
	});

	it("by one that adopts a version that somebody else keeps", () => {
		const adopted = retired(platform, { adopted: { "jwt-secret": 1 } });
		expect(adopted.map(({ type, inUse }) => [type, inUse]).sort()).toEqual([
			[types.secret, true],
			[types.secretVersion, true],
			[types.generator, true],
		]);
	});

	it("keeps what it kept before, after another update", () => {
		const twice = contract((changed) => {
			rename("jwt-secret", "signing-key")(changed);
			rename("redis-url", "cache-url")(changed);
		});
		expect(named(twice)).toEqual([
			...everythingOfJwt.slice(0, 1),
			"Secret jwt-secret",
			"Secret redis-url",
			"SecretIamMember jwt-secret-auth",
			"SecretIamMember jwt-secret-backend",
			"SecretIamMember redis-url-auth",
			"SecretVersion jwt-secret",
		]);
	});

	it("keeps a renamed secret's generator when that leaves, too, and forgets one of which no secret is left", () => {
		const generator = `${components.secrets}$${types.generator}`;
		const renamed = {
			[urn(managed(types.secret), "signing-key")]: {
				secretId: "signing-key-staging",
			},
			[urn(generator, "old-secret")]: { length: 64 },
		};
		expect(named(platform, {}, renamed)).toEqual([
			"RandomPassword old-secret",
			"Secret signing-key",
		]);
		expect(
			named(platform, {}, { [urn(generator, "old-secret")]: { length: 64 } }),
		).toEqual([]);
	});

	it("finds the component of each", () => {
		const changed = contract((changed) =>
			removeService(changed, "auth", "backend"),
		);
		expect(retired(changed).map(({ name, owner }) => [name, owner])).toEqual([
			["jwt-secret-auth", "jwt-secret"],
			["redis-url-auth", "redis-url"],
			["auth", "auth"],
			["auth-logging-logWriter", "auth"],
		]);
	});
});

describe("the mark of a retired resource", () => {
	it("is that all its inputs stay as the state has them", () => {
		for (const [type, inputs] of Object.entries(retiredInputs)) {
			expect(isRetired(type, [...inputs, "other"])).toBe(true);
			expect(isRetired(type, inputs.slice(1))).toBe(false);
		}
		expect(isRetired(types.service, ["name"])).toBe(false);
	});
});

describe("what is said of what stays", () => {
	const old = "netra-auth-staging-e0-0123abcd-1";
	const newest = "netra-auth-staging-e1-0123abcd-2";
	const services = (pins = ["jwt-secret-staging"]): ServiceRevisions[] => [
		{
			service: {
				name: "netra-auth-staging",
				latestCreatedRevision: newest,
				latestReadyRevision: newest,
				trafficRevisions: [newest],
				reconciling: false,
				succeeded: true,
				labels: {},
			},
			revisions: [
				{
					name: old,
					ready: true,
					account: email("auth"),
					pins: pins.map((secretId) => ({ secretId, version: "1" })),
				},
				{ name: newest, ready: true, account: email("auth"), pins: [] },
			],
		},
	];
	const notes = (
		change: (changed: Platform) => void,
		seen: ServiceRevisions[] | undefined = services(),
	) => retirementNotes(retired(contract(change)), "staging", seen, 1);

	it("[R-101] is what it is, which revisions need it, and what takes it away", () => {
		expect(notes(rename("jwt-secret", "signing-key"))).toEqual([
			`[retired] secret jwt-secret-staging left the contract and stays, with its versions and grants; if it was renamed, docs/rename-a-secret.md keeps its value. Needed by ${old}; tools/prune -s staging offers it once no revision needs it.`,
		]);
		expect(notes(rename("jwt-secret", "signing-key"), services([]))).toEqual([
			expect.stringMatching(
				/\. No revision needs it any more: tools\/prune -s staging offers it\.$/,
			),
		]);
	});

	it("says so where the revisions could not be read", () => {
		expect(
			retirementNotes(
				retired(contract(rename("jwt-secret", "signing-key"))),
				"staging",
				undefined,
				1,
			),
		).toEqual([
			expect.stringMatching(
				/\. Revisions that can be pinned may need it: tools\/prune -s staging names them, and offers it once none does\.$/,
			),
		]);
	});

	it("is one line for a service, and one for each binding or role that it lost", () => {
		expect(
			notes((changed) => removeService(changed, "auth", "backend")),
		).toEqual([
			`[retired] service auth left the contract; its account netra-auth stays, with its roles and grants. Needed by ${old}, ${newest}; tools/prune -s staging offers it once no revision needs it.`,
		]);
		expect(
			notes(({ services }) => {
				delete services.auth?.secrets.REDIS_URL;
				Object.assign(services.auth ?? {}, { roles: [] });
			}),
		).toEqual([
			`[retired] ${email("auth")} no longer binds redis-url-staging, and may go on reading it. No revision needs it any more: tools/prune -s staging offers it.`,
			`[retired] ${email("auth")} no longer asks for roles/logging.logWriter, and keeps it. Revisions that can be pinned may need it: tools/prune -s staging names them, and offers it once none does.`,
		]);
	});

	it("is nothing of a secret that is adopted", () => {
		expect(
			retirementNotes(
				retired(platform, { adopted: { "jwt-secret": 1 } }),
				"staging",
				services(),
				1,
			),
		).toEqual([]);
	});
});

describe("[R-101] a service's grant on a bucket", () => {
	const on = (type: string) => `${components.bucket}$${type}`;
	const bucketGrant = (store: string, service: string) => ({
		bucket: `b/netra-${store}-staging-netra-staging`,
		role: "roles/storage.objectUser",
		member: `serviceAccount:${email(service)}`,
	});
	const state = {
		[urn(on(types.bucket), "uploads-bucket")]: {
			name: "netra-uploads-staging-netra-staging",
		},
		[urn(on(types.bucketGrant), "uploads-backend")]: bucketGrant(
			"uploads",
			"backend",
		),
		[urn(on(types.bucketGrant), "uploads-bucket-key")]: bucketGrant(
			"uploads",
			"uploads",
		),
		[urn(on(types.account), "uploads-bucket-key")]: {
			accountId: "netra-uploads",
		},
	};
	const unbind = (contract: Platform) => {
		for (const variable of Object.keys(uploads)) {
			delete contract.services.backend?.secrets[variable];
		}
		Object.assign(contract.services.auth?.secrets ?? {}, {
			...Object.fromEntries(
				Object.entries(uploads).map(([variable, attribute]) => [
					variable,
					`uploads-${attribute}`,
				]),
			),
		});
	};

	it("stays where the service no longer binds the bucket, and where the service has gone", () => {
		const left = retired(withBuckets(unbind), {}, state);
		expect(left.map(({ name, owner, inUse }) => [name, owner, inUse])).toEqual([
			["uploads-backend", "uploads", false],
		]);
	});

	it("is none where the service binds it, and goes with the bucket or its key", () => {
		expect(named(withBuckets(), {}, state)).toEqual([]);
		expect(named(platform, {}, state)).toEqual([]);
	});

	it("may be needed by each revision of the account but the newest", () => {
		const [left] = retired(withBuckets(unbind), {}, state);
		const workload = { name: "one", account: email("backend"), pins: [] };
		expect(left && uses(workload, left)).toBe(true);
		expect(left && uses({ ...workload, account: email("auth") }, left)).toBe(
			false,
		);
		expect(left && isRole(left)).toBe(true);
	});
});
