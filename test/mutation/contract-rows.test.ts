/** Every row of the shipped contract's data, edited in the contract alone. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Judged } from "./contract-rows/judge.ts";
import {
	type Accepted,
	shownByThePlan,
	withoutEffect,
} from "./contract-rows/survivors.ts";
import { judgedBy } from "./judged.ts";

let judged: Judged;

beforeAll(async () => {
	judged = await judgedBy<Judged>("./contract-rows/judge.ts");
	const { edits, rejected, survivors } = judged;
	process.stdout.write(
		`${edits.length} edits of the contract's rows: the contract's own checks reject ${rejected.contract}, the second key ${rejected.secondKey}, other rules ${rejected.stack}; ${survivors.length} survive\n`,
	);
});

const patternsOf = (list: readonly Accepted[]) =>
	list.flatMap(({ edits }) => edits);

/** The edits of a list that a pattern covers. */
function covered(pattern: string, edits: readonly string[]): string[] {
	const parts = pattern
		.split("*")
		.map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
	const form = new RegExp(`^${parts.join(".*")}$`);
	return edits.filter((edit) => form.test(edit));
}

describe("an edit of a row of the contract", () => {
	it("[R-103] is rejected, or listed as accepted with its reason", () => {
		const accepted = new Set(
			patternsOf([...shownByThePlan, ...withoutEffect]).flatMap((pattern) =>
				covered(pattern, judged.edits),
			),
		);
		expect(
			judged.survivors
				.map(({ edit }) => edit)
				.filter((edit) => !accepted.has(edit)),
		).toEqual([]);
		// A suite that edits nothing proves nothing.
		expect(judged.edits.length).toBeGreaterThan(2000);
	});

	it("[R-103] is not listed as accepted if it is rejected", () => {
		const survivors = new Set(judged.survivors.map(({ edit }) => edit));
		const wrong = patternsOf([...shownByThePlan, ...withoutEffect]).flatMap(
			(pattern) => {
				const edits = covered(pattern, judged.edits);
				return edits.length === 0
					? [`${pattern} is no edit`]
					: edits.filter((edit) => !survivors.has(edit));
			},
		);
		expect(wrong).toEqual([]);
	});

	it.each<[string, readonly Accepted[], boolean]>([
		["changes the recorded plan where the list says so", shownByThePlan, true],
		["changes nothing where the list says so", withoutEffect, false],
	])("[R-103] %s", (_, list, isShown) => {
		const others = judged.survivors
			.filter((each) => each.isShown !== isShown)
			.map(({ edit }) => edit);
		expect(
			patternsOf(list).flatMap((pattern) => covered(pattern, others)),
		).toEqual([]);
	});
});
