/**
 * Sees every row of `docs/requirements.md` fail: breaks a copy of the checkout in each way of `breaks.ts`, runs the tests
 * that should notice, and expects one with the row's id to turn red. Takes minutes, and both cores.
 *
 *   npm run prove            every row
 *   npm run prove -- R-042   some rows
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Break, breaks } from "./breaks.ts";
import { Copy, type Tested } from "./copy.ts";
import { redBy, unpaired } from "./proof.ts";
import { type Ended, rowsIn, tableFile } from "./table.ts";

/** Breaks that are tried at a time, each in a copy of its own. */
const width = 2;

type Case = { id: string; way: Break };

/** What was seen of a break: the first test that turned red, or why it proves nothing. */
type Seen = { red: string } | { problem: string };

/** The titles of the tests that should notice a break. */
const titlesFor = ({ id, way: { titled = "" } }: Case) =>
	`\\[${id}\\].*${titled.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`;

const filesFor = (cases: readonly Case[]) => [
	...new Set(cases.flatMap(({ way }) => way.tests)),
];

async function lookAt(
	copy: Copy,
	each: Case,
	before: readonly Ended[],
): Promise<Seen> {
	const { id, way } = each;
	let after: Tested;
	try {
		after = await copy.whileBroken(way, () =>
			copy.test(way.tests, titlesFor(each)),
		);
	} catch (error) {
		return { problem: (error as Error).message };
	}
	const [red] = redBy(id, before, after.ended);
	return red === undefined ? { problem: whyNot(each, before, after) } : { red };
}

function whyNot(
	{ id, way }: Case,
	before: readonly Ended[],
	{ unloaded }: Tested,
): string {
	const [failure] = unloaded;
	if (failure !== undefined) {
		return `a test file could not be loaded: ${failure.trim()}`;
	}
	const passed = before.some(
		({ title, status }) => title.includes(`[${id}]`) && status === "passed",
	);
	return passed
		? `no test with this id turned red in ${way.tests.join(", ")}`
		: `no test with this id passes in ${way.tests.join(", ")}, broken or not`;
}

/** Prints what was seen of each case, in the order in which it was seen; resolves to the number of those that prove nothing. */
async function prove(
	cases: readonly Case[],
	copies: readonly Copy[],
): Promise<number> {
	const [first] = copies as [Copy];
	const { ended: before } = await first.test(
		filesFor(cases),
		[...new Set(cases.map(titlesFor))].join("|"),
	);
	const open = [...cases];
	let problems = 0;
	await Promise.all(
		copies.map(async (copy) => {
			for (let next = open.shift(); next !== undefined; next = open.shift()) {
				const seen = await lookAt(copy, next, before);
				problems += "problem" in seen ? 1 : 0;
				console.log(lines(next, seen));
			}
		}),
	);
	return problems;
}

const lines = ({ id, way }: Case, seen: Seen) =>
	`${id}  ${way.what} (${way.path})\n       ${"red" in seen ? `red: ${seen.red}` : `NOT PROVEN: ${seen.problem}`}`;

const { built } = rowsIn(
	readFileSync(resolve(import.meta.dirname, "../..", tableFile), "utf8"),
);
const asked = process.argv.slice(2);
const unknown = asked.filter((id) => !built.includes(id));
const wrong = [
	...unpaired(built, Object.keys(breaks)),
	...unknown.map((id) => `${id} is no row that is built`),
];
if (wrong.length > 0) {
	console.error(wrong.join("\n"));
	process.exit(1);
}

const cases = Object.entries(breaks)
	.filter(([id]) => asked.length === 0 || asked.includes(id))
	.flatMap(([id, ways]) => ways.map((way) => ({ id, way })));
const copies = Array.from(
	{ length: Math.min(width, cases.length) },
	() => new Copy(),
);
process.on("exit", () => {
	for (const copy of copies) {
		copy.remove();
	}
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
	process.on(signal, () => process.exit(1));
}

const start = performance.now();
const problems = await prove(cases, copies);
const seconds = Math.round((performance.now() - start) / 1000);
console.log(
	`\n${cases.length - problems} of ${cases.length} breaks seen by a test of their row, in ${seconds} s`,
);
process.exitCode = problems > 0 ? 1 : 0;
