/**
 * The order in which test files run: what takes longest first, so that no worker waits at the end for one long file. Jest
 * itself knows how long a file took only where it ran before.
 */
import { readFileSync } from "node:fs";
import jestSequencer from "@jest/test-sequencer";

// Its types describe the CommonJS form, its ES module's default is the class itself.
const TestSequencer = jestSequencer as unknown as typeof jestSequencer.default;
type Tests = Parameters<jestSequencer.default["sort"]>[0];

/** What a file imports tells what it waits for: servers and engines, then engines, then thousands of mutants, then servers. */
const slowest = [
	/(?:local|foreign)-stack\.ts"/,
	/\/(?:(?:votes-)?checkout|shared-staging)\.ts"/,
	/\/judge(?:-rows)?\.ts"/,
	/\/servers\/|\/real\//,
];

export default class LongestFirst extends TestSequencer {
	override sort(tests: Tests): Tests {
		const rank = new Map(
			[...tests].map(({ path }) => {
				const text = readFileSync(path, "utf8");
				const found = slowest.findIndex((each) => each.test(text));
				return [
					path,
					{
						group: found < 0 ? slowest.length : found,
						size: text.length,
					},
				] as const;
			}),
		);
		const of = (path: string) => rank.get(path) ?? { group: 0, size: 0 };
		return [...tests].sort(
			(one, other) =>
				of(one.path).group - of(other.path).group ||
				of(other.path).size - of(one.path).size,
		);
	}
}
