/** What leaves the contract stays while a revision can bind it, on the real engine, too; it goes by `tools/prune`. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import type { Platform } from "../../contract/schema.ts";
import { secondKey as shippedKey } from "../../policies/shipped-key.ts";
import { draftOf } from "../../tools/key-draft.ts";
import { codeBlock } from "../fixtures/guide.ts";
import { handOver, takeBack } from "../in-process/exchange.ts";
import { type Run, succeeded } from "../in-process/in-process.ts";
import { contract, rename, secretOf } from "../plan/stack.ts";
import { outputOf } from "./checkout.ts";
import { cloudEntries, servingRevisions } from "./cloud.ts";
import { sharedStaging } from "./shared-staging.ts";

const project = "netra-staging";
const auth = "netra-auth-staging";
const account = "netra-auth@netra-staging.iam.gserviceaccount.com";
/** What this process deploys; the pack judges by the same. */
const deployed = {
	platform: platform as Platform,
	/** As its owners would have it by then. */
	get secondKey() {
		return draftOf(this.platform, shippedKey);
	},
};
const { checkout, stack } = sharedStaging({ policies: deployed }, () => ({
	contract: deployed.platform,
}));

const pulumi = async (...args: string[]) =>
	outputOf(await checkout.pulumi(...args, "-s", "staging"));
const up = (options?: { refresh: boolean }) => succeeded(stack.up(options));
/** For this process and for the real engine, whose configuration prune reads. */
async function set(path: string, value: string | number): Promise<void> {
	stack.set(path, value);
	await pulumi("config", "set", "--path", path, String(value));
}
const serving = () => servingRevisions(checkout, project)[auth] as string;
const prune = async (...args: string[]) =>
	outputOf(await checkout.run("tools/prune-local", "-s", "staging", ...args));
const cloud = (type: string) => cloudEntries(checkout, project, `gcp:${type}`);

/** Numbers and payloads of a secret's versions. */
const versions = (secretId: string) =>
	Object.fromEntries(
		Object.entries(cloud("secretmanager/secretVersion:SecretVersion"))
			.filter(([id]) => id.includes(`/secrets/${secretId}/versions/`))
			.map(([id, { properties }]) => [
				id.split("/").at(-1),
				properties.secretData,
			]),
	);
const has = (secretId: string) =>
	`projects/${project}/secrets/${secretId}` in
	cloud("secretmanager/secret:Secret");
const mayRead = (secretId: string) =>
	Object.keys(cloud("secretmanager/secretIamMember:SecretIamMember")).some(
		(id) => id.includes(`/${secretId}/`) && id.endsWith(account),
	);
const takenAway = /^ *[-+]+ +\S+:\S+ \S+ (delet|replac)/m;
const expectNothingTakenAway = ({ changes }: Run) =>
	expect(changes).not.toMatchObject(
		expect.objectContaining({ delete: expect.anything() }),
	);

/** `jwt-secret` gets another name and keeps its value, a simulation key leaves the environment, a binding goes. */
function changeContract(): void {
	const file = "contract/platform.ts";
	checkout.edit(
		file,
		`JWT_SECRET_KEY: "jwt-secret"`,
		`JWT_SECRET_KEY: "signing-key"`,
	);
	checkout.edit(
		file,
		`"JWT_SECRET_{ENV}": "jwt-secret"`,
		`"JWT_SECRET_{ENV}": "signing-key"`,
	);
	checkout.edit(
		file,
		`id: "jwt-secret",
			category: "authentication",
			source: { from: "generated", encoding: "hex" },`,
		`id: "signing-key",
			category: "authentication",
			source: { from: "generated", encoding: "hex", generator: "jwt-secret" },`,
	);
	checkout.edit(
		file,
		`environments: ["local", "staging"],`,
		`environments: ["local"],`,
	);
	checkout.edit(file, `				OAUTH_HMAC_SECRET: "oauth-hmac-secret",\n`, "");
	checkout.edit(
		file,
		`				CLICKHOUSE_URL: "clickhouse-url",`,
		`				CLICKHOUSE_URL: "clickhouse-url",
				OAUTH_HMAC_SECRET: "oauth-hmac-secret",`,
	);
}

/** The second key follows the contract, as its owners agreed. */
const draftKey = async () =>
	outputOf(
		await checkout.run(
			"tools/with-toolchain",
			...["node", "tools/key-draft.ts", "--overwrite"],
		),
	);

/** The same for this process. */
function loseWhatChanged(changed: Platform): void {
	rename("jwt-secret", "signing-key", "jwt-secret")(changed);
	secretOf(changed, "e2e-oauth-simulation-key").environments = ["local"];
	const { auth, backend } = changed.services;
	delete auth?.secrets.OAUTH_HMAC_SECRET;
	Object.assign(backend?.secrets ?? {}, {
		OAUTH_HMAC_SECRET: "oauth-hmac-secret",
	});
}

let first: string;
let key: unknown;
beforeAll(async () => {
	await up();
	await handOver(stack, checkout);
	first = serving();
	key = versions("jwt-secret-staging")[1];
});

describe("an update whose contract lost a secret, an environment and a binding", () => {
	it("[R-101] deletes and replaces nothing, and says what stays for whom", async () => {
		changeContract();
		await draftKey();
		const preview = await pulumi("preview");
		expect(preview).not.toMatch(takenAway);
		expect(preview).toContain(
			`[retired] secret jwt-secret-staging left the contract and stays, with its versions and grants; if it was renamed, docs/rename-a-secret.md keeps its value. Needed by ${first}, `,
		);
		expect(preview).toContain(
			`[retired] ${account} no longer binds oauth-hmac-secret-staging, and may go on reading it. Needed by ${first};`,
		);
		expect(await pulumi("up", "--yes", "--skip-preview")).not.toMatch(
			takenAway,
		);
		await takeBack(stack, checkout);
		expect(versions("jwt-secret-staging")).toEqual({ 1: key });
		for (const secretId of [
			"jwt-secret-staging",
			"e2e-oauth-simulation-key-staging",
			"oauth-hmac-secret-staging",
		]) {
			expect([secretId, has(secretId), mayRead(secretId)]).toEqual([
				secretId,
				true,
				true,
			]);
		}
	});

	it("[R-101] gives a renamed secret the value that it had", () => {
		expect(serving()).not.toBe(first);
		expect(versions("signing-key-staging")).toEqual({ 1: key });
	});

	it("[R-101] lets the revision before it serve again", async () => {
		expect(await prune()).toContain(
			`secret jwt-secret-staging  needed by ${first}, `,
		);
		deployed.platform = contract(loseWhatChanged);
		stack.set("services.auth.pinnedRevision", first);
		await up();
		expect(
			Object.values(cloud("cloudrunv2/service:Service")).find(
				({ properties }) => properties.name === auth,
			)?.properties.trafficStatuses,
		).toMatchObject([{ revision: first, percent: 100 }]);
		stack.unset("services.auth.pinnedRevision");
	});

	it("[R-101] can be taken back: the old secret is bound again, with the same version", async () => {
		checkout.restore("contract/platform.ts");
		checkout.restore("policies/second-key.json");
		deployed.platform = platform;
		// A secret that somebody else keeps from now on stays as well.
		await set('adopted["secret-key"]', 1);
		await set("rotationEpoch", 1);
		const { changes, output } = await up();
		expect(
			changes.delete?.filter((each) => /^Secret(IamMember)? /.test(each)) ?? [],
		).toEqual([]);
		expect(versions("jwt-secret-staging")).toEqual({ 1: key });
		expect([has("secret-key-staging"), mayRead("secret-key-staging")]).toEqual([
			true,
			true,
		]);
		expect(output).toContain("[retired] secret signing-key-staging left");
	});
});

describe("prune", () => {
	it("[R-101] takes away what no revision needs any more, and the next update forgets it", async () => {
		await set("rotationEpoch", 2);
		await up();
		await handOver(stack, checkout);
		expect(await prune("--yes")).toMatch(
			/\n {2}secret signing-key-staging {2}pinned only by .*, whose login is gone\n(.*\n)*destroyed secret signing-key-staging\n/,
		);
		expect(has("signing-key-staging")).toBe(false);
		// A refresh must not make it anew.
		await up({ refresh: true });
		await handOver(stack, checkout);
		expect(await prune()).toContain("nothing to prune");
		expect(has("signing-key-staging")).toBe(false);
		expect([...stack.state.resources.keys()].join()).not.toContain(
			"signing-key",
		);
		expect(versions("secret-key-staging")).toHaveProperty("1");
	});
});

describe("the guide to rename a secret", () => {
	it("[R-101] copies a version that somebody else made, through a pipe alone", async () => {
		const [block = ""] = codeBlock("rename-a-secret.md", "console").split(
			"$ pulumi",
		);
		for (const line of block.trim().split("\n")) {
			const command = line
				.replace(/^\$ /, "")
				.replaceAll("gcloud ", "tools/with-toolchain local/bin/gcloud ");
			expect(await checkout.run("bash", "-c", command)).toEqual({
				code: 0,
				output: expect.not.stringContaining("AIza"),
			});
		}
		const bound = versions("gemini-api-key-staging")[1];
		expect(bound).toMatch(/^AIza/);
		expect(versions("gemini-key-staging")).toEqual({ 1: bound });
	});

	it("[R-101] is followed by an update that takes nothing away", async () => {
		deployed.platform = contract(rename("gemini-api-key", "gemini-key"));
		stack.unset('externalSecrets["gemini-api-key"]');
		stack.set('externalSecrets["gemini-key"].version', 1);
		const run = await up();
		expectNothingTakenAway(run);
		const { output } = run;
		expect(output).toContain(
			"netra-backend@netra-staging.iam.gserviceaccount.com no longer binds gemini-api-key-staging, and may go on reading it.",
		);
	});
});

describe("destroy", () => {
	it("[R-101] leaves nothing behind, what stayed included, where data is not protected", async () => {
		deployed.platform = contract((changed) => {
			rename("gemini-api-key", "gemini-key")(changed);
			loseWhatChanged(changed);
		});
		stack.set("dataProtection", false);
		await up();
		await succeeded(stack.destroy());
		expect(
			Object.keys(cloud("secretmanager/secret:Secret")).filter(
				(id) =>
					!/\/(google-oauth|openai|anthropic|gemini|clickhouse-password)/.test(
						id,
					),
			),
		).toEqual([]);
		expect(cloud("serviceaccount/account:Account")).toEqual({});
	});
});
