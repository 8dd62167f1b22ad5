/** Compares the requirements in `docs/requirements.md` with the tests that passed: each row proven, each id known. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type {
	AggregatedResult,
	Config,
	Reporter,
	TestContext,
} from "@jest/reporters";

const file = "docs/requirements.md";

/** What is wrong between the rows and the titles of the tests that passed. */
export function requirementProblems(
	table: string,
	passedTitles: string[],
): string[] {
	const [built = "", notBuilt = ""] = table.split("## Not built yet");
	const rows = rowsOf(built);
	// A rule or a test may take the first step of something that is not built.
	const known = new Set([...rows, ...rowsOf(notBuilt)]);
	const proven = new Set(
		passedTitles.flatMap((title) => title.match(/R-\d{3}/g) ?? []),
	);
	return [
		...rows
			.filter((id) => !proven.has(id))
			.map((id) => `${id} has no passing test`),
		...[...proven]
			.filter((id) => !known.has(id))
			.map((id) => `${id} is in a test's title, but is no row`),
	];
}

const rowsOf = (table: string) =>
	[...table.matchAll(/^\| (R-\d{3}) /gm)].map(([, id]) => id as string);

/** Fails a run of all tests in which the table and the tests disagree; says nothing of a run of some. */
export default class RequirementsReporter
	implements Pick<Reporter, "onRunComplete" | "getLastError">
{
	#error: Error | undefined;
	readonly #isWhole: boolean;
	readonly #root: string;

	constructor(config: Config.GlobalConfig) {
		this.#root = config.rootDir;
		this.#isWhole =
			config.nonFlagArgs.length === 0 &&
			!config.testNamePattern &&
			!config.onlyFailures;
	}

	onRunComplete(_contexts: Set<TestContext>, results: AggregatedResult): void {
		if (
			!this.#isWhole ||
			results.numFailedTests > 0 ||
			results.numRuntimeErrorTestSuites > 0
		) {
			return;
		}
		const titles = results.testResults.flatMap(({ testResults }) =>
			testResults
				.filter(({ status }) => status === "passed")
				.map(({ fullName }) => fullName),
		);
		const problems = requirementProblems(
			readFileSync(resolve(this.#root, file), "utf8"),
			titles,
		);
		if (problems.length > 0) {
			this.#error = new Error(
				`${file} and the tests disagree:\n${problems.map((each) => `  ${each}`).join("\n")}`,
			);
			console.error(this.#error.message);
		}
	}

	getLastError(): Error | undefined {
		return this.#error;
	}
}
