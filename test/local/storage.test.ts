/** Buckets, who may use them, and keys, as the stand-in keeps them. */
import { describe, expect, it } from "@jest/globals";
import { CloudError } from "../../local/provider/core.ts";
import { textAt } from "../../local/provider/values.ts";
import { BUCKET, BUCKET_MEMBER, HMAC_KEY } from "../../local/types/tokens.ts";
import { type Recorded, StandIn } from "./harness.ts";

const ACCOUNT = "gcp:serviceaccount/account:Account";
const email = "uploads@demo-1.iam.gserviceaccount.com";
const inputs = { name: "demo-uploads", location: "us-central1" };
const grantInputs = {
	bucket: "demo-uploads",
	role: "roles/storage.objectUser",
	member: `serviceAccount:${email}`,
};

async function withBucket(): Promise<{
	standIn: StandIn;
	bucket: Recorded;
	account: Recorded;
}> {
	const standIn = new StandIn();
	return {
		standIn,
		bucket: await standIn.create(BUCKET, "uploads", inputs),
		account: await standIn.create(ACCOUNT, "uploads", { accountId: "uploads" }),
	};
}

const fill = (standIn: StandIn) =>
	standIn.cloud(({ resources }) => {
		const entry = resources[BUCKET]?.["demo-uploads"];
		Object.assign(entry?.hidden ?? {}, { objects: 3 });
	});
const has = (standIn: StandIn, type: string) =>
	standIn.cloud(({ resources }) => Object.keys(resources[type] ?? {}).length);

describe("a bucket", () => {
	it("has its region in capitals, and is the same after a refresh", async () => {
		const { standIn, bucket } = await withBucket();
		expect(bucket).toMatchObject({
			id: "demo-uploads",
			outputs: { location: "US-CENTRAL1", url: "gs://demo-uploads" },
		});
		expect(await standIn.refresh(bucket)).toEqual(bucket);
		expect(standIn.plan(bucket, inputs).diffs).toEqual([]);
	});

	it("is refused under a name that is taken, or is none", async () => {
		const { standIn } = await withBucket();
		await expect(standIn.create(BUCKET, "again", inputs)).rejects.toThrow(
			"already exists",
		);
		for (const name of ["goog-files", "Files", "ab"]) {
			await expect(
				standIn.create(BUCKET, "other", { ...inputs, name }),
			).rejects.toThrow();
		}
	});

	it("is deleted with objects in it only by force", async () => {
		const { standIn, bucket } = await withBucket();
		fill(standIn);
		await expect(standIn.delete(bucket)).rejects.toThrow(
			"Error trying to delete bucket demo-uploads containing objects without `force_destroy` set to true",
		);
		const forced = await standIn.update(bucket, {
			...inputs,
			forceDestroy: true,
		});
		await standIn.delete(forced);
		expect(has(standIn, BUCKET)).toBe(0);
	});
});

describe("a grant on a bucket", () => {
	it("names it as the API does, and takes its name for the same", async () => {
		const { standIn } = await withBucket();
		const grant = await standIn.create(BUCKET_MEMBER, "grant", grantInputs);
		expect(grant).toMatchObject({
			id: `b/demo-uploads/roles/storage.objectUser/serviceAccount:${email}`,
			outputs: { bucket: "b/demo-uploads" },
		});
		expect(standIn.plan(grant, grantInputs).diffs).toEqual([]);
		expect(
			standIn.plan(grant, { ...grantInputs, role: "roles/storage.admin" })
				.replaces,
		).toEqual(["role"]);
	});

	it("needs the bucket and the account", async () => {
		const { standIn } = await withBucket();
		await expect(
			standIn.create(BUCKET_MEMBER, "grant", {
				...grantInputs,
				bucket: "other",
			}),
		).rejects.toThrow("The specified bucket does not exist");
		await expect(
			standIn.create(BUCKET_MEMBER, "grant", {
				...grantInputs,
				member: "serviceAccount:nobody@demo-1.iam.gserviceaccount.com",
			}),
		).rejects.toThrow("does not exist");
	});

	it("goes with its bucket, and is in its policy before", async () => {
		const { standIn, bucket } = await withBucket();
		await standIn.create(BUCKET_MEMBER, "grant", grantInputs);
		const policy = () =>
			standIn.provider.invoke(
				"gcp:storage/getBucketIamPolicy:getBucketIamPolicy",
				{
					bucket: "demo-uploads",
				},
			);
		expect(JSON.parse(String((await policy()).policyData))).toEqual({
			bindings: [{ role: grantInputs.role, members: [grantInputs.member] }],
		});
		await standIn.delete(bucket);
		expect(has(standIn, BUCKET_MEMBER)).toBe(0);
		await expect(policy()).rejects.toThrow(CloudError);
		await expect(policy()).rejects.toThrow("Error 404");
	});
});

describe("a key of an account", () => {
	const create = (standIn: StandIn) =>
		standIn.create(HMAC_KEY, "key", { serviceAccountEmail: email });

	it("shows its secret when it is made, and never again", async () => {
		const { standIn } = await withBucket();
		const key = await create(standIn);
		const { accessId, secret } = key.outputs;
		expect(accessId).toMatch(/^GOOG1E[A-Z2-7]{55}$/);
		expect(secret).toMatch(/^[A-Za-z0-9+/]{40}$/);
		expect(key.id).toBe(`projects/demo-1/hmacKeys/${String(accessId)}`);
		expect(await standIn.refresh(key)).toEqual(key);
		const imported = await standIn.import(
			HMAC_KEY,
			textAt(key.outputs, "accessId"),
		);
		expect(imported?.outputs).toMatchObject({ accessId, secret: "" });
		const off = await standIn.update(key, {
			serviceAccountEmail: email,
			state: "INACTIVE",
		});
		expect(off.outputs).toMatchObject({ accessId, secret, state: "INACTIVE" });
	});

	it("is another one each time, and goes with its account", async () => {
		const { standIn, account } = await withBucket();
		const [one, other] = [await create(standIn), await create(standIn)];
		expect(one.outputs.secret).not.toBe(other.outputs.secret);
		await standIn.delete(one);
		expect(has(standIn, HMAC_KEY)).toBe(1);
		await standIn.delete(account);
		expect(has(standIn, HMAC_KEY)).toBe(0);
		await expect(create(standIn)).rejects.toThrow("not found");
	});
});
