/** The stand-in's `gcloud secrets`: what guides and messages tell to type. */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { accessVersion, mayAccess } from "../../local/cloud/secret-access.ts";
import { StandIn } from "./harness.ts";

const project = "netra-staging";
const secret = "openai-api-key-staging";
const account = "netra-auth@netra-staging.iam.gserviceaccount.com";
const program = resolve(import.meta.dirname, "../../local/gcloud/main.ts");

function gcloud(standIn: StandIn, line: string, input = "") {
	return spawnSync(process.execPath, [program, ...line.split(" ")], {
		env: { ...process.env, NETRA_LOCAL_DIR: standIn.directory },
		encoding: "utf8",
		input,
	});
}

describe("gcloud secrets", () => {
	it("disables, enables and adds versions, and lets an account read", async () => {
		const standIn = new StandIn({ project });
		await standIn.provider.invoke("gcp:secretmanager/getSecret:getSecret", {
			secretId: secret,
		});
		const access = (version: string) =>
			standIn.cloud((world) => accessVersion(world, secret, version));
		const of = `--secret=${secret} --project=${project}`;

		gcloud(standIn, `secrets versions disable 1 ${of}`);
		expect(access("1")).toMatchObject({ problem: "disabled" });
		gcloud(standIn, `secrets versions enable 1 ${of}`);
		expect(access("1")).toHaveProperty("payload");

		const added = gcloud(
			standIn,
			`secrets versions add ${secret} --data-file=- --project=${project}`,
			"the value",
		);
		const number = /^Created version \[(\d+)\]/.exec(added.stderr)?.[1] ?? "";
		expect(access(number)).toMatchObject({ payload: "the value" });
		expect(access("latest")).toMatchObject({ version: number });

		const reads = () =>
			standIn.cloud((world) => mayAccess(world, secret, account));
		expect(reads()).toBe(false);
		gcloud(
			standIn,
			`secrets add-iam-policy-binding ${secret} --member=serviceAccount:${account} --role=roles/secretmanager.secretAccessor --project=${project}`,
		);
		expect(reads()).toBe(true);
	});

	it("refuses a version and a secret that are not there", async () => {
		const standIn = new StandIn({ project });
		await standIn.provider.invoke("gcp:secretmanager/getSecret:getSecret", {
			secretId: secret,
		});
		for (const line of [
			`secrets versions enable 99 --secret=${secret} --project=${project}`,
			`secrets add-iam-policy-binding none --member=allUsers --role=roles/viewer --project=${project}`,
		]) {
			expect(gcloud(standIn, line)).toMatchObject({
				status: 1,
				stderr: expect.stringContaining("not found"),
			});
		}
	});
});
