/** What goes wrong behind the project's back on the local stack: found, survived, and mended by what the guides say. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { outputOf } from "./checkout.ts";
import { changeCloud } from "./cloud.ts";
import { LocalStack } from "./local-stack.ts";

let stack: LocalStack;
beforeAll(async () => {
	stack = await LocalStack.create();
	outputOf(await stack.up());
}, 120_000);
afterAll(() => stack.end(), 60_000);

/** An update fails for a reason, and what served auth goes on. That it fails as often as it is tried: gates.test.ts. */
async function expectRefused(reason: string): Promise<void> {
	const serving = async () => (await stack.serving())["netra-auth-local"];
	const before = await serving();
	const { code, output } = await stack.up();
	expect({ code, output }).not.toMatchObject({ code: 0 });
	expect(output).toContain(reason);
	expect(await serving()).toBe(before);
}

describe("a revision that can't start", () => {
	it("[R-031] for its command leaves its predecessor serving, until the command is mended", async () => {
		await stack.set("services.auth.command[0]", "/no/such/program");
		await expectRefused("The container exited with 127.");
		expect(await stack.readiness()).toEqual(stack.ready);
		await stack.unset("services.auth.command");
		outputOf(await stack.up());
		expect(await stack.readiness()).toEqual(stack.ready);
	}, 120_000);

	it("[R-032] for a grant that somebody took away leaves its predecessor serving, until it is refreshed", async () => {
		changeCloud(stack, "netra-local", ({ resources }) => {
			const grants =
				resources["gcp:secretmanager/secretIamMember:SecretIamMember"] ?? {};
			const [grant] = Object.keys(grants).filter((id) =>
				/database-url-local.*netra-auth/.test(id),
			);
			delete grants[grant as string];
		});
		await stack.rotate();
		await expectRefused("Permission denied on secret");
		expect(await stack.readiness()).toEqual(stack.ready);
		outputOf(await stack.up("--refresh"));
		expect((await stack.serving())["netra-auth-local"]).toContain("-e1-");
		expect(await stack.readiness()).toEqual(stack.ready);
	}, 120_000);
});

describe("a password that somebody changed by hand", () => {
	const login = () => `netra_${stack.slot}`;

	it("[R-005] is found by the scheduled check, which says what to do", async () => {
		expect(await stack.verify("auth")).toEqual({ code: 0, output: "" });
		await stack.changePassword(login(), "by-hand");
		const { code, output } = await stack.verify("auth");
		expect(code).toBe(1);
		const [, log = ""] = /Logs: (\S+)/.exec(output) ?? [];
		expect(readFileSync(log, "utf8")).toContain(
			`if revisions serve with ${login()}, rotate to the other login with 'pulumi config set rotationEpoch <n + 1> -s local'`,
		);
	}, 60_000);

	it("[R-001] lets no other change through", async () => {
		stack.edit("releases/local.json", "2026-11-20-1", "2026-11-20-2");
		await expectRefused("netra-preflight-auth-local");
	}, 60_000);

	it("[R-001] is healed by the next epoch", async () => {
		await stack.rotate();
		outputOf(await stack.up());
		expect(await stack.readiness()).toEqual(stack.ready);
		expect(await stack.verify("auth")).toEqual({ code: 0, output: "" });
	}, 60_000);
});
