/** What tests of faults share: the data stores, a check with one login changed, and what a failure looks like. */
import { afterAll, afterEach, beforeAll, expect } from "@jest/globals";
import {
	awkwardPassword,
	type DataStores,
	database,
	startDataStores,
} from "../servers/data-stores.ts";
import {
	type Logins,
	type Report,
	runPreflight,
	type Variables,
	variablesOf,
	withoutAttempts,
} from "./preflight.ts";

/** A day before the tests run. */
export const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000);

/** The command in the local environment that most remedies name. */
export const up = "run 'tools/pulumi-local up -s local'";

export const networkFix = (what: string) =>
	`check that ${what} runs, and that the service has a way to it (VPC egress, private services access)`;

// Enough for the healthy stores to answer on a machine that is busy with other tests.
const patience = ["--budget-seconds", "6", "--attempt-seconds", "1.8"];

export type Change = { [Name in keyof Logins]?: Partial<Logins[Name]> };

/** Data stores for the tests of a file, started before the first and stopped after the last. */
export class FaultBench {
	/** Stops what a test has started, last first. */
	readonly cleanUps: (() => unknown)[] = [];
	#stores: DataStores | undefined;
	#starting: Promise<DataStores> | undefined;

	constructor() {
		beforeAll(async () => {
			this.#starting = startDataStores();
			this.#stores = await this.#starting;
		});
		afterEach(async () => {
			for (const each of this.cleanUps.splice(0).toReversed()) {
				await each();
			}
		});
		// Waits for stores that were still starting when the tests gave up on them.
		afterAll(async () => (await this.#starting)?.stop());
	}

	get stores(): DataStores {
		if (this.#stores === undefined) {
			throw new Error("the data stores are started before the first test");
		}
		return this.#stores;
	}

	/** Everything that backend gets, with some logins changed. */
	variables(change: Change): Variables {
		const { socket, redis, caFile, authority, clickhouse, clickhouseLogin } =
			this.stores;
		return {
			...variablesOf("backend", "local", {
				postgres: {
					user: "netra_a",
					password: awkwardPassword,
					database,
					via: { socket },
					...change.postgres,
				},
				redis: {
					host: "127.0.0.1",
					port: redis.port,
					password: awkwardPassword,
					caFile,
					authorities: authority.certificate,
					...change.redis,
				},
				clickhouse: {
					host: "localhost",
					port: clickhouse.port,
					...clickhouseLogin,
					...change.clickhouse,
				},
			}),
			NODE_EXTRA_CA_CERTS: caFile,
		};
	}

	/** Runs the check of backend, which needs everything, with some logins changed. */
	check(
		change: Change,
		variables: Variables = {},
		options: readonly string[] = [],
	): Promise<Report> {
		return runPreflight(["check", "backend", "local", ...options], {
			...this.variables(change),
			...variables,
		});
	}

	/** The same with little patience, for faults that do not pass. */
	checkInVain(change: Change, variables: Variables = {}): Promise<Report> {
		return this.check(change, variables, patience);
	}

	/** The scheduled mode with little patience; everything but siblings is in order. */
	verifyInVain(variables: Variables): Promise<Report> {
		return runPreflight(["verify", "backend", "local", ...patience], {
			...this.variables({}),
			...variables,
		});
	}
}

/** Exactly one check fails, with this line, and nothing went wrong beside it. */
export function expectFailure(report: Report, line: string): void {
	const failed = report.lines.filter((each) => each.startsWith("FAIL"));
	const fix = line.slice(line.indexOf(". Fix: ") + ". Fix: ".length);
	expect({ ...report, lines: withoutAttempts(failed) }).toEqual({
		code: 1,
		lines: [line],
		errors: "",
	});
	expect(report.lines.at(-1)).toBe(
		`3 checks passed, 1 failed. First fix: ${fix}`,
	);
}
