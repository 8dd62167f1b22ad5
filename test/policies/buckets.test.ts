/** Rules about buckets, on what a program with buckets shows of itself: the shipped contract has none. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { withBuckets } from "../fixtures/buckets.ts";
import { captured, writeCaptured } from "../fixtures/captured.ts";
import { type Resource, UNKNOWN, type Value } from "../fixtures/resources.ts";
import { succeeded } from "../in-process/in-process.ts";
import { seenOf } from "../in-process/policies.ts";
import { shippedStack } from "../in-process/shipped.ts";
import { withChecklistsOf } from "./checklists.ts";
import { agreeing, judgeResource, judgeStack } from "./engine.ts";
import {
	add,
	addVariable,
	all,
	type Change,
	edit,
	ignoring,
	remove,
	set,
	type,
} from "./mutants/operations.ts";
import { madeFrom, versionOf, waitsNotFor } from "./mutants/ways/way.ts";

const platform = withBuckets();
const folder = mkdtempSync(join(tmpdir(), "netra-buckets-"));
const production = shippedStack(
	"production",
	{ policies: agreeing(platform) },
	() => ({
		contract: platform,
	}),
);
afterAll(() => {
	production.remove();
	rmSync(folder, { recursive: true });
});

const stacks = new Map<string, Resource[]>();
const phases = ["first", "settled"];
beforeAll(async () => {
	for (const phase of phases) {
		const run = await succeeded(production.preview());
		const file = join(folder, `${phase}.json`);
		writeCaptured(file, seenOf(run, "netra-production"));
		stacks.set(phase, captured(file));
		if (phase === "first") {
			await succeeded(production.up());
		}
	}
});

const options = { ...agreeing(platform), stack: "production" };
const judged = async (change: Change, phase = "settled") =>
	(await judgeStack(change(stacks.get(phase) ?? []), options))
		.filter(({ mandatory }) => mandatory)
		.map(({ message }) => message);

const named = (of: string, name: string) => (each: Resource) =>
	type(of)(each) && each.name === name;
const bucket = named("Bucket", "uploads-bucket");
const grant = named("BucketIAMMember", "uploads-backend");
const member = "gcp:storage/bucketIAMMember:BucketIAMMember";
const backend = "netra-backend@netra-production.iam.gserviceaccount.com";
const needed = `needed roles/storage.objectUser on netra-uploads-production-netra-production for ${backend}`;
const fix = "fix: make the bucket and its grants as components/bucket.ts does";
const of = (subject: string, found: string, wanted: string) =>
	`[bucket-private] ${subject}environment production: found ${found}; ${wanted}; ${fix}`;
const missing = of(
	"service backend, ",
	"no grant on a bucket that it binds",
	needed,
);

describe("a production stack with buckets", () => {
	it.each(phases)(
		"[R-031] passes the whole pack: %s preview",
		async (phase) => {
			expect(await judged((resources) => [...resources], phase)).toEqual([]);
		},
	);

	describe.each(phases)("in the %s preview", (phase) => {
		it.each<[string, Change, string[]]>([
			[
				"a bucket is missing",
				remove(bucket),
				[
					of(
						"service backend, ",
						"no bucket netra-uploads-production-netra-production",
						"needed the bucket",
					),
				],
			],
			[
				"uniform access is off",
				set(bucket, "uniformBucketLevelAccess", false),
				[
					of(
						"resource uploads-bucket, ",
						"a bucket without uniform access",
						"needed uniformBucketLevelAccess: true",
					),
				],
			],
			[
				"public access prevention is left to the project",
				set(bucket, "publicAccessPrevention", "inherited"),
				[
					of(
						"resource uploads-bucket, ",
						"publicAccessPrevention with 'inherited'",
						"needed 'enforced'",
					),
				],
			],
			["the grant is missing", remove(grant), [missing]],
			[
				"the grant is another role's",
				set(grant, "role", "roles/storage.objectViewer"),
				[missing],
			],
			[
				"the grant holds under a condition",
				set(grant, "condition", { expression: "false", title: "never" }),
				[missing],
			],
		])("[R-061] fails where %s", async (_, change, expected) => {
			const said = await judged(change, phase);
			expect(
				said.filter((each) => each.startsWith("[bucket-private]")),
			).toEqual(expected.map((each) => expect.stringContaining(each)));
		});
	});

	it.each<Value | undefined>([UNKNOWN, undefined])(
		"[R-061] fails where a preview does not know a bucket's settings: %p",
		async (value) => {
			for (const path of [
				"uniformBucketLevelAccess",
				"publicAccessPrevention",
			]) {
				expect(await judged(set(bucket, path, value))).toEqual([
					expect.stringContaining("[bucket-private]"),
				]);
			}
		},
	);

	it.each<[string, Value]>([
		["everybody", "allUsers"],
		["every account of Google's", "allAuthenticatedUsers"],
		["members that a preview does not know", UNKNOWN],
	])("[R-061] fails where a bucket is granted to %s", async (_, whom) => {
		const opened = add(member, "anybody", {
			bucket: "netra-uploads-production-netra-production",
			role: "roles/storage.objectViewer",
			member: whom,
		});
		expect(await judged(opened)).toEqual([
			expect.stringContaining(
				"found a grant on a bucket to everybody, or to members that this preview does not know",
			),
		]);
	});

	it("[R-061] fails where a service is granted a bucket of which it has nothing", async () => {
		const granted = add(member, "auth-uploads", {
			bucket: "netra-uploads-production-netra-production",
			role: "roles/storage.objectUser",
			member:
				"serviceAccount:netra-frontend@netra-production.iam.gserviceaccount.com",
		});
		expect(await judged(granted)).toEqual([
			"[bucket-private] service frontend, environment production: found a grant on a bucket of which the service has nothing; needed no grant; fix: remove auth-uploads",
		]);
	});

	it("[R-061] fails before a bucket is created that everybody can open", async () => {
		const [open] = set(
			bucket,
			"publicAccessPrevention",
			"inherited",
		)(stacks.get("settled") ?? []).filter(bucket);
		const said = await judgeResource(open as Resource, options);
		expect(said.map(({ rule }) => rule)).toEqual(["bucket-private"]);
	});

	it("[R-061] fails where a service does not wait for its grant", async () => {
		const said = await judged(waitsNotFor("netra-backend-production", grant));
		expect(said).toContainEqual(
			expect.stringContaining(
				"[bucket-private] service backend, environment production: found nothing that makes it wait for its grant on a bucket",
			),
		);
	});

	it.each<[string, Change, string]>([
		[
			"is not protected",
			edit(bucket, (each) => ({ ...each, protect: false })),
			"a resource that holds data, without protect",
		],
		[
			"is emptied in order to be deleted",
			set(bucket, "forceDestroy", true),
			"a bucket that is emptied in order to be deleted",
		],
		[
			"may be emptied, which a preview does not know",
			set(bucket, "forceDestroy", UNKNOWN),
			"a bucket that is emptied in order to be deleted",
		],
	])("[R-070] fails where a bucket %s", async (_, change, found) => {
		expect(await judged(change)).toEqual([
			expect.stringContaining(`[deletion-protection]`),
		]);
		expect(await judged(change)).toEqual([expect.stringContaining(found)]);
	});

	it.each([
		["name", "gcp:storage/bucket:Bucket"],
		["access-key-id", "gcp:storage/hmacKey:HmacKey"],
		["secret-access-key", "gcp:storage/hmacKey:HmacKey"],
	])(
		"[R-001] fails where %s does not come from its source",
		async (attribute, origin) => {
			const version = versionOf(`uploads-${attribute}-production`);
			expect(
				await judged(madeFrom(version, "secretData", () => () => false)),
			).toContainEqual(
				expect.stringContaining(
					`found a value that is not made from its source; needed one made from ${origin}`,
				),
			);
		},
	);

	it("[R-002] fails where the access key's id and secret are of two keys", async () => {
		const key = "gcp:storage/hmacKey:HmacKey";
		const change = all(
			add(key, "another-key", { serviceAccountEmail: "a@b.c" }),
			madeFrom(
				versionOf("uploads-access-key-id-production"),
				"secretData",
				() => named("HmacKey", "another-key"),
			),
		);
		const said = await judged(change);
		expect(said.filter((each) => each.startsWith("[rotation-slots]"))).toEqual([
			expect.stringContaining(
				"service backend, variable S3_SECRET_ACCESS_KEY, secret uploads-secret-access-key-production, environment production: found a value of another key than the rest of what is taken of 'uploads'; needed access key id and secret of one key",
			),
		]);
	});

	it.each([
		["endpoint", "https://storage.googleapis.com"],
		["region", "auto"],
	])("[R-001] fails where %s is another one", async (attribute, value) => {
		const secret = `uploads-${attribute}-production`;
		const change: Change = (resources) =>
			set(versionOf(secret)(resources), "secretData", "elsewhere")(resources);
		expect(await judged(change)).toContainEqual(
			expect.stringContaining(
				`secret ${secret}, environment production: found another value; needed the constant '${value}'`,
			),
		);
	});

	describe("where a service no longer binds a bucket", () => {
		const retired = (whom: string): Change =>
			all(
				add(member, "uploads-auth", {
					bucket: "b/netra-uploads-production-netra-production",
					role: "roles/storage.objectUser",
					member: whom,
				}),
				ignoring(
					named("BucketIAMMember", "uploads-auth"),
					"bucket",
					"role",
					"member",
				),
			);

		it("[R-101] takes its grant as the state has it", async () => {
			expect(
				await judged(
					retired(
						"serviceAccount:netra-auth@netra-production.iam.gserviceaccount.com",
					),
				),
			).toEqual([]);
		});

		it("[R-061] fails where the grant is to everybody instead", async () => {
			expect(await judged(retired("allUsers"))).toContainEqual(
				expect.stringContaining("found a grant on a bucket to everybody"),
			);
		});
	});

	it("[R-046] may name the endpoint in plain text too, where the host is declared", async () => {
		const variables = { FILES_ENDPOINT: "https://storage.googleapis.com" };
		const declaring = withBuckets(({ services, foreignHosts }) => {
			foreignHosts["storage.googleapis.com"] = "files are kept there";
			Object.assign(services.auth?.variables ?? {}, variables);
		});
		const change = all(
			withChecklistsOf(declaring),
			...["netra-auth", "netra-preflight-auth", "netra-verify-auth"].map(
				(name) =>
					addVariable(`${name}-production`, {
						name: "FILES_ENDPOINT",
						value: variables.FILES_ENDPOINT,
					}),
			),
		);
		const said = await judgeStack(change(stacks.get("settled") ?? []), {
			...options,
			...agreeing(declaring),
		});
		expect(said.filter(({ mandatory }) => mandatory)).toEqual([]);
	});
});
