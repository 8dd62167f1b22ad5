/** Secret Manager: versions, their states and numbers, and who may read them. */
import { describe, expect, it } from "@jest/globals";
import { type Properties, textAt } from "../../local/provider/values.ts";
import { type Recorded, StandIn } from "./harness.ts";

const SECRET = "gcp:secretmanager/secret:Secret";
const VERSION = "gcp:secretmanager/secretVersion:SecretVersion";
const MEMBER = "gcp:secretmanager/secretIamMember:SecretIamMember";
const NUMBER = "755315209189";

const secretInputs = { secretId: "key", replication: { auto: {} } };
const versionInputs = (more: Properties = {}): Properties => ({
	secret: "projects/demo-1/secrets/key",
	secretData: "one",
	...more,
});

async function withSecret(): Promise<{ standIn: StandIn; secret: Recorded }> {
	const standIn = new StandIn();
	return { standIn, secret: await standIn.create(SECRET, "key", secretInputs) };
}

const statesOf = (standIn: StandIn) =>
	standIn.cloud(({ resources }) =>
		Object.values(resources[VERSION] ?? {}).map(
			({ properties, hidden }) =>
				`${textAt(properties, "version")} ${hidden.destroyed === true ? "destroyed" : properties.enabled === false ? "disabled" : "enabled"}`,
		),
	);

describe("a secret in regions of one's choice", () => {
	const inRegions = (...locations: string[]): Properties => ({
		secretId: "key",
		replication: {
			userManaged: { replicas: locations.map((location) => ({ location })) },
		},
	});

	it("keeps their order, and is made anew for other ones or another order", async () => {
		const standIn = new StandIn();
		const regions = inRegions("us-east1", "us-central1");
		const secret = await standIn.create(SECRET, "key", regions);
		expect(secret.outputs.replication).toEqual({
			auto: null,
			userManaged: {
				replicas: [
					{ customerManagedEncryption: null, location: "us-east1" },
					{ customerManagedEncryption: null, location: "us-central1" },
				],
			},
		});
		expect(await standIn.refresh(secret)).toEqual(secret);
		expect(standIn.plan(secret, regions).replaces).toEqual([]);
		for (const other of [
			inRegions("us-east1"),
			inRegions("us-central1", "us-east1"),
			secretInputs,
		]) {
			expect(standIn.plan(secret, other)).toMatchObject({
				deleteBeforeReplace: true,
				replaces: expect.arrayContaining([
					expect.stringMatching(/^replication/),
				]),
			});
		}
	});

	it("is imported as it is", async () => {
		const standIn = new StandIn();
		const regions = inRegions("us-east1");
		const { id } = await standIn.create(SECRET, "key", regions);
		const imported = (await standIn.import(SECRET, id)) as Recorded;
		expect(standIn.plan(imported, regions).replaces).toEqual([]);
	});

	it("needs at least one", () => {
		expect(new StandIn().failures(SECRET, inRegions())).toEqual([
			"Too few list items: 0, at least 1 needed. Examine values at 'thing.replication.userManaged.replicas'.",
		]);
	});

	it("is not replicated automatically, too", () => {
		const { replication } = inRegions("us-east1") as {
			replication: Properties;
		};
		expect(
			new StandIn().failures(SECRET, {
				secretId: "key",
				replication: { ...replication, auto: {} },
			}),
		).toEqual([expect.stringContaining("Invalid combination of arguments")]);
	});

	it.each([
		["europe", ["us-east1", "europe"]],
		["global", ["global"]],
		["us-east1", ["us-east1", "us-east1"]],
	])("is refused for %s in %j", async (wrong, locations) => {
		const standIn = new StandIn();
		await expect(
			standIn.create(SECRET, "key", inRegions(...locations)),
		).rejects.toThrow(
			`googleapi: Error 400: The replication location [${wrong}] is not a region or is named twice.`,
		);
		expect(
			await standIn.create(SECRET, "key", inRegions("us-east1")),
		).toBeDefined();
	});
});

describe("a secret version", () => {
	it("is named by the project's number, its secret by the project's id", async () => {
		const { standIn, secret } = await withSecret();
		const version = await standIn.create(VERSION, "key", versionInputs());
		expect(secret.id).toBe("projects/demo-1/secrets/key");
		expect(secret.outputs.name).toBe(`projects/${NUMBER}/secrets/key`);
		expect(version.id).toBe(`projects/${NUMBER}/secrets/key/versions/1`);
		expect(version.outputs.name).toBe(version.id);
	});

	it("gets a number that rises by one, and never again one that was used while the secret lives", async () => {
		const { standIn, secret } = await withSecret();
		const first = await standIn.create(VERSION, "key", versionInputs());
		await standIn.delete(first);
		expect(
			(await standIn.create(VERSION, "key", versionInputs())).outputs.version,
		).toBe("2");
		expect(statesOf(standIn)).toEqual(["1 destroyed", "2 enabled"]);
		await standIn.delete(secret);
		await standIn.create(SECRET, "key", secretInputs);
		expect(
			(await standIn.create(VERSION, "key", versionInputs())).outputs.version,
		).toBe("1");
	});

	it("needs its secret", async () => {
		await expect(
			new StandIn().create(VERSION, "key", versionInputs()),
		).rejects.toThrow(
			`1 error occurred:\n\t* Error creating SecretVersion: googleapi: Error 404: Secret [projects/${NUMBER}/secrets/key] not found., notFound\n\n`,
		);
	});

	it("needs a payload", async () => {
		const { standIn } = await withSecret();
		await expect(
			standIn.create(VERSION, "key", versionInputs({ secretData: "" })),
		).rejects.toThrow("Secret Payload must have 1 to 65536 bytes.");
	});

	it.each([
		["DELETE", "1 destroyed"],
		["DISABLE", "1 disabled"],
		["ABANDON", "1 enabled"],
	])("whose state says %s is %s by a delete", async (deletionPolicy, state) => {
		const { standIn } = await withSecret();
		await standIn.delete(
			await standIn.create(VERSION, "key", versionInputs({ deletionPolicy })),
		);
		expect(statesOf(standIn)).toEqual([state]);
	});

	it("takes a new deletion policy into the state alone", async () => {
		const { standIn } = await withSecret();
		const version = await standIn.create(VERSION, "key", versionInputs());
		// Whatever asked the API would fail.
		standIn.script({ id: "any-request", on: "update" });
		const before = standIn.cloud((world) => JSON.stringify(world));
		const updated = await standIn.update(
			version,
			versionInputs({ deletionPolicy: "ABANDON" }),
		);
		expect(updated.outputs.deletionPolicy).toBe("ABANDON");
		expect(standIn.cloud((world) => JSON.stringify(world))).toBe(before);
	});

	it("is disabled and enabled in place, and can't be once it is destroyed", async () => {
		const { standIn } = await withSecret();
		const version = await standIn.create(
			VERSION,
			"key",
			versionInputs({ enabled: true }),
		);
		const disabled = await standIn.update(
			version,
			versionInputs({ enabled: false }),
		);
		expect(statesOf(standIn)).toEqual(["1 disabled"]);
		await standIn.update(disabled, versionInputs({ enabled: true }));
		expect(statesOf(standIn)).toEqual(["1 enabled"]);
		await standIn.delete(version);
		const { reason } = await standIn.failingUpdate(
			disabled,
			versionInputs({ enabled: true }),
		);
		expect(reason).toContain(
			`Secret Version [${version.id}] is in DESTROYED state.`,
		);
	});

	it("keeps a write-only payload out of the outputs", async () => {
		const { standIn } = await withSecret();
		const inputs = {
			secret: "projects/demo-1/secrets/key",
			secretDataWo: "one",
			secretDataWoVersion: 1,
		};
		const version = await standIn.create(VERSION, "key", inputs);
		expect(version.outputs.secretDataWo).toBeNull();
		expect(version.outputs.secretData).toBe("");
		expect(await payload(standIn)).toBe("one");
		expect(
			standIn.plan(version, { ...inputs, secretDataWo: "two" }).changes,
		).toBe(false);
		expect(
			standIn.plan(version, {
				...inputs,
				secretDataWo: "two",
				secretDataWoVersion: 2,
			}).replaces,
		).toEqual(["secretDataWoVersion"]);
	});

	it("disabled by hand stays disabled after a refresh, unless the program says that it is enabled", async () => {
		const { standIn } = await withSecret();
		const version = await standIn.create(VERSION, "key", versionInputs());
		byHand(standIn, version.id, { enabled: false });
		const refreshed = (await standIn.refresh(version)) as Recorded;
		expect(refreshed.outputs.enabled).toBe(false);
		expect(standIn.plan(refreshed, versionInputs()).changes).toBe(false);
		expect(
			standIn.plan(refreshed, versionInputs({ enabled: true })).detailed,
		).toEqual({ enabled: "add" });
	});

	it("destroyed by hand is gone after a refresh", async () => {
		const { standIn } = await withSecret();
		const version = await standIn.create(VERSION, "key", versionInputs());
		standIn.cloud(({ resources }) => {
			const entry = resources[VERSION]?.[version.id];
			if (entry !== undefined) entry.hidden.destroyed = true;
		});
		expect(await standIn.refresh(version)).toBeUndefined();
	});

	it("is imported by the project's id as well as by its number", async () => {
		const { standIn } = await withSecret();
		const version = await standIn.create(VERSION, "key", versionInputs());
		const imported = await standIn.import(
			VERSION,
			"projects/demo-1/secrets/key/versions/1",
		);
		expect(imported?.id).toBe(version.id);
		expect(imported?.outputs.secretData).toBe("one");
	});
});

function byHand(standIn: StandIn, id: string, properties: Properties): void {
	standIn.cloud(({ resources }) =>
		Object.assign(resources[VERSION]?.[id]?.properties ?? {}, properties),
	);
}

async function payload(
	standIn: StandIn,
	more: Properties = {},
): Promise<unknown> {
	const token =
		"gcp:secretmanager/getSecretVersionAccess:getSecretVersionAccess";
	return (await standIn.provider.invoke(token, { secret: "key", ...more }))
		.secretData;
}

describe("reading a secret's version", () => {
	it("gives the payload of the number, and without one that of the newest", async () => {
		const { standIn } = await withSecret();
		await standIn.create(VERSION, "a", versionInputs());
		await standIn.create(VERSION, "b", versionInputs({ secretData: "two" }));
		expect(await payload(standIn, { version: "1" })).toBe("one");
		expect(await payload(standIn)).toBe("two");
		expect(
			await payload(standIn, { version: "1", isSecretDataBase64: true }),
		).toBe("b25l");
	});

	it.each([
		[
			"absent",
			async () => {},
			"googleapi: Error 404: Secret Version [NAME] not found., notFound",
		],
		[
			"disabled",
			async (standIn: StandIn) => {
				await standIn.create(VERSION, "a", versionInputs({ enabled: false }));
			},
			"googleapi: Error 400: Secret Version [NAME] is in DISABLED state., failedPrecondition",
		],
		[
			"destroyed",
			async (standIn: StandIn) =>
				standIn.delete(await standIn.create(VERSION, "a", versionInputs())),
			"googleapi: Error 400: Secret Version [NAME] is in DESTROYED state., failedPrecondition",
		],
	] as const)("is an error where it is %s", async (_state, make, message) => {
		const { standIn } = await withSecret();
		await make(standIn);
		const name = `projects/${NUMBER}/secrets/key/versions/1`;
		await expect(payload(standIn, { version: "1" })).rejects.toThrow(
			message.replace("NAME", name),
		);
	});
});

describe("deleting a secret", () => {
	it("takes its versions and grants with it", async () => {
		const { standIn, secret } = await withSecret();
		const version = await standIn.create(VERSION, "key", versionInputs());
		const grant = await standIn.create(MEMBER, "reader", {
			secretId: "projects/demo-1/secrets/key",
			role: "roles/secretmanager.secretAccessor",
			member: "user:a@example.com",
		});
		await standIn.delete(secret);
		expect(await standIn.refresh(version)).toBeUndefined();
		expect(await standIn.refresh(grant)).toBeUndefined();
	});

	it("is refused while it is protected", async () => {
		const standIn = new StandIn();
		const secret = await standIn.create(SECRET, "key", {
			...secretInputs,
			deletionProtection: true,
		});
		await expect(standIn.delete(secret)).rejects.toThrow(
			"1 error occurred:\n\t* cannot destroy secret without setting deletion_protection=false and running `pulumi up`\n\n",
		);
	});

	it("is refused where the state says PREVENT, and asks nobody where it says ABANDON, protected or not", async () => {
		const standIn = new StandIn();
		const prevented = await standIn.create(SECRET, "a", {
			...secretInputs,
			secretId: "a",
			deletionPolicy: "PREVENT",
		});
		await expect(standIn.delete(prevented)).rejects.toThrow(
			"its deletion_policy is PREVENT",
		);
		const abandoned = {
			...secretInputs,
			deletionPolicy: "ABANDON",
			deletionProtection: true,
		};
		await standIn.delete(await standIn.create(SECRET, "key", abandoned));
		await expect(standIn.create(SECRET, "key", abandoned)).rejects.toThrow(
			"1 error occurred:\n\t* Error creating Secret: googleapi: Error 409: Resource 'projects/demo-1/secrets/key' already exists., alreadyExists\n\n",
		);
	});
});

describe("a grant", () => {
	it("needs its secret, and an account that exists if it is one of the project's own", async () => {
		const standIn = new StandIn();
		const inputs = {
			secretId: "projects/demo-1/secrets/key",
			role: "roles/secretmanager.secretAccessor",
			member: "serviceAccount:netra-web@demo-1.iam.gserviceaccount.com",
		};
		await expect(standIn.create(MEMBER, "a", inputs)).rejects.toThrow(
			"projects/demo-1/secrets/key not found",
		);
		await standIn.create(SECRET, "key", secretInputs);
		await expect(standIn.create(MEMBER, "a", inputs)).rejects.toThrow(
			"googleapi: Error 400: Service account netra-web@demo-1.iam.gserviceaccount.com does not exist., badRequest",
		);
	});

	it("that is made again under an account's old address has to be granted again", async () => {
		const { standIn } = await withSecret();
		const inputs = { accountId: "netra-web" };
		const account = await standIn.create(
			"gcp:serviceaccount/account:Account",
			"web",
			inputs,
		);
		const grant = await standIn.create(MEMBER, "a", {
			secretId: "projects/demo-1/secrets/key",
			role: "roles/secretmanager.secretAccessor",
			member: account.outputs.member as string,
		});
		await standIn.delete(account);
		await standIn.create("gcp:serviceaccount/account:Account", "web", inputs);
		expect(await standIn.refresh(grant)).toBeUndefined();
	});
});

describe("the secrets that somebody else issues", () => {
	it("can be taken over by an import", async () => {
		const standIn = new StandIn({ project: "netra-staging" });
		const id = "projects/netra-staging/secrets/openai-api-key-staging";
		const secret = (await standIn.import(SECRET, id)) as Recorded;
		const inputs = {
			secretId: "openai-api-key-staging",
			replication: { auto: {} },
		};
		expect(standIn.plan(secret, inputs).detailed).toEqual({});
		const version = (await standIn.import(
			VERSION,
			`${id}/versions/2`,
		)) as Recorded;
		const { secretData } = version.outputs;
		expect(
			standIn.plan(version, { secret: id, secretData: secretData as string })
				.detailed,
		).toEqual({});
	});

	it("are there from the start, with three versions each, and keep their values", async () => {
		const standIn = new StandIn({ project: "netra-staging" });
		const read = (secret: string, version: string): Promise<Properties> =>
			standIn.provider.invoke(
				"gcp:secretmanager/getSecretVersionAccess:getSecretVersionAccess",
				{ secret, version },
			);
		const ids = [
			"google-oauth-client-secret",
			"openai-api-key",
			"anthropic-api-key",
			"gemini-api-key",
			"clickhouse-password",
		];
		for (const id of ids)
			for (const version of ["1", "2", "3"]) {
				const { secretData } = await read(`${id}-staging`, version);
				expect(String(secretData).length).toBeGreaterThanOrEqual(40);
				expect((await read(`${id}-staging`, version)).secretData).toBe(
					secretData,
				);
			}
		const { secretData } = await read("google-oauth-client-id-staging", "1");
		expect(secretData).toMatch(
			/^\d+-[0-9a-f]{32}\.apps\.googleusercontent\.com$/,
		);
	});
});
