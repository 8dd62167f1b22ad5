/** What the real provider does that an update must survive: docs/provider-hazards.md, one test a row that is not tested elsewhere. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Entry } from "../../local/cloud/world.ts";
import { succeeded } from "../in-process/in-process.ts";
import { shippedStack } from "../in-process/shipped.ts";
import { outputOf } from "./checkout.ts";
import {
	changeCloud,
	cloudEntries,
	executeJob,
	scriptFaults,
	servingRevisions,
} from "./cloud.ts";

const project = "netra-staging";
const stack = shippedStack("staging", { policies: {} });
afterAll(() => stack.remove());

const serving = () => servingRevisions(stack, project);
const cloud = (type: string) => cloudEntries(stack, project, `gcp:${type}`);
const nothingToDo = async () => {
	const { changes } = await succeeded(stack.up({ refresh: true }));
	expect(changes).toEqual({});
};

/** Numbers of a secret's versions, and whether each is enabled. */
const versions = (secretId: string) =>
	Object.fromEntries(
		Object.entries(cloud("secretmanager/secretVersion:SecretVersion"))
			.filter(([id]) => id.includes(`/secrets/${secretId}/versions/`))
			.map(([id, { properties }]) => [
				id.split("/").at(-1),
				properties.enabled,
			]),
	);

/** Changes a secret's versions behind Pulumi's back. */
const changeVersions = (secretId: string, change: (version: Entry) => void) =>
	changeCloud(stack, project, ({ resources }) => {
		const type = "gcp:secretmanager/secretVersion:SecretVersion";
		for (const [id, version] of Object.entries(resources[type] ?? {})) {
			if (id.includes(`/${secretId}/`)) {
				change(version);
			}
		}
	});

/** How often a job was executed. */
const executionsOf = (job: string) =>
	Number(
		Object.values(cloud("cloudrunv2/job:Job")).find(
			({ properties }) => properties.name === job,
		)?.properties.executionCount,
	);

beforeAll(() => succeeded(stack.up()));

describe("a change that failed", () => {
	it("[R-031] [R-004] is recorded as done and sent again all the same: of a gate, a service, a job for the schedule", async () => {
		const executions = executionsOf("netra-preflight-auth-staging");
		stack.set("rotationEpoch", 1);
		for (const [type, name] of [
			["cloudrunv2/job:Job", "auth-preflight"],
			["cloudrunv2/service:Service", "auth"],
			["cloudrunv2/job:Job", "auth-verify"],
		] as const) {
			scriptFaults(stack, {
				id: name,
				on: "update",
				type: `gcp:${type}`,
				name,
				times: 1,
			});
			expect((await stack.up()).ok).toBe(false);
			expect(serving()["netra-auth-staging"]).toContain(
				name === "auth-verify" ? "-e1-" : "-e0-",
			);
		}
		scriptFaults(stack);
		await succeeded(stack.up());
		expect(executionsOf("netra-preflight-auth-staging")).toBeGreaterThan(
			executions,
		);
		await nothingToDo();
	});

	it("[R-070] has not let the updates after it destroy a version", () => {
		expect(versions("database-url-staging")).toEqual({ 1: true, 2: true });
	});
});

describe("a change that would replace what holds data", () => {
	it.each(["preview", "up"] as const)(
		"is refused before anything is deleted, by %s",
		async (command) => {
			stack.set("gcp:region", "europe-west1");
			const before = [
				cloud("sql/user:User"),
				cloud("compute/subnetwork:Subnetwork"),
			];
			const { ok, output } = await stack[command]();
			stack.set("gcp:region", "us-central1");
			expect(ok).toBe(false);
			expect(output).toMatch(
				/\[replace\] refused, nothing was changed in staging:\s+subnetwork network-subnet, database instance database-instance, Redis redis-instance: region is us-central1, would be europe-west1/,
			);
			expect([
				cloud("sql/user:User"),
				cloud("compute/subnetwork:Subnetwork"),
			]).toEqual(before);
		},
	);
});

describe("what somebody did by hand", () => {
	it("[R-032] to a version, disabling it, is undone by a refreshed update", async () => {
		changeVersions("jwt-secret-staging", ({ properties }) => {
			properties.enabled = false;
		});
		await succeeded(stack.up({ refresh: true }));
		expect(versions("jwt-secret-staging")).toEqual({ 1: true });
	});

	it("[R-032] to a version, destroying it, is mended by a new one that the services bind", async () => {
		const before = serving();
		changeVersions("jwt-secret-staging", ({ hidden }) => {
			hidden.destroyed = true;
		});
		await succeeded(stack.up({ refresh: true }));
		expect(versions("jwt-secret-staging")).toMatchObject({ 2: true });
		expect(serving()).not.toEqual(before);
		await nothingToDo();
	});

	it("[R-004] to a job, executing it, makes the next update try the configuration again", async () => {
		outputOf(await executeJob(stack, project, "netra-preflight-auth-staging"));
		const before = executionsOf("netra-preflight-auth-staging");
		await succeeded(stack.up({ refresh: true }));
		expect(executionsOf("netra-preflight-auth-staging")).toBe(before + 1);
		await nothingToDo();
	});
});
