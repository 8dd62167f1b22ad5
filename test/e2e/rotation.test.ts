import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { succeeded } from "../in-process/in-process.ts";
import { shippedStack } from "../in-process/shipped.ts";
import { cloudEntries, scriptFaults, servingRevisions } from "./cloud.ts";

const project = "netra-staging";
const stack = shippedStack("staging", { policies: {} });
afterAll(() => stack.remove());

/** The passwords of the two logins, as the database has them. */
const passwords = () =>
	Object.fromEntries(
		Object.values(cloudEntries(stack, project, "gcp:sql/user:User")).map(
			({ properties }) => [properties.name, properties.password],
		),
	);

beforeAll(() => succeeded(stack.up()));

describe("a rotation", () => {
	it("[R-002] plans nothing but the idle login, the secrets that follow it, and what binds them", async () => {
		stack.set("rotationEpoch", 1);
		const { changes } = await succeeded(stack.preview());
		expect(changes).toEqual({
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
	});

	it("[R-001] changes login, secret and revision in one update, and leaves the running login alone", async () => {
		const before = passwords();
		await succeeded(stack.up());
		const after = passwords();
		expect(after.netra_a).toBe(before.netra_a);
		expect(after.netra_b).not.toBe(before.netra_b);
		expect(servingRevisions(stack, project)).toMatchObject({
			"netra-auth-staging": expect.stringContaining("-e1-"),
			"netra-backend-staging": expect.stringContaining("-e1-"),
		});
	});

	it("[R-070] keeps the version of each secret that the revision before it pins", () => {
		const versions = Object.entries(
			cloudEntries(
				stack,
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
		const { ok, output } = await stack.up();
		expect(ok).toBe(false);
		expect(output).toContain(
			"[rotation] refused, nothing was changed in staging:",
		);
		expect(output).toContain(cause);
		expect(passwords()).toEqual(before);
	};

	it("[R-002] refuses an epoch that would change the running login", async () => {
		stack.set("rotationEpoch", 3);
		await refused(
			"serves with the login of epoch 1, and epoch 3 would change that login's password",
		);
		stack.set("rotationEpoch", 0);
		await refused(
			"serves with the login of epoch 1, and epoch 0 would change that login's password",
		);
		stack.set("rotationEpoch", 1);
	});

	it("[R-070] lets the revision before be pinned, and refuses a rotation meanwhile", async () => {
		const auth = cloudEntries(stack, project, "gcp:cloudrunv2/service:Service");
		const service = Object.entries(auth).find(([id]) =>
			id.endsWith("netra-auth-staging"),
		)?.[1] as unknown as {
			hidden: { revisions: Record<string, unknown> };
		};
		const previous = Object.keys(service.hidden.revisions).find((name) =>
			name.includes("-e0-"),
		) as string;
		stack.set("services.auth.pinnedRevision", previous);
		await succeeded(stack.up());
		const [traffic] = Object.entries(
			cloudEntries(stack, project, "gcp:cloudrunv2/service:Service"),
		)
			.filter(([id]) => id.endsWith("netra-auth-staging"))
			.map(([, { properties }]) => properties.trafficStatuses);
		expect(traffic).toEqual([
			expect.objectContaining({ revision: previous, percent: 100 }),
		]);
		stack.set("rotationEpoch", 2);
		await refused(
			"serves with the login of epoch 0, and epoch 2 would change that login's password",
		);
		stack.set("rotationEpoch", 1);
		stack.unset("services.auth.pinnedRevision");
		await succeeded(stack.up());
	});

	it("stops, changing nothing, where the running services can't be read", async () => {
		scriptFaults(stack, {
			id: "denied",
			on: "invoke",
			type: "gcp:cloudrunv2/getService:getService",
			message:
				"Error when reading or editing Service: googleapi: Error 403: Permission 'run.services.get' denied",
		});
		const before = passwords();
		stack.set("rotationEpoch", 2);
		const { ok, output } = await stack.up();
		scriptFaults(stack);
		stack.set("rotationEpoch", 1);
		expect(ok).toBe(false);
		expect(output).toContain(
			"[observe] the state of projects/netra-staging/locations/us-central1/services/",
		);
		expect(passwords()).toEqual(before);
	});
});

describe("a password of the idle login", () => {
	it("[R-002] is made anew on request while that login is live nowhere", async () => {
		stack.set("rotationEpoch", 2);
		stack.set('slotRetry["2"]', 1);
		const before = passwords();
		await succeeded(stack.up());
		expect(passwords().netra_a).not.toBe(before.netra_a);
		expect(passwords().netra_b).toBe(before.netra_b);
	});

	it("[R-002] stays once that login is live, whatever the configuration says", async () => {
		stack.unset('slotRetry["2"]');
		const before = passwords();
		const { ok, output } = await stack.up();
		expect(ok).toBe(false);
		expect(output).toContain("slotRetry of epoch 2 was 1 and is 0 now");
		expect(passwords()).toEqual(before);
	});
});
