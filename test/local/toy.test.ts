/** The stand-in's providers in the life of a small stack; what only the real engine shows is in `engine.test.ts`. */
import { afterAll, describe, expect, it } from "@jest/globals";
import { CloudStore } from "../../local/cloud/store.ts";
import { scriptFaults } from "../e2e/cloud.ts";
import { InProcess, succeeded } from "../in-process/in-process.ts";
import { nameIn, typeIn } from "../in-process/urn.ts";
import { deployToy } from "./toy/program.ts";

const SERVICE = "gcp:cloudrunv2/service:Service";
const VERSION = "gcp:secretmanager/secretVersion:SecretVersion";

const open: InProcess[] = [];
afterAll(() => {
	for (const toy of open) toy.remove();
});

/** A stack of the toy program on a cloud of its own, configured as its `Pulumi.yaml` says. */
function newToy(): InProcess {
	const toy = new InProcess(async () => deployToy(), {
		stack: "dev",
		config: {
			"gcp:project": "demo-1",
			"gcp:region": "us-central1",
			"netra-platform:epoch": "1",
			"netra-platform:image": "one",
			"netra-platform:reader": "netra-web",
		},
	});
	open.push(toy);
	return toy;
}

/** A resource of the cloud, by a part of its id. */
const cloud = (toy: InProcess, type: string, id: string) =>
	new CloudStore(toy.directory, "demo-1", () => {}).view(({ resources }) =>
		Object.entries(resources[type] ?? {}).find(([key]) => key.includes(id)),
	)?.[1];
const serving = (toy: InProcess) =>
	cloud(toy, SERVICE, "web")?.properties.latestReadyRevision;

/** Takes over what the cloud holds, and finds nothing that the engine would call a change: outputs alone are none. */
async function refreshesToTheSame(toy: InProcess): Promise<void> {
	const known = () =>
		toy.state.all.map(({ urn, id, inputs }) => ({ urn, id, inputs }));
	const before = known();
	expect(before.length).toBeGreaterThan(9);
	await toy.refresh();
	expect(known()).toEqual(before);
}

describe("a small stack", () => {
	it("comes up, has nothing to do the second time and after a refresh, is rotated, and goes", async () => {
		const toy = newToy();
		await succeeded(toy.up());
		expect(serving(toy)).toMatch(/web-one-1$/);
		const again = await succeeded(toy.up());
		expect(again.steps.map(({ op }) => op)).toEqual(Array(9).fill("same"));
		await refreshesToTheSame(toy);

		const password = cloud(toy, VERSION, "versions/1")?.hidden.payload;
		expect(password).toMatch(/^[A-Za-z0-9]{32}$/);

		toy.set("epoch", "2");
		const { steps } = await succeeded(toy.preview());
		expect(
			steps
				.filter(({ op }) => op !== "same")
				.map(({ op, urn }) => `${op} ${typeIn(urn)} ${nameIn(urn)}`),
		).toEqual([
			"replace random:index/randomPassword:RandomPassword pg",
			"update gcp:sql/user:User app",
			"replace gcp:secretmanager/secretVersion:SecretVersion pg-password",
			"update gcp:cloudrunv2/job:Job check",
			"update gcp:cloudrunv2/service:Service web",
		]);
		await succeeded(toy.up());
		expect(cloud(toy, VERSION, "versions/1")?.hidden.payload).toBe(password);
		expect(cloud(toy, "gcp:sql/user:User", "app//")?.properties.password).toBe(
			cloud(toy, VERSION, "versions/2")?.hidden.payload,
		);
		expect((await succeeded(toy.up())).changes).toEqual({});

		await succeeded(toy.destroy());
		expect(cloud(toy, SERVICE, "web")).toBeUndefined();
		expect(
			cloud(toy, "gcp:sql/databaseInstance:DatabaseInstance", "pg"),
		).toBeUndefined();
	});

	it("fails with the reason where a revision does not start, records it as done, and goes on with the next", async () => {
		const toy = newToy();
		await succeeded(toy.up());
		scriptFaults(toy, {
			id: "broken",
			on: "revision",
			name: "web-two-1",
			message: "The container failed to start.",
		});
		toy.set("image", "two");
		const failed = await toy.up();
		expect(failed.ok).toBe(false);
		expect(failed.output).toContain(
			"Error waiting to update Service: Error waiting for Updating Service: Error code 9, message: Revision 'web-two-1' is not ready and cannot serve traffic. The container failed to start.",
		);
		expect(serving(toy)).toMatch(/web-one-1$/);
		await succeeded(toy.up());
		expect(serving(toy)).toMatch(/web-one-1$/);
		await refreshesToTheSame(toy);
		toy.set("image", "three");
		await succeeded(toy.up());
		expect(serving(toy)).toMatch(/web-three-1$/);
	});

	it("names what is wrong with an input, and changes nothing", async () => {
		const toy = newToy();
		toy.set("reader", "NetraWeb");
		const { ok, output } = await toy.preview();
		expect(ok).toBe(false);
		expect(output).toContain(
			"gcp:serviceaccount/account:Account resource 'web' has a problem: invalid value for accountId: \"NetraWeb\" does not match \"^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$\". Examine values at 'web.accountId'.",
		);
	});
});
