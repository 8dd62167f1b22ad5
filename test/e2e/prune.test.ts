import { beforeAll, describe, expect, it } from "@jest/globals";
import { handOver } from "../in-process/exchange.ts";
import { succeeded } from "../in-process/in-process.ts";
import { cloudEntries, servingRevisions } from "./cloud.ts";
import { sharedVotes } from "./votes-checkout.ts";

const project = "votes-staging";
const web = "votes-web-staging";
/** Deploys in this process; prune asks the real engine, which is told. */
const { checkout, stack } = sharedVotes();

const prune = (...args: string[]) =>
	checkout.run("tools/prune-local", "-s", "staging", ...args);

async function pulumi(...args: string[]): Promise<string> {
	const { code, output } = await checkout.pulumi(...args, "-s", "staging");
	expect({ args, code, output }).toEqual({ args, code: 0, output });
	return output;
}
const up = () => succeeded(stack.up());
/** For both. */
async function set(path: string, value: string | number): Promise<void> {
	stack.set(path, value);
	await pulumi("config", "set", "--path", path, String(value));
}
const serving = () => servingRevisions(checkout, project)[web] as string;

/** The versions that are not enabled, as `<secret>/<version>`. */
const gone = () =>
	Object.entries(
		cloudEntries(
			checkout,
			project,
			"gcp:secretmanager/secretVersion:SecretVersion",
		),
	)
		.filter(([, { properties }]) => properties.enabled === false)
		.map(([id]) => id.replace(/^.*secrets\/(.*)\/versions\//, "$1/"))
		.sort();

/** The lines of the list: secret and version. */
const listed = (output: string) =>
	[...output.matchAll(/^ {2}(\S+) +(\d+) {2}/gm)].map(
		([, secret, version]) => `${secret}/${version}`,
	);

/** What the revisions of the first two of four epochs pin: only these two secrets follow the login. */
const expected = [
	"database-password-staging/1",
	"database-password-staging/2",
	"database-user-staging/1",
	"database-user-staging/2",
];
const revisions: string[] = [];

beforeAll(async () => {
	await up();
	revisions.push(serving());
	for (const epoch of [1, 2, 3]) {
		stack.set("rotationEpoch", epoch);
		await up();
		revisions.push(serving());
	}
	await handOver(stack, checkout);
	await set("rotationEpoch", 3);
});

describe("prune, after three rotations", () => {
	it("lists what only revisions without a login pin, says why, and changes nothing", async () => {
		const { code, output } = await prune();
		expect({ code, output }).toMatchObject({ code: 0 });
		expect(listed(output).sort()).toEqual(expected);
		expect(output).toContain(
			`database-password-staging     1  pinned only by ${revisions[0]}, `,
		);
		expect(output).toContain("whose login is gone");
		expect(output).toMatch(
			/Nothing was changed\. .* add --yes to the command\.\n$/,
		);
		expect(gone()).toEqual([]);
	});

	it("refuses while the configured epoch is not live", async () => {
		await set("rotationEpoch", 4);
		expect(await prune("--yes")).toEqual({
			code: 1,
			output: `[prune] refused: the configuration says epoch 4, but service ${web} is ready with revision ${revisions[3]}\n  fix: bring the epoch live first: pulumi up -s staging\n`,
		});
		await set("rotationEpoch", 3);
		expect(gone()).toEqual([]);
	});

	it("[R-070] destroys exactly those with --yes", async () => {
		const { code, output } = await prune("--yes");
		expect({ code, output }).toMatchObject({ code: 0 });
		expect(gone()).toEqual(expected);
		expect(await prune()).toEqual({
			code: 0,
			output:
				"Every version in staging, project votes-staging of the stand-in is needed: nothing to prune.\n",
		});
	});

	it("leaves nothing to change, and the revision of the epoch before can serve again", async () => {
		expect((await up()).changes).toEqual({});
		await set("services.web.pinnedRevision", revisions[2] as string);
		await up();
		const [service] = Object.entries(
			cloudEntries(checkout, project, "gcp:cloudrunv2/service:Service"),
		).filter(([id]) => id.endsWith(web));
		expect(service?.[1].properties.trafficStatuses).toMatchObject([
			{ revision: revisions[2], percent: 100 },
		]);
		expect(listed((await prune()).output)).toEqual([]);
	});
});

describe("prune on the stand-in", () => {
	it("does not know a project that was never deployed to", async () => {
		const { code, output } = await checkout.run(
			"tools/prune-local",
			"-s",
			"production",
		);
		expect(code).toBe(1);
		expect(output).toContain(
			"the stand-in has no project votes-production: deploy to it first, with tools/pulumi-local",
		);
	});

	it("has a gcloud that refuses every other command", async () => {
		for (const args of [
			[
				"secrets",
				"delete",
				"database-password-staging",
				"--project=votes-staging",
			],
			[
				"secrets",
				"versions",
				"destroy",
				"3",
				"--secret=database-password-staging",
				"--project=votes-staging",
			],
			["run", "services", "list", "--project=votes-staging", "--format=json"],
		]) {
			expect(
				await checkout.run("tools/with-toolchain", "local/bin/gcloud", ...args),
			).toEqual({
				code: 1,
				output: `ERROR: (gcloud) the stand-in does not know: gcloud ${args.join(" ")}\n`,
			});
		}
		expect(gone()).toEqual(expected);
	});
});
