/**
 * Compares the requirements in `docs/requirements.md` with what the tests of a whole run did: each row proven, each id
 * known. A row whose tests are skipped where a driver is missing fails the run in CI, which has all of them; elsewhere
 * the run says that the row is not proven there.
 */
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type {
	AggregatedResult,
	Config,
	Reporter,
	TestContext,
} from "@jest/reporters";
import { judgeRows, tableFile } from "./table.ts";

/** What is read of Jest's configuration. */
export type RunConfig = Pick<
	Config.GlobalConfig,
	"rootDir" | "ci" | "testNamePattern"
>;

/** What is read of a run's results. */
export type RunResults = Pick<
	AggregatedResult,
	"numFailedTests" | "numRuntimeErrorTestSuites"
> & {
	testResults: {
		testFilePath: string;
		testResults: { fullName: string; status: string }[];
	}[];
};

/** Says nothing of a run of part of the suite, and nothing more of one that failed anyway. */
export default class RequirementsReporter
	implements Pick<Reporter, "onRunComplete" | "getLastError">
{
	#error: Error | undefined;
	readonly #config: RunConfig;

	constructor(config: RunConfig) {
		this.#config = config;
	}

	onRunComplete(_contexts: Set<TestContext>, results: RunResults): void {
		const failed =
			results.numFailedTests > 0 || results.numRuntimeErrorTestSuites > 0;
		if (failed || !this.#isWhole(results)) {
			return;
		}
		const { problems, notProven } = judgeRows(
			readFileSync(resolve(this.#config.rootDir, tableFile), "utf8"),
			results.testResults.flatMap(({ testResults }) =>
				testResults.map(({ fullName, status }) => ({
					title: fullName,
					status,
				})),
			),
		);
		if (notProven.length > 0) {
			console.error(
				report(
					`${tableFile}: not proven ${this.#config.ci ? "in CI, where every test must run" : "on this machine"}:`,
					notProven,
				),
			);
		}
		if (problems.length > 0) {
			console.error(report(`${tableFile} and the tests disagree:`, problems));
		}
		if (problems.length > 0 || (this.#config.ci && notProven.length > 0)) {
			this.#error = new Error(`${tableFile} is not proven; see above`);
		}
	}

	getLastError(): Error | undefined {
		return this.#error;
	}

	/** True if every test of every file was asked for, by whatever arguments. */
	#isWhole({ testResults }: RunResults): boolean {
		const { rootDir, testNamePattern } = this.#config;
		const ran = new Set(testResults.map(({ testFilePath }) => testFilePath));
		return (
			!testNamePattern &&
			globSync("test/**/*.test.ts", { cwd: rootDir }).every((file) =>
				ran.has(resolve(rootDir, file)),
			)
		);
	}
}

const report = (heading: string, lines: string[]) =>
	[heading, ...lines.map((each) => `  ${each}`)].join("\n");
