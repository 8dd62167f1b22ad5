import { describe, expect, it } from "@jest/globals";
import {
	checkPinned,
	type PinArgs,
	pinnable,
	releaseBesidePin,
} from "../../plan/pins.ts";

const revision = (number: number, ready = true) => ({
	name: `netra-auth-staging-e0-0123abcd-${number}`,
	createTime: `2026-11-0${number}T10:00:00Z`,
	ready,
	message: ready ? "" : "the container failed to start",
});
const revisions = [revision(1), revision(3), revision(2), revision(4, false)];

function refusal(pinned: string, change: Partial<PinArgs> = {}): string {
	try {
		checkPinned({
			stack: "staging",
			service: "auth",
			name: "netra-auth-staging",
			exists: true,
			pinned,
			revisions,
			missing: () => [],
			...change,
		});
	} catch (error) {
		return (error as Error).message;
	}
	return "accepted";
}

const remove =
	"pulumi config rm --path services.auth.pinnedRevision -s staging";
const possible = `these can be pinned, the newest first: ${[3, 2, 1].map((each) => revision(each).name).join(", ")}`;

describe("a release beside a pin", () => {
	const note = (pinned: string) =>
		releaseBesidePin({
			stack: "staging",
			service: "auth",
			name: "netra-auth-staging",
			pinned,
			takeOver: ["other"],
			revision: revision(3).name,
			latestCreated: revision(2).name,
		});

	it("[R-100] is told with the commands that end the pin, of a revision made by hand with the word that it takes", () => {
		const fact = (pinned: string) =>
			`revision ${revision(3).name} gets no requests, since the configuration pins ${pinned}; to end the pin: ${remove}`;
		expect(note(revision(1).name)).toBe(
			`${fact(revision(1).name)} && pulumi up -s staging`,
		);
		const byHand = "netra-auth-staging-00007-xyz";
		expect(note(byHand)).toBe(
			`${fact(byHand)} && pulumi config set --path 'services.auth.takeOver[1]' ${byHand} -s staging && pulumi up -s staging`,
		);
	});
});

describe("a pin", () => {
	it("[R-070] to a revision that is ready is accepted", () => {
		expect(refusal(revision(2).name)).toBe("accepted");
	});

	it("[R-070] to a revision that does not exist is refused with those that can be pinned", () => {
		expect(refusal("netra-auth-staging-e0-0123abcd-9")).toBe(
			`[pin] refused, nothing was changed in staging: service netra-auth-staging is pinned to revision netra-auth-staging-e0-0123abcd-9, which does not exist; ${possible}\n` +
				`  fix: pulumi config set --path services.auth.pinnedRevision ${revision(3).name} -s staging, or end the pin: ${remove}`,
		);
	});

	it("[R-070] to a revision that failed is refused with the reason", () => {
		expect(refusal(revision(4).name)).toContain(
			`which is not ready (the container failed to start); ${possible}`,
		);
	});

	it("[R-070] to a revision whose needs are gone is refused, and so is every other one that lacks them", () => {
		const missing = (each: string) =>
			each === revision(3).name ? [] : ["version 1 of x-staging is destroyed"];
		expect(refusal(revision(1).name, { missing })).toContain(
			`version 1 of x-staging is destroyed; these can be pinned, the newest first: ${revision(3).name}\n`,
		);
		expect(pinnable({ revisions, missing })).toEqual([revision(3).name]);
	});

	it("[R-070] is refused with the way to end it where nothing can be pinned", () => {
		expect(refusal("x", { revisions: [] })).toContain(
			`none of its revisions can be pinned\n  fix: ${remove}`,
		);
		expect(refusal("x", { exists: false })).toContain(
			"but the service does not exist",
		);
	});

	it("[R-070] is left to the API where revisions can't be listed", () => {
		expect(refusal("x", { revisions: undefined })).toBe("accepted");
	});
});
