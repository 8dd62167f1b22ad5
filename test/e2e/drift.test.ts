/** What is changed by hand under a deployed stack, and the command that heals it, on the real engine. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { World } from "../../local/cloud/world.ts";
import { handOver } from "../in-process/exchange.ts";
import { type Run, succeeded } from "../in-process/in-process.ts";
import { outputOf } from "./checkout.ts";
import { changeCloud, executeJob } from "./cloud.ts";
import { sharedStaging } from "./shared-staging.ts";

const project = "netra-staging";
const account = `netra-auth@${project}.iam.gserviceaccount.com`;
const VERSION = "gcp:secretmanager/secretVersion:SecretVersion";
const MEMBER = "gcp:secretmanager/secretIamMember:SecretIamMember";
const JOB = "gcp:cloudrunv2/job:Job";
const execution = "netra-verify-auth-staging-abc";

/** The real engine sees the drift once; what heals it is tried in this process. */
const { checkout, stack } = sharedStaging();
beforeAll(async () => {
	await succeeded(stack.up());
	await handOver(stack, checkout);
});

/** The warnings of a command of the real engine, each once. */
function warningsIn(output: string): string[] {
	const lines = [...output.matchAll(/warning: (\[drift\] .*)$/gm)];
	return [...new Set(lines.map(([, line]) => line as string))].sort();
}
const driftIn = ({ messages }: Run) => [...new Set(messages)].sort();

/** A version disabled, one destroyed, a grant removed, and an execution that failed. */
function change({ resources }: World): void {
	for (const [id, entry] of Object.entries(resources[VERSION] ?? {})) {
		if (id.includes("/secret-key-staging/")) {
			entry.properties.enabled = false;
		}
		if (id.includes("/fernet-key-staging/")) {
			entry.hidden.destroyed = true;
		}
	}
	const grants = resources[MEMBER] ?? {};
	for (const id of Object.keys(grants)) {
		if (id.includes("/database-url-staging/") && id.includes(account)) {
			delete grants[id];
		}
	}
	for (const [id, { hidden }] of Object.entries(resources[JOB] ?? {})) {
		if (id.endsWith("/netra-verify-auth-staging")) {
			hidden.executions = {
				[execution]: {
					createTime: "2026-01-01T00:00:00Z",
					completionTime: "2026-01-01T00:01:00Z",
					message: "Task 0 exited with code 1.",
				},
			};
		}
	}
}

describe("a stack under which somebody changed something by hand", () => {
	it("[R-102] says so at the next preview and up; up --refresh and the other commands that it gives heal it", async () => {
		expect(driftIn(await stack.preview())).toEqual([]);
		changeCloud(checkout, project, change);

		const consequence = "the next instance that starts cannot read it";
		const heal = "fix: pulumi up --refresh -s staging";
		const seen = driftIn(await stack.preview());
		expect(seen).toEqual([
			`[drift] service auth: ${execution}, the last execution of netra-verify-auth-staging, failed: Task 0 exited with code 1.; fix: mend what its log names, then gcloud run jobs execute netra-verify-auth-staging --project=${project} --region=us-central1 --wait`,
			`[drift] service auth: variable DATABASE_URL: database-url-staging is not granted to ${account}: ${consequence}; ${heal}`,
			`[drift] service auth: variable FERNET_KEY: version 1 of fernet-key-staging is destroyed: ${consequence}; ${heal}`,
			`[drift] service auth: variable SECRET_KEY: version 1 of secret-key-staging is disabled: ${consequence}; ${heal}`,
			`[drift] service backend: variable FERNET_KEY: version 1 of fernet-key-staging is destroyed: ${consequence}; ${heal}`,
			`[drift] service backend: variable SECRET_KEY: version 1 of secret-key-staging is disabled: ${consequence}; ${heal}`,
		]);

		const output = outputOf(await checkout.pulumi("preview", "-s", "staging"));
		expect(warningsIn(output)).toEqual(seen);

		const planned = await succeeded(stack.preview({ refresh: true }));
		expect(driftIn(planned)).toEqual(seen);
		await succeeded(stack.up({ refresh: true }));
		outputOf(await executeJob(checkout, project, "netra-verify-auth-staging"));
		const after = await succeeded(stack.preview());
		expect(driftIn(after)).toEqual([]);
		expect(after.changes).toEqual({});
	});
});
