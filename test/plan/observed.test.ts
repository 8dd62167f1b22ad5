import { describe, expect, it } from "@jest/globals";
import {
	attemptFor,
	liveRevisions,
	type ObservedJob,
	type ObservedService,
	observedService,
	servedBy,
} from "../../plan/observed.ts";

const name = "netra-auth-staging";
const revision = (hash: string, attempt: number) =>
	`${name}-e0-${hash}-${attempt}`;
const hash = "aaaaaaaa";
const jobHash = "cccccccc";

const service = (change: Partial<ObservedService> = {}): ObservedService => ({
	name,
	latestCreatedRevision: revision(hash, 4),
	latestReadyRevision: revision(hash, 4),
	trafficRevisions: [revision(hash, 4)],
	reconciling: false,
	succeeded: true,
	labels: { attempt: "4" },
	...change,
});
const job = (change: Partial<NonNullable<ObservedJob>> = {}): ObservedJob => ({
	succeeded: true,
	token: `${jobHash}-4`,
	labels: { attempt: "4" },
	...change,
});

const attempt = (
	observed: ObservedService | undefined,
	preflight: ObservedJob,
) => attemptFor(observed, [{ observed: preflight, hash: jobHash }], hash);

describe("the number of a try", () => {
	it("[R-031] is the first of a first deployment", () => {
		expect(attempt(undefined, undefined)).toEqual({ gates: 1, revision: 1 });
	});

	it("[R-031] stays while the same was deployed and succeeded", () => {
		expect(attempt(service(), job())).toEqual({ gates: 4, revision: 4 });
	});

	it.each<[string, ObservedJob | undefined]>([
		["the preflight failed", job({ succeeded: false })],
		["the preflight does not exist", undefined],
		["the preflight was of another template", job({ token: "dddddddd-4" })],
		[
			"the preflight was of an older try",
			job({ token: `${jobHash}-3`, labels: { attempt: "3" } }),
		],
		["somebody executed the preflight by hand", job({ token: "" })],
	])(
		"[R-031] rises for the gates when %s, and the service that is deployed keeps its revision",
		(_what, observedJob) => {
			expect(attempt(service(), observedJob)).toEqual({
				gates: 5,
				revision: 4,
			});
		},
	);

	it("[R-031] stays once the gates ran again for a service that kept its revision", () => {
		const again = job({ token: `${jobHash}-5`, labels: { attempt: "5" } });
		expect(attempt(service(), again)).toEqual({ gates: 5, revision: 4 });
	});

	it.each<[string, ObservedService | undefined]>([
		["the service does not exist", undefined],
		["the service failed", service({ succeeded: false })],
		[
			"the revision is not ready",
			service({ latestReadyRevision: revision("bbbbbbbb", 3) }),
		],
		[
			"the template changed",
			service({
				latestCreatedRevision: revision("bbbbbbbb", 4),
				latestReadyRevision: revision("bbbbbbbb", 4),
			}),
		],
		[
			"the revision has a foreign name",
			service({ latestCreatedRevision: `${name}-00042-abc` }),
		],
	])("[R-031] rises when %s", (_what, observed) => {
		expect(attempt(observed, job())).toEqual({ gates: 5, revision: 5 });
	});

	it("[R-004] is above every number that was ever used, by the job too", () => {
		expect(
			attempt(undefined, job({ succeeded: false, labels: { attempt: "9" } })),
		).toEqual({ gates: 10, revision: 10 });
		expect(
			attempt(
				service({ latestCreatedRevision: `${name}-00042-abc`, labels: {} }),
				undefined,
			),
		).toEqual({ gates: 5, revision: 5 });
	});

	it("[R-051] rises when one of several jobs failed", () => {
		const gates = [job(), job({ succeeded: false })].map((observed) => ({
			observed,
			hash: jobHash,
		}));
		expect(attemptFor(service(), gates, hash).gates).toBe(5);
	});

	it("is not misled by a label that somebody else wrote", () => {
		expect(attempt(undefined, job({ labels: { attempt: "first" } }))).toEqual({
			gates: 1,
			revision: 1,
		});
	});

	it("[R-070] gives A another name when A comes back after B", () => {
		const afterB = service({
			latestCreatedRevision: revision("bbbbbbbb", 5),
			latestReadyRevision: revision("bbbbbbbb", 5),
		});
		expect(
			attempt(afterB, job({ token: "dddddddd-5", labels: { attempt: "5" } })),
		).toEqual({ gates: 6, revision: 6 });
	});
});

describe("a service as the API shows it", () => {
	const answer = {
		name,
		latestCreatedRevision: `projects/p/locations/r/services/${name}/revisions/${revision(hash, 5)}`,
		latestReadyRevision: `projects/p/locations/r/services/${name}/revisions/${revision(hash, 4)}`,
		reconciling: false,
		terminalConditions: [{ state: "CONDITION_FAILED" }],
		templates: [
			{
				labels: { login: "e0-r0" },
				serviceAccount: "a@b.example",
				containers: [],
			},
		],
		traffics: [
			{
				type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST",
				revision: "",
				percent: 100,
			},
		],
		trafficStatuses: [
			{
				type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
				revision: revision(hash, 3),
				percent: 100,
			},
		],
	};
	const share = (name: string, percent: number) => ({
		type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
		revision: name,
		percent,
	});

	it("is read by the names of its revisions", () => {
		expect(observedService(answer)).toEqual({
			name,
			latestCreatedRevision: revision(hash, 5),
			latestReadyRevision: revision(hash, 4),
			trafficRevisions: [revision(hash, 4), revision(hash, 3)],
			traffic: { text: "latest", revisions: [revision(hash, 4)] },
			latest: expect.objectContaining({
				name: revision(hash, 5),
				labels: { login: "e0-r0" },
				ready: false,
			}),
			reconciling: false,
			succeeded: false,
			labels: {},
		});
	});

	it.each([
		[[share("x-2", 100)], "x-2", ["x-2"]],
		[
			[share("x-2", 40), share("x-1", 60)],
			"x-2 (40 %) and x-1 (60 %)",
			["x-2", "x-1"],
		],
		[[share("x-2", 100), share("x-1", 0)], "x-2", ["x-2"]],
	])(
		"[R-100] says where its requests are asked to go: %j",
		(traffics, text, revisions) => {
			expect(observedService({ ...answer, traffics }).traffic).toEqual({
				text,
				revisions,
			});
		},
	);

	it("[R-100] is served by what its traffic names, and by the latest ready one where that is the target", () => {
		expect(servedBy(answer.traffics, answer.latestReadyRevision)).toBe(
			revision(hash, 4),
		);
		expect(
			servedBy(
				[share("x-2", 40), share("x-1", 60)],
				answer.latestReadyRevision,
			),
		).toBe("x-2 (40 %) and x-1 (60 %)");
	});

	it("[R-002] is live by its ready revision, its traffic and, during a change, its new revision", () => {
		expect(liveRevisions(observedService(answer))).toEqual([
			revision(hash, 4),
			revision(hash, 3),
		]);
		expect(
			liveRevisions(observedService({ ...answer, reconciling: true })),
		).toEqual([revision(hash, 4), revision(hash, 3), revision(hash, 5)]);
	});

	it("is not live before its first revision is ready", () => {
		expect(
			liveRevisions(
				observedService({
					...answer,
					latestReadyRevision: "",
					trafficStatuses: [],
				}),
			),
		).toEqual([]);
	});
});
