import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import { CloudStore } from "../../local/cloud/store.ts";
import { entriesOf, type World } from "../../local/cloud/world.ts";
import { SERVICE } from "../../local/types/tokens.ts";
import { pinLines } from "../../tools/pin-lines.ts";
import { shippedStack } from "../in-process/shipped.ts";

const stack = shippedStack("local");
const name = "netra-auth-local";
afterAll(() => stack.remove());

/** The revision that serves after each of three epochs. */
const revisions: string[] = [];
beforeAll(async () => {
	for (const epoch of [0, 1, 2]) {
		stack.set("rotationEpoch", epoch);
		const { outputs } = await stack.up();
		revisions.push((outputs.revisions as Record<string, string>).auth ?? "");
	}
});

const world = () =>
	new CloudStore(stack.directory, "netra-local", () => {}).view((each) =>
		structuredClone(each),
	);
const linesIn = (cloud: World, serving: string) => {
	const found = Object.values(entriesOf(cloud, SERVICE)).find(
		({ properties }) => properties.name === name,
	);
	return pinLines(
		platform,
		{
			world: cloud,
			region: "us-central1",
			service: name,
			labels: found?.properties.labels as Record<string, string>,
		},
		[serving],
	);
};

describe("the status of the local stack", () => {
	it("[R-070] lists the revisions that can be pinned: ready, with a login and all that they bind", () => {
		const [, one, two = ""] = revisions;
		expect(linesIn(world(), two)).toEqual([`${name} can be pinned to: ${one}`]);
	});

	it("[R-070] leaves out what binds a version that is gone", () => {
		const cloud = world();
		const versions =
			cloud.resources["gcp:secretmanager/secretVersion:SecretVersion"] ?? {};
		for (const [id, version] of Object.entries(versions)) {
			if (id.includes("/database-url-local/versions/2")) {
				version.hidden.destroyed = true;
			}
		}
		expect(linesIn(cloud, String(revisions[2]))).toEqual([]);
	});

	it("[R-070] says what is pinned", async () => {
		const [, one = "", two] = revisions;
		stack.set("services", { auth: { pinnedRevision: one } });
		expect(await stack.up()).toMatchObject({ ok: true });
		expect(linesIn(world(), one)).toEqual([
			`${name} is pinned to ${one}`,
			`${name} can be pinned to: ${two}`,
		]);
	});
});
