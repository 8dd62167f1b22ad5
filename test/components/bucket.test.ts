/** Buckets as the program makes them, on the stand-in and under the whole policy pack. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Platform } from "../../contract/schema.ts";
import { parseStackConfig } from "../../contract/stack-config.ts";
import type { Entry, World } from "../../local/cloud/world.ts";
import { factsOf } from "../../local/provider/facts.ts";
import { Secret } from "../../local/provider/values.ts";
import { fixedInputs } from "../../plan/fixed-inputs.ts";
import { judgeLeft, readLeft } from "../../tools/prune-left.ts";
import { readCloud } from "../../tools/prune-state.ts";
import { uploads, withBuckets } from "../fixtures/buckets.ts";
import { exported } from "../in-process/exported.ts";
import type { InProcess, Run } from "../in-process/in-process.ts";
import { waitedFor } from "../in-process/order.ts";
import { shippedStack } from "../in-process/shipped.ts";

const types = {
	account: "gcp:serviceaccount/account:Account",
	bucket: "gcp:storage/bucket:Bucket",
	grant: "gcp:storage/bucketIAMMember:BucketIAMMember",
	key: "gcp:storage/hmacKey:HmacKey",
	version: "gcp:secretmanager/secretVersion:SecretVersion",
};

const open: InProcess[] = [];
afterAll(() => {
	for (const stack of open) {
		stack.remove();
	}
});

/** A stack with buckets, and a way to deploy another contract. */
function stackWith(environment: "local" | "staging") {
	let contract = withBuckets();
	const stack = shippedStack(environment, {}, () => ({ contract }));
	open.push(stack);
	return {
		stack,
		deploy: async (next: Platform): Promise<Run> => {
			contract = next;
			return stack.up();
		},
	};
}

const entries = ({ directory, stack }: InProcess, type: string): Entry[] => {
	const file = join(directory, `cloud/netra-${stack}.json`);
	const world: World = JSON.parse(readFileSync(file, "utf8"));
	return Object.values(world.resources[type] ?? {});
};
const done = (run: Run): Run => {
	expect({ ok: run.ok, messages: run.ok ? [] : run.messages }).toEqual({
		ok: true,
		messages: [],
	});
	return run;
};
const granted = (stack: InProcess) =>
	entries(stack, types.grant).map(({ properties: { bucket, role, member } }) =>
		[bucket, role, member].join(" "),
	);
const account = (id: string, stack: string) =>
	`serviceAccount:${id}@netra-${stack}.iam.gserviceaccount.com`;
const grant = (store: string, id: string, stack: string) =>
	`b/netra-${store}-${stack}-netra-${stack} roles/storage.objectUser ${account(id, stack)}`;

describe("a platform with buckets", () => {
	const { stack } = stackWith("staging");
	let first: Run;
	beforeAll(async () => {
		first = done(await stack.up());
	});

	it("[R-061] keeps them from the public, with what was deleted for a week", () => {
		const settings = entries(stack, types.bucket).map(({ properties }) => ({
			name: properties.name,
			location: properties.location,
			uniform: properties.uniformBucketLevelAccess,
			prevention: properties.publicAccessPrevention,
			kept: properties.softDeletePolicy,
			versioning: properties.versioning,
		}));
		const expected = {
			location: "US-CENTRAL1",
			uniform: true,
			prevention: "enforced",
			kept: expect.objectContaining({ retentionDurationSeconds: 604800 }),
			versioning: { enabled: false },
		};
		expect(settings).toEqual([
			{ name: "netra-uploads-staging-netra-staging", ...expected },
			{ name: "netra-avatars-staging-netra-staging", ...expected },
		]);
	});

	it("[R-061] lets in the services that bind them, and the account of the key", () => {
		expect(granted(stack).sort()).toEqual(
			[
				grant("avatars", "netra-auth", "staging"),
				grant("uploads", "netra-backend", "staging"),
				grant("uploads", "netra-uploads", "staging"),
			].sort(),
		);
	});

	it("[R-061] starts a service and its preflight after the grants", () => {
		const { registrations } = first;
		for (const each of ["Service::backend", "Job::backend-preflight"]) {
			const [kind = ""] = each.split("::");
			expect([
				...waitedFor(
					registrations,
					`gcp:cloudrunv2/${kind.toLowerCase()}:${each}`,
				),
			]).toEqual(
				expect.arrayContaining([
					`${types.grant}::uploads-backend`,
					`${types.grant}::uploads-bucket-key`,
				]),
			);
		}
	});

	it("[R-001] gives each variable its value, made by the bucket and its key", () => {
		const [key] = entries(stack, types.key);
		const value = (id: string) =>
			entries(stack, types.version).find(({ properties }) =>
				String(properties.secret).endsWith(`/${id}-staging`),
			)?.hidden.payload;
		expect(
			Object.values(uploads).map((attribute) => value(`uploads-${attribute}`)),
		).toEqual([
			"netra-uploads-staging-netra-staging",
			"https://storage.googleapis.com",
			"auto",
			key?.properties.accessId,
			key?.properties.secret,
		]);
		expect(key?.properties.secret).toMatch(/^[A-Za-z0-9+/]{40}$/);
		expect(value("avatars-name")).toBe("netra-avatars-staging-netra-staging");
	});

	it("[R-070] protects them, with the account of the key, where data is protected", () => {
		const held = first.registrations.filter(({ type, name }) =>
			type === types.account
				? name === "uploads-bucket-key"
				: [types.bucket, types.key].includes(type),
		);
		expect(
			held.map(({ name, options }) => [name, options.protect]).sort(),
		).toEqual([
			["avatars-bucket", true],
			["uploads-bucket", true],
			["uploads-bucket-key", true],
			// A rotation deletes a key.
			["uploads-bucket-key-e0-r0", undefined],
		]);
	});

	it("[R-101] names every input of a bucket for which the provider replaces it", () => {
		const config = parseStackConfig(withBuckets(), "staging", stack.config, []);
		const rows = fixedInputs(withBuckets(), config, []).filter(
			({ type }) => type === types.bucket,
		);
		const declared = first.registrations
			.filter(({ type }) => type === types.bucket)
			.flatMap(({ name, inputs }) =>
				Object.keys(inputs)
					.filter((key) => factsOf(types.bucket)?.properties[key]?.forceNew)
					.map((key) => [name, key, inputs[key]]),
			);
		expect(
			rows.map(({ name, field, declared }) => [name, field, declared]).sort(),
		).toEqual(declared.sort());
		const location = rows.find(({ field }) => field === "location");
		expect(location?.read({ location: "US-CENTRAL1" })).toBe("us-central1");
	});

	it("keeps the key's secret out of everything that is shown", () => {
		const [key] = entries(stack, types.key);
		const value = String(key?.properties.secret);
		expect(first.output).not.toContain(value);
		const recorded = stack.state.all.find(({ type }) => type === types.key);
		expect(recorded?.outputs.secret).toBeInstanceOf(Secret);
		const versions = stack.state.all.filter(
			({ urn, type }) =>
				type === types.version && urn.endsWith("::uploads-secret-access-key"),
		);
		expect(versions.map(({ inputs }) => inputs.secretData)).toEqual([
			expect.any(Secret),
		]);
	});

	it("changes nothing in a second update, nor after a refresh", async () => {
		expect(done(await stack.up()).changes).toEqual({});
		expect(done(await stack.up({ refresh: true })).changes).toEqual({});
	});
});

describe("a bucket's key", () => {
	const { stack } = stackWith("local");
	const rotateTo = (epoch: number) => {
		stack.set("rotationEpoch", epoch);
		return stack.up();
	};
	/** The pairs that are active now. */
	const keys = () =>
		entries(stack, types.key).map(({ properties }) =>
			[properties.accessId, properties.secret].join(),
		);
	/** The pair that each update had the backend bind. */
	const bound = () =>
		(["access-key-id", "secret-access-key"] as const)
			.map(
				(attribute) =>
					entries(stack, types.version)
						.filter(({ properties }) =>
							String(properties.secret).endsWith(`/uploads-${attribute}-local`),
						)
						.at(-1)?.hidden.payload,
			)
			.join();

	it("[R-002] takes turns with the next one: the pair before works as long as its revisions can be pinned", async () => {
		const pairs: string[] = [];
		for (const [epoch, living] of [
			[0, 1],
			[1, 2],
			[2, 2],
			[3, 2],
		] as const) {
			const run = done(await rotateTo(epoch));
			pairs.push(bound());
			expect([...keys()].sort()).toEqual(pairs.slice(-living).sort());
			expect(new Set(pairs).size).toBe(epoch + 1);
			expect(run.output).not.toContain(pairs.at(-1)?.split(",")[1]);
		}
	});

	it("[R-002] stays while a service that binds it does not follow", async () => {
		const before = keys();
		stack.set("services", {
			backend: { pinnedRevision: serving("backend") },
		});
		const run = await rotateTo(4);
		expect(run.ok).toBe(false);
		expect(run.messages.join("\n")).toMatch(
			/\[rotation\] refused, nothing was changed in local: service netra-backend-local is pinned to revision netra-backend-local-e3-/,
		);
		expect(keys()).toEqual(before);
	});

	const serving = (service: string) =>
		String(
			entries(stack, "gcp:cloudrunv2/service:Service").find(
				({ properties }) => properties.name === `netra-${service}-local`,
			)?.properties.latestReadyRevision,
		)
			.split("/")
			.at(-1);
});

describe("a service that no longer binds a bucket", () => {
	const moved = withBuckets(({ services }) => {
		delete services.auth?.secrets.AVATARS_BUCKET;
		Object.assign(services.frontend?.secrets ?? {}, {
			AVATARS_BUCKET: "avatars-name",
		});
	});
	const { stack, deploy } = stackWith("local");
	const gcloud = (args: readonly string[]) =>
		execFileSync(process.execPath, ["local/gcloud/main.ts", ...args], {
			env: { ...process.env, NETRA_LOCAL_DIR: stack.directory },
			encoding: "utf8",
		});
	/** What `tools/prune` says of the grant. */
	const pruned = (epoch: number) => {
		const place = {
			project: "netra-local",
			region: "us-central1",
			environment: "local" as const,
			epoch,
			secretIds: [],
			takeOver: {},
			declared: {
				platform: moved,
				config: parseStackConfig(moved, "local", stack.config, [
					...stack.secretKeys,
				]),
			},
		};
		const left = readLeft(
			{ gcloud, pulumi: () => exported(stack.state.all) },
			place,
		);
		return judgeLeft({ ...place, left }, readCloud(gcloud, place)).find(
			({ text }) => text.includes("bucket"),
		);
	};
	let before: string[];
	let run: Run;
	beforeAll(async () => {
		done(await stack.up());
		before = granted(stack);
		run = done(await deploy(moved));
	});

	it("[R-070] may go on using it: a revision that is kept may need it", () => {
		expect(granted(stack)).toEqual([
			...before,
			grant("avatars", "netra-frontend", "local"),
		]);
		expect(run.changes.delete).toBeUndefined();
		expect(run.output).toContain(
			"[retired] netra-auth@netra-local.iam.gserviceaccount.com no longer binds bucket netra-avatars-local-netra-local, and may go on using it. Revisions that can be pinned may need it: tools/prune -s local names them, and offers it once none does.",
		);
	});

	it("[R-070] loses it by tools/prune, once no such revision is left", async () => {
		const text =
			"grant of bucket netra-avatars-local-netra-local to netra-auth@netra-local.iam.gserviceaccount.com";
		expect(pruned(0)).toMatchObject({
			text,
			needed: true,
			reason: expect.stringMatching(/^needed by netra-auth-local-e0-/),
		});
		// In a later epoch the old revision's login is kept no longer.
		const found = pruned(9);
		expect(found).toMatchObject({
			text,
			reason: "no revision but the newest runs as that account",
		});
		for (const command of found?.commands ?? []) {
			gcloud(command);
		}
		const kept = [...before, grant("avatars", "netra-frontend", "local")];
		const gone = grant("avatars", "netra-auth", "local");
		const expected = kept.filter((each) => each !== gone);
		expect(granted(stack)).toEqual(expected);
		// The update after it forgets what is gone, and makes nothing anew.
		done(await stack.up({ refresh: true }));
		expect(granted(stack)).toEqual(expected);
	});
});

describe("a bucket that leaves the contract", () => {
	const without = withBuckets((contract) => {
		delete contract.stores.avatars;
		delete contract.services.auth?.secrets.AVATARS_BUCKET;
		contract.secrets = contract.secrets.filter(
			({ id }) => id !== "avatars-name",
		);
	});

	it("[R-070] is not deleted where data is protected", async () => {
		const { stack, deploy } = stackWith("staging");
		done(await stack.up());
		const run = await deploy(without);
		expect(run.ok).toBe(false);
		expect(run.output).toMatch(
			/avatars-bucket" cannot be deleted\s+because it is protected/,
		);
		expect(entries(stack, types.bucket).length).toBe(2);
	});

	it("goes with its grants where it is not", async () => {
		const { stack, deploy } = stackWith("local");
		done(await stack.up());
		done(await deploy(without));
		expect(granted(stack).sort()).toEqual(
			[
				grant("uploads", "netra-backend", "local"),
				grant("uploads", "netra-uploads", "local"),
			].sort(),
		);
	});
});
