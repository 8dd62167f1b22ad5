import { describe, expect, it } from "@jest/globals";
import type { ObservedService } from "../../plan/observed.ts";
import { prunableVersions, type Revision } from "../../plan/prune.ts";

const name = "netra-auth-staging";
const revision = (epoch: number) => `${name}-e${epoch}-0123abcd-${epoch + 1}`;

const service = (
	ready: number,
	change: Partial<ObservedService> = {},
): ObservedService => ({
	name,
	latestCreatedRevision: revision(ready),
	latestReadyRevision: revision(ready),
	trafficRevisions: [revision(ready)],
	reconciling: false,
	succeeded: true,
	labels: {},
	...change,
});

const pinning = (epoch: number, ready = true): Revision => ({
	name: revision(epoch),
	ready,
	account: "netra-auth@netra-staging.iam.gserviceaccount.com",
	pins: [{ secretId: "database-url-staging", version: String(epoch + 1) }],
});
const versions = [1, 2, 3, 4, 5].map((version) => ({
	secretId: "database-url-staging",
	version: String(version),
}));
const prunable = (...args: Parameters<typeof prunableVersions>) =>
	prunableVersions(...args).map(({ version }) => version);

describe("pruning", () => {
	it("[R-070] keeps what the serving revision pins and what the one before it pins", () => {
		const revisions = [0, 1, 2, 3, 4].map((epoch) => pinning(epoch));
		expect(prunable([{ service: service(4), revisions }], versions, 4)).toEqual(
			["1", "2", "3"],
		);
	});

	it("[R-070] keeps what a revision with traffic pins, however old", () => {
		const revisions = [0, 4].map((epoch) => pinning(epoch));
		const serving = service(4, { trafficRevisions: [revision(0)] });
		expect(prunable([{ service: serving, revisions }], versions, 4)).toEqual([
			"2",
			"3",
			"4",
		]);
	});

	it("keeps what any of several services pins", () => {
		const other = { ...service(2), name };
		expect(
			prunable(
				[
					{ service: service(4), revisions: [pinning(4)] },
					{ service: other, revisions: [pinning(2)] },
				],
				versions,
				4,
			),
		).toEqual(["1", "2", "4"]);
	});

	it("keeps what a new revision pins that is not ready yet", () => {
		const starting = service(3, { latestCreatedRevision: revision(4) });
		expect(
			prunable(
				[{ service: starting, revisions: [pinning(3), pinning(4, false)] }],
				versions,
				4,
			),
		).toEqual(["1", "2", "3"]);
	});

	it("gives up what a revision pins that never became ready", () => {
		expect(
			prunable(
				[{ service: service(4), revisions: [pinning(3, false), pinning(4)] }],
				versions,
				4,
			),
		).toEqual(["1", "2", "3", "4"]);
	});

	it("keeps the newest version even if no revision binds it yet", () => {
		expect(
			prunable([{ service: service(0), revisions: [pinning(0)] }], versions, 0),
		).toEqual(["2", "3", "4"]);
	});

	it("counts versions as numbers", () => {
		const many = ["9", "10"].map((version) => ({ secretId: "a", version }));
		expect(prunable([], many, 0)).toEqual(["9"]);
	});
});
