import { afterAll, describe, expect, it } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import type { FaultRule } from "../../local/faults.ts";
import { succeeded } from "../in-process/in-process.ts";
import { shippedStack } from "../in-process/shipped.ts";
import { scriptFaults, servingRevisions } from "./cloud.ts";

const project = "netra-staging";
const stack = shippedStack("staging", { policies: {} });
afterAll(() => stack.remove());

const serving = () => servingRevisions(stack, project);

const failingLogin: FaultRule = {
	id: "login",
	on: "execution",
	name: "*netra-preflight-auth-staging*",
	message:
		"The execution netra-preflight-auth-staging failed: task exited with code 1",
};
const failingStart: FaultRule = {
	id: "start",
	on: "revision",
	name: "*netra-backend-staging*",
	message:
		"The container failed to start and listen on the port within the allocated time",
};

/** Runs the same command twice: both fail with the cause named, and the revision of the service stays. */
async function expectRefusedTwice(
	service: string,
	cause: string,
): Promise<void> {
	const before = serving()[service];
	for (const attempt of ["first", "second"]) {
		const { ok, output } = await stack.up();
		expect({ attempt, ok, output }).toMatchObject({ ok: false });
		expect(output).toContain(cause);
		expect(serving()[service]).toBe(before);
	}
}

describe("a preflight job that fails", () => {
	it("[R-004] keeps a first deployment from making the service, as often as it is tried", async () => {
		scriptFaults(stack, failingLogin);
		await expectRefusedTwice(
			"netra-auth-staging",
			"netra-preflight-auth-staging failed",
		);
	});

	it("[R-004] lets the same command through once the cause is gone", async () => {
		scriptFaults(stack);
		await succeeded(stack.up());
		expect(serving()["netra-auth-staging"]).toMatch(
			/^netra-auth-staging-e0-[0-9a-f]{8}-\d+$/,
		);
	});

	it("[R-004] keeps a rotation from changing the service, as often as it is tried", async () => {
		stack.set("rotationEpoch", 1);
		scriptFaults(stack, failingLogin);
		await expectRefusedTwice(
			"netra-auth-staging",
			"netra-preflight-auth-staging failed",
		);
		scriptFaults(stack);
		await succeeded(stack.up());
		expect(serving()["netra-auth-staging"]).toContain("netra-auth-staging-e1-");
	});
});

describe("a preflight job whose checklist changes", () => {
	it("[R-004] runs again, and the service that is tried so gets no new revision", async () => {
		const judged = { platform };
		const changed = shippedStack("staging", { policies: judged }, () => ({
			contract: judged.platform,
		}));
		try {
			await succeeded(changed.up());
			const before = servingRevisions(changed, project);
			judged.platform = structuredClone(platform);
			const key = judged.platform.secrets.find(
				({ id }) => id === "openai-api-key",
			);
			Object.assign(key?.source ?? {}, { minLength: 40 });
			const { changes } = await succeeded(changed.up());
			expect(changes).toEqual({
				update: ["Job backend-preflight", "Job backend-verify"],
			});
			expect(servingRevisions(changed, project)).toEqual(before);
			expect((await succeeded(changed.up())).changes).toEqual({});
		} finally {
			changed.remove();
		}
	});
});

describe("a revision that does not become ready", () => {
	it("[R-070] gets no traffic, and fails the update as often as it is tried", async () => {
		stack.set("rotationEpoch", 2);
		scriptFaults(stack, failingStart);
		await expectRefusedTwice(
			"netra-backend-staging",
			"failed to start and listen",
		);
	});

	it("[R-031] is replaced by one that is, once the cause is gone, and then nothing is left to do", async () => {
		scriptFaults(stack);
		await succeeded(stack.up());
		expect(serving()["netra-backend-staging"]).toContain(
			"netra-backend-staging-e2-",
		);
		const { changes } = await succeeded(stack.up());
		expect(changes).toEqual({});
	});
});
