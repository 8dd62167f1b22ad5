/** Cloud SQL. */
import { describe, expect, it } from "@jest/globals";
import { SimulatedPlane } from "../../local/plane/simulated.ts";
import { CloudError } from "../../local/provider/core.ts";
import type { Properties } from "../../local/provider/values.ts";
import { type Recorded, StandIn } from "./harness.ts";

const INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance";
const USER = "gcp:sql/user:User";
const DATABASE = "gcp:sql/database:Database";

const instance = (
	more: Properties = {},
	settings: Properties = {},
): Properties => ({
	name: "pg",
	databaseVersion: "POSTGRES_17",
	region: "us-central1",
	settings: { tier: "db-g1-small", edition: "ENTERPRISE", ...settings },
	...more,
});
const user = (password: string): Properties => ({
	name: "app",
	instance: "pg",
	password,
});

describe("an instance", () => {
	it("without an edition is an ENTERPRISE_PLUS one from version 16 on, which rejects the small tiers", async () => {
		const standIn = new StandIn();
		const inputs = { ...instance(), settings: { tier: "db-g1-small" } };
		await expect(standIn.create(INSTANCE, "pg", inputs)).rejects.toThrow(
			"googleapi: Error 400: Invalid request: Invalid Tier (db-g1-small) for (ENTERPRISE_PLUS) Edition., invalid",
		);
		const older = await standIn.create(INSTANCE, "pg", {
			...inputs,
			databaseVersion: "POSTGRES_15",
		});
		expect((older.outputs.settings as Properties).edition).toBe("ENTERPRISE");
	});

	it("has the addresses that its network settings ask for", async () => {
		const standIn = new StandIn();
		const network = "projects/demo-1/global/networks/vpc";
		const inside = await standIn.create(
			INSTANCE,
			"pg",
			instance(
				{},
				{ ipConfiguration: { ipv4Enabled: false, privateNetwork: network } },
			),
		);
		expect(inside.outputs.privateIpAddress).toMatch(/^10\.64\.0\.\d+$/);
		expect(inside.outputs.publicIpAddress).toBe("");
		expect(inside.outputs.connectionName).toBe("demo-1:us-central1:pg");
	});

	it("shows its active authority, and to who asks for all an upcoming one too", async () => {
		const standIn = new StandIn();
		const { outputs } = await standIn.create(INSTANCE, "pg", instance());
		const [active] = outputs.serverCaCerts as Properties[];
		const upcoming = { ...active, sha1Fingerprint: "0f" };
		standIn.cloud(({ resources }) => {
			Object.assign(resources[INSTANCE]?.pg?.hidden ?? {}, {
				upcomingServerCas: [upcoming],
			});
		});
		expect(
			await standIn.provider.invoke("gcp:sql/getCaCerts:getCaCerts", {
				instance: "pg",
			}),
		).toEqual({
			id: "projects/demo-1/instance/pg",
			project: "demo-1",
			instance: "pg",
			certs: [active, upcoming],
			activeVersion: active?.sha1Fingerprint,
		});
		await expect(
			standIn.provider.invoke("gcp:sql/getCaCerts:getCaCerts", {
				instance: "other",
			}),
		).rejects.toThrow("The Cloud SQL instance does not exist");
	});

	it("is protected unless the program says otherwise, and its API can protect it too", async () => {
		const standIn = new StandIn();
		const message =
			"Error, failed to delete instance because deletion_protection is set to true.";
		await expect(
			standIn.delete(await standIn.create(INSTANCE, "pg", instance())),
		).rejects.toThrow(message);
		const guarded = await standIn.create(
			INSTANCE,
			"other",
			instance(
				{ name: "other", deletionProtection: false },
				{ deletionProtectionEnabled: true },
			),
		);
		await expect(standIn.delete(guarded)).rejects.toThrow(
			"The instance is protected.",
		);
	});

	it("loses its protection by an update, and can be deleted then, with its databases and logins", async () => {
		const standIn = new StandIn();
		const created = await standIn.create(INSTANCE, "pg", instance());
		const login = await standIn.create(USER, "app", user("one"));
		const database = await standIn.create(DATABASE, "netra", {
			name: "netra",
			instance: "pg",
		});
		const open = await standIn.update(
			created,
			instance({ deletionProtection: false }),
		);
		await standIn.delete(open);
		expect(await standIn.refresh(login)).toBeUndefined();
		expect(await standIn.refresh(database)).toBeUndefined();
	});

	it("that is abandoned although protected is in the way of its successor", async () => {
		const standIn = new StandIn();
		await standIn.delete(
			await standIn.create(
				INSTANCE,
				"pg",
				instance({ deletionPolicy: "ABANDON" }),
			),
		);
		await expect(standIn.create(INSTANCE, "pg", instance())).rejects.toThrow(
			"1 error occurred:\n\t* Error creating DatabaseInstance: googleapi: Error 409: Resource 'pg' already exists., alreadyExists\n\n",
		);
	});

	it("is imported by name or by path, with its protection at the default", async () => {
		const standIn = new StandIn();
		await standIn.create(
			INSTANCE,
			"pg",
			instance({ deletionProtection: false }),
		);
		for (const id of ["pg", "projects/demo-1/instances/pg"]) {
			const imported = await standIn.import(INSTANCE, id);
			expect(imported?.id).toBe("pg");
			expect(imported?.outputs.deletionProtection).toBe(true);
		}
	});
});

describe("a login", () => {
	async function withLogin(
		plane?: SimulatedPlane,
	): Promise<{ standIn: StandIn; login: Recorded }> {
		const standIn =
			plane === undefined ? new StandIn() : new StandIn({ plane });
		await standIn.create(INSTANCE, "pg", instance());
		return { standIn, login: await standIn.create(USER, "app", user("one")) };
	}
	const held = (standIn: StandIn) =>
		standIn.cloud(
			({ resources }) => resources[USER]?.["app//pg"]?.properties.password,
		);

	it("has the id name//instance, and is imported by project/instance/name too", async () => {
		const { standIn, login } = await withLogin();
		expect(login.id).toBe("app//pg");
		expect((await standIn.import(USER, "demo-1/pg/app"))?.id).toBe("app//pg");
	});

	it("needs its instance", async () => {
		await expect(
			new StandIn().create(USER, "app", user("one")),
		).rejects.toThrow(
			"googleapi: Error 404: The Cloud SQL instance does not exist., instanceDoesNotExist",
		);
	});

	it("whose change of password failed is recorded with the new one: neither the next update nor a refresh repairs it", async () => {
		const { standIn, login } = await withLogin();
		standIn.script({
			id: "down",
			on: "update",
			type: USER,
			message: "googleapi: Error 503: backend unavailable",
			times: 1,
		});
		const { reason, recorded } = await standIn.failingUpdate(
			login,
			user("two"),
		);
		expect(reason).toBe(
			`updating urn:pulumi:dev::toy::${USER}::app: 1 error occurred:\n\t* googleapi: Error 503: backend unavailable\n\n`,
		);
		expect(held(standIn)).toBe("one");
		const refreshed = (await standIn.refresh(recorded)) as Recorded;
		expect(standIn.plan(refreshed, user("two")).changes).toBe(false);
		await standIn.update(refreshed, user("two"));
		expect(held(standIn)).toBe("one");
		await standIn.update(refreshed, user("three"));
		expect(held(standIn)).toBe("three");
	});

	it("keeps the old password in the cloud where the database refused the new one", async () => {
		const plane = new SimulatedPlane();
		const { standIn, login } = await withLogin(plane);
		plane.setUser = async () => {
			throw new CloudError("tuple concurrently updated");
		};
		const { reason } = await standIn.failingUpdate(login, user("two"));
		expect(reason).toContain("* tuple concurrently updated");
		expect(held(standIn)).toBe("one");
	});

	it("that is abandoned stays in the database", async () => {
		const { standIn } = await withLogin();
		const other = await standIn.create(USER, "b", {
			...user("x"),
			name: "b",
			deletionPolicy: "ABANDON",
		});
		await standIn.delete(other);
		expect(await standIn.import(USER, "b//pg")).toBeDefined();
	});
});
