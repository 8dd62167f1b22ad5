import { describe, expect, it } from "@jest/globals";
import type { DeployedService } from "../../plan/observed.ts";
import { planServing, type ServingArgs } from "../../plan/serving.ts";

const name = "netra-auth-staging";
const own = `${name}-e0-0123abcd-2`;
const before = `${name}-e0-89abcdef-1`;
const hotfix = `${name}-00007-xyz`;

/** A service whose requests go to a revision, or to the latest. */
function deployed(
	serves: string,
	{
		asked = "latest",
		...change
	}: Partial<DeployedService> & { asked?: string | undefined } = {},
): DeployedService {
	const latest = change.latestReadyRevision ?? own;
	const revisions = [serves === "latest" ? latest : serves];
	return {
		name,
		latestCreatedRevision: latest,
		latestReadyRevision: latest,
		trafficRevisions: revisions,
		traffic: { text: serves, revisions },
		latest: {
			name: latest,
			createTime: "",
			ready: true,
			message: "",
			labels: {},
			serviceAccount: "",
			bound: [],
			plain: [],
			fields: {},
		},
		reconciling: false,
		succeeded: true,
		labels: { "login-a": "e0-r0", traffic: asked },
		...change,
	};
}

const byHand = (labels?: Record<string, string>) =>
	deployed("latest", {
		latestReadyRevision: hotfix,
		...(labels === undefined ? {} : { labels }),
	});

const plan = (observed: DeployedService, change: Partial<ServingArgs> = {}) =>
	planServing({
		stack: "staging",
		service: "auth",
		observed,
		pinned: undefined,
		takeOver: [],
		adoptedRevisions: [],
		lastOwn: own,
		differences: () => ["variable DEBUG was added"],
		...change,
	});
const quiet = { resend: false, notes: [], refusal: [] };

describe("what serves", () => {
	it("[R-100] is left alone where it is what the last update asked for", () => {
		expect(plan(deployed("latest"))).toEqual(quiet);
		expect(
			plan(deployed(before, { asked: before }), { pinned: before }),
		).toEqual(quiet);
	});

	it("[R-100] follows the configuration where the last update asked for what is there", () => {
		expect(plan(deployed("latest"), { pinned: before })).toEqual(quiet);
		expect(plan(deployed(before, { asked: before }))).toEqual(quiet);
	});
});

describe("requests that somebody moved by hand", () => {
	const moved = deployed(before);

	it("[R-100] are not moved back without a word in the configuration", () => {
		expect(plan(moved).refusal).toEqual([
			`the requests of ${name} go to ${before}, which somebody chose by hand: the last update sent them to the latest revision`,
			`  to keep it (pin it): pulumi config set --path services.auth.pinnedRevision ${before} -s staging`,
			`  to replace it (take it over): pulumi config set --path 'services.auth.takeOver[0]' ${before} -s staging`,
		]);
	});

	it("[R-100] stay where they are once the configuration pins that revision", () => {
		expect(plan(moved, { pinned: before })).toEqual(quiet);
	});

	it("[R-100] are moved once they are taken over, and the service is sent again for it", () => {
		expect(plan(moved, { takeOver: [before] })).toEqual({
			resend: true,
			refusal: [],
			notes: [expect.stringContaining(`go to ${before}, which somebody chose`)],
		});
	});

	it("[R-100] are not moved by a word about another revision, or about one of two", () => {
		expect(plan(moved, { takeOver: [own] }).refusal).not.toEqual([]);
		expect(plan(moved, { pinned: own }).refusal).not.toEqual([]);
		const split = deployed(`${before} (50 %) and ${own} (50 %)`, {
			traffic: {
				text: `${before} (50 %) and ${own} (50 %)`,
				revisions: [before, own],
			},
			trafficRevisions: [before, own],
		});
		expect(plan(split, { takeOver: [before] }).refusal).toContain(
			"  to keep it (pin it): not possible while several revisions serve",
		);
		expect(plan(split, { takeOver: [before, own] }).refusal).toEqual([]);
	});

	it("[R-100] away from a pin to the latest revision are kept by taking the pin out", () => {
		const unpinned = deployed("latest", { asked: before });
		expect(plan(unpinned, { pinned: before }).refusal).toContain(
			"  to keep it (pin it): pulumi config rm --path services.auth.pinnedRevision -s staging",
		);
		expect(plan(unpinned)).toEqual(quiet);
	});

	it("[R-100] are seen too where the service was deployed before the label was kept", () => {
		const labels = { "login-a": "e0-r0" };
		expect(plan(deployed("latest", { labels }))).toEqual(quiet);
		expect(plan(deployed(before, { labels })).refusal).not.toEqual([]);
		expect(plan(deployed(before, { labels }), { pinned: before })).toEqual(
			quiet,
		);
	});
});

describe("a revision that somebody made by hand", () => {
	it("[R-100] is not replaced without a word in the configuration, and the difference is named", () => {
		expect(plan(byHand()).refusal).toEqual([
			`revision ${hotfix}, which serves ${name}, was made by hand and changes what ${own} has: variable DEBUG was added`,
			`  to keep it (pin it): pulumi config set --path services.auth.pinnedRevision ${hotfix} -s staging`,
			`  to replace it (take it over): pulumi config set --path 'services.auth.takeOver[0]' ${hotfix} -s staging`,
		]);
	});

	it("[R-100] is replaced, with a line, where it changes nothing or is taken over", () => {
		for (const change of [{ differences: () => [] }, { takeOver: [hotfix] }]) {
			expect(plan(byHand(), change)).toMatchObject({
				refusal: [],
				notes: [
					expect.stringMatching(
						`^revision ${hotfix}, made by hand, serves ${name} and changes .*; a revision of this project takes its place`,
					),
				],
			});
		}
	});

	it("[R-100] is not replaced where its difference can't be read", () => {
		for (const change of [
			{ differences: () => undefined },
			{ lastOwn: undefined, differences: () => [] },
		]) {
			expect(plan(byHand(), change).refusal[0]).toContain(
				"changes what could not be read",
			);
		}
	});

	it("[R-100] is kept where it is pinned", () => {
		expect(plan(byHand(), { pinned: hotfix })).toMatchObject({
			refusal: [],
			notes: [expect.stringContaining(`the configuration pins ${hotfix}`)],
		});
	});

	it("[R-100] that was taken over stays listed no longer than it serves", () => {
		expect(plan(deployed("latest"), { takeOver: [hotfix] })).toEqual({
			...quiet,
			notes: [
				`services.auth.takeOver lists ${hotfix}, which does not serve: whoever chooses it by hand again would be overruled without a question; take it out: pulumi config rm --path services.auth.takeOver -s staging`,
			],
		});
	});

	it("[R-100] that gets no requests and is the newest is passed over with a word that says what is lost", () => {
		const newest = {
			latestCreatedRevision: hotfix,
			latestReadyRevision: own,
			trafficRevisions: [own],
			traffic: { text: own, revisions: [own] },
		};
		const word = `revision ${hotfix}, the newest of ${name}, was made by hand, gets no requests and changes what ${own} has: variable DEBUG was added; the next revision of this project does without that`;
		expect(plan(deployed(own, newest)).notes).toContain(word);
		expect(
			plan(deployed(own, newest), { differences: () => [] }).notes,
		).not.toContainEqual(expect.stringContaining("the newest of"));
		expect(
			plan(deployed(own, { ...newest, latestCreatedRevision: own })).notes,
		).not.toContainEqual(expect.stringContaining("the newest of"));
	});

	it("[R-100] of this project's own loses a tag that somebody gave it with a word", () => {
		expect(
			plan(deployed("latest", { trafficRevisions: [own, before] })),
		).toEqual({
			...quiet,
			notes: [
				`revision ${before}, which has a tag of ${name} and no requests, loses the tag with the next change of the service: no update keeps tags`,
			],
		});
	});

	it("[R-100] that has a tag alone is never offered all requests, and loses the tag once it is taken over", () => {
		const tagged = { trafficRevisions: [own, hotfix] };
		const take = (index: number, revision: string) =>
			`pulumi config set --path 'services.auth.takeOver[${index}]' ${revision} -s staging`;
		const fact = `revision ${hotfix}, which has a tag of ${name}, was made by hand and changes what ${own} has: variable DEBUG was added`;
		expect(plan(deployed("latest", tagged)).refusal).toEqual([
			fact,
			`  to replace it (take it over): ${take(0, hotfix)}`,
		]);
		const moved = deployed(before, { trafficRevisions: [before, hotfix] });
		expect(plan(moved).refusal.slice(1)).toEqual([
			fact,
			`  to keep it (pin it): pulumi config set --path services.auth.pinnedRevision ${before} -s staging && ${take(0, hotfix)}`,
			`  to replace it (take it over): ${take(0, before)} && ${take(1, hotfix)}`,
		]);
		expect(
			plan(deployed("latest", tagged), { takeOver: [hotfix] }),
		).toMatchObject({
			resend: true,
			refusal: [],
			notes: [expect.stringContaining("loses the tag in this update")],
		});
	});

	it("[R-100] is taken over beside what is listed", () => {
		expect(plan(byHand(), { takeOver: ["another"] }).refusal).toContain(
			`  to replace it (take it over): pulumi config set --path 'services.auth.takeOver[1]' ${hotfix} -s staging`,
		);
	});

	it("[R-100] that serves nobody is none of this", () => {
		const aside = deployed(own, { latestReadyRevision: hotfix });
		expect(plan(aside, { takeOver: [own] }).refusal).toEqual([]);
	});
});
