import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Checkout, jsonOf, outputOf } from "./checkout.ts";
import { cloudEntries, scriptFaults, servingRevisions } from "./cloud.ts";

const project = "netra-staging";
const checkout = new Checkout();
afterAll(() => checkout.remove());

const up = () =>
	checkout.pulumi("up", "-s", "staging", "--yes", "--skip-preview");
const set = (key: string, value: string) =>
	checkout.pulumi("config", "set", "--path", key, value, "-s", "staging");
const unset = (key: string) =>
	checkout.pulumi("config", "rm", "--path", key, "-s", "staging");

/** The passwords of the two logins, as the database has them. */
const passwords = () =>
	Object.fromEntries(
		Object.values(cloudEntries(checkout, project, "gcp:sql/user:User")).map(
			({ properties }) => [properties.name, properties.password],
		),
	);

type Step = { op: string; urn: string };

/** What a preview would change: the resource's name and type, by what happens to it. */
async function plan(): Promise<Record<string, string[]>> {
	const output = outputOf(
		await checkout.pulumi("preview", "-s", "staging", "--json"),
	);
	const { steps } = JSON.parse(jsonOf(output)) as { steps: Step[] };
	const changes: Record<string, string[]> = {};
	for (const { op, urn } of steps.filter((step) =>
		["update", "replace", "create", "delete"].includes(step.op),
	)) {
		const [type, name] = urn.split("::").slice(-2) as [string, string];
		changes[op] ??= [];
		changes[op].push(`${type.split(":").at(-1)} ${name}`);
	}
	return Object.fromEntries(
		Object.entries(changes).map(([op, names]) => [op, names.sort()]),
	);
}

beforeAll(async () => {
	outputOf(await up());
}, 60_000);

describe("a rotation", () => {
	it("[R-002] plans nothing but the idle login, the secrets that follow it, and what binds them", async () => {
		await set("rotationEpoch", "1");
		expect(await plan()).toEqual({
			replace: [
				"RandomPassword database-user-b-password",
				"SecretVersion database-url",
				"SecretVersion postgres-password",
				"SecretVersion postgres-user",
			],
			update: [
				"Job auth-preflight",
				"Job auth-verify",
				"Job backend-preflight",
				"Job backend-verify",
				"Service auth",
				"Service backend",
				"User database-user-b",
			],
		});
	}, 60_000);

	it("[R-001] changes login, secret and revision in one update, and leaves the running login alone", async () => {
		const before = passwords();
		outputOf(await up());
		const after = passwords();
		expect(after.netra_a).toBe(before.netra_a);
		expect(after.netra_b).not.toBe(before.netra_b);
		expect(servingRevisions(checkout, project)).toMatchObject({
			"netra-auth-staging": expect.stringContaining("-e1-"),
			"netra-backend-staging": expect.stringContaining("-e1-"),
		});
	}, 60_000);

	it("[R-070] keeps the version of each secret that the revision before it pins", () => {
		const versions = Object.entries(
			cloudEntries(
				checkout,
				project,
				"gcp:secretmanager/secretVersion:SecretVersion",
			),
		)
			.filter(([id]) => id.includes("/database-url-staging/"))
			.map(([id, { properties }]) => [
				id.split("/").at(-1),
				properties.enabled,
			]);
		expect(versions).toEqual([
			["1", true],
			["2", true],
		]);
	});
});

describe("the guard of the logins", () => {
	const refused = async (cause: string) => {
		const before = passwords();
		const { code, output } = await up();
		expect(code).not.toBe(0);
		expect(output).toContain(
			"[rotation] refused, nothing was changed in staging:",
		);
		expect(output).toContain(cause);
		expect(passwords()).toEqual(before);
	};

	it("[R-002] refuses an epoch that would change the running login", async () => {
		await set("rotationEpoch", "3");
		await refused(
			"serves with the login of epoch 1, and epoch 3 would change that login's password",
		);
		await set("rotationEpoch", "0");
		await refused(
			"serves with the login of epoch 1, and epoch 0 would change that login's password",
		);
		await set("rotationEpoch", "1");
	}, 60_000);

	it("[R-070] lets the revision before be pinned, and refuses a rotation meanwhile", async () => {
		const auth = cloudEntries(
			checkout,
			project,
			"gcp:cloudrunv2/service:Service",
		);
		const service = Object.entries(auth).find(([id]) =>
			id.endsWith("netra-auth-staging"),
		)?.[1] as unknown as {
			hidden: { revisions: Record<string, unknown> };
		};
		const previous = Object.keys(service.hidden.revisions).find((name) =>
			name.includes("-e0-"),
		) as string;
		await set("services.auth.pinnedRevision", previous);
		outputOf(await up());
		const [traffic] = Object.entries(
			cloudEntries(checkout, project, "gcp:cloudrunv2/service:Service"),
		)
			.filter(([id]) => id.endsWith("netra-auth-staging"))
			.map(([, { properties }]) => properties.trafficStatuses);
		expect(traffic).toEqual([
			expect.objectContaining({ revision: previous, percent: 100 }),
		]);
		await set("rotationEpoch", "2");
		await refused(
			"serves with the login of epoch 0, and epoch 2 would change that login's password",
		);
		await set("rotationEpoch", "1");
		await unset("services.auth.pinnedRevision");
		outputOf(await up());
	}, 120_000);

	it("stops, changing nothing, where the running services can't be read", async () => {
		scriptFaults(checkout, {
			id: "denied",
			on: "invoke",
			type: "gcp:cloudrunv2/getService:getService",
			message:
				"Error when reading or editing Service: googleapi: Error 403: Permission 'run.services.get' denied",
		});
		const before = passwords();
		await set("rotationEpoch", "2");
		const { code, output } = await up();
		scriptFaults(checkout);
		await set("rotationEpoch", "1");
		expect(code).not.toBe(0);
		expect(output).toContain(
			"[observe] the state of projects/netra-staging/locations/us-central1/services/",
		);
		expect(passwords()).toEqual(before);
	}, 60_000);
});

describe("a password of the idle login", () => {
	it("[R-002] is made anew on request while that login is live nowhere", async () => {
		await set("rotationEpoch", "2");
		await set('slotRetry["2"]', "1");
		const before = passwords();
		outputOf(await up());
		expect(passwords().netra_a).not.toBe(before.netra_a);
		expect(passwords().netra_b).toBe(before.netra_b);
	}, 60_000);

	it("[R-002] stays once that login is live, whatever the configuration says", async () => {
		await unset('slotRetry["2"]');
		const before = passwords();
		const { code, output } = await up();
		expect(code).not.toBe(0);
		expect(output).toContain("slotRetry of epoch 2 was 1 and is 0 now");
		expect(passwords()).toEqual(before);
	}, 60_000);
});
