/** Reads the table of `docs/requirements.md`, and compares it with what tests did. */

/** The table, from the checkout's root. */
export const tableFile = "docs/requirements.md";

/** The ids of the rows, in the table's order. */
export type Rows = { built: string[]; notBuilt: string[] };

export function rowsIn(table: string): Rows {
	const [built = "", notBuilt = ""] = table.split("## Not built yet");
	return { built: idsOfRows(built), notBuilt: idsOfRows(notBuilt) };
}

const idsOfRows = (table: string) =>
	[...table.matchAll(/^\| (R-\d{3}) /gm)].map(([, id]) => id as string);

/** The ids that a test's title carries. */
export const idsIn = (title: string): string[] => title.match(/R-\d{3}/g) ?? [];

/** A test by its full title, and how it ended in Jest's words: `passed`, `failed`, `pending`, `todo`, … */
export type Ended = { title: string; status: string };

export type Verdict = {
	/** What is wrong between rows and tests, on whatever machine. */
	problems: string[];
	/** Rows that this run does not prove, since tests with their ids did not run. */
	notProven: string[];
};

/**
 * What a run of all tests says of the rows. A row is proven if at least one test with its id passed and none was left
 * out: a test that did not run proves nothing, and what the row says may be what just this test would have refuted.
 */
export function judgeRows(table: string, tests: readonly Ended[]): Verdict {
	const { built, notBuilt } = rowsIn(table);
	const all = [...built, ...notBuilt];
	const of = Map.groupBy(
		tests.flatMap((test) => idsIn(test.title).map((id) => ({ id, ...test }))),
		({ id }) => id,
	);
	const leftOut = (id: string) =>
		(of.get(id) ?? []).filter(({ status }) => !ran.has(status));
	const passed = (id: string) =>
		of.get(id)?.some(({ status }) => status === "passed") ?? false;
	return {
		problems: [
			...built
				.filter((id) => !passed(id) && leftOut(id).length === 0)
				.map((id) => `${id} has no passing test`),
			...[...of.keys()]
				.filter((id) => !all.includes(id))
				.map((id) => `${id} is in a test's title, but is no row`),
			...new Set(
				all
					.filter((id, index) => all.indexOf(id) !== index)
					.map((id) => `${id} has more than one row`),
			),
		],
		notProven: built.flatMap((id) => {
			const tests = leftOut(id);
			return tests.length === 0
				? []
				: [
						`${id}: ${tests.length} of its tests did not run, such as '${tests[0]?.title}'`,
					];
		}),
	};
}

/** What Jest calls a test that ran. */
const ran: ReadonlySet<string> = new Set(["passed", "failed"]);
