/** A copy of the whole checkout, tests included, to break the product in. */
import { type ChildProcess, spawn } from "node:child_process";
import {
	cpSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve, sep } from "node:path";
import type { Break } from "./breaks.ts";
import { broken } from "./proof.ts";
import type { Ended } from "./table.ts";

const root = resolve(import.meta.dirname, "../..");
const linked = ["node_modules", ".toolchain"];
const leftOut = [".git", ".local", ...linked].map((name) => join(root, name));

/** How tests ended, and what is said of files that could not even be loaded. */
export type Tested = { ended: Ended[]; unloaded: string[] };

/** What Jest writes, as far as it is read here. */
type Report = {
	testResults: {
		message: string;
		assertionResults: { fullName: string; status: string }[];
	}[];
};

export class Copy {
	readonly #folder = mkdtempSync(join(tmpdir(), "netra-prove-"));
	#running: ChildProcess | undefined;

	constructor() {
		cpSync(root, this.#folder, {
			recursive: true,
			filter: (source) =>
				!leftOut.includes(source) && !source.endsWith(`${sep}node_modules`),
		});
		for (const name of linked.filter((each) => existsSync(join(root, each)))) {
			symlinkSync(join(root, name), join(this.#folder, name));
		}
	}

	/** Breaks the product as long as something is done. */
	async whileBroken<T>(way: Break, action: () => Promise<T>): Promise<T> {
		const file = join(this.#folder, way.path);
		const whole = readFileSync(file, "utf8");
		writeFileSync(file, broken(whole, way));
		try {
			return await action();
		} finally {
			writeFileSync(file, whole);
		}
	}

	/**
	 * Runs the tests of some files whose titles match a pattern.
	 * @throws {Error} with what Jest says if it tells no results
	 */
	async test(files: readonly string[], titles: string): Promise<Tested> {
		const results = join(this.#folder, "results.json");
		rmSync(results, { force: true });
		const said = await this.#run(
			"--experimental-vm-modules",
			"--no-warnings",
			"node_modules/jest/bin/jest.js",
			`--testNamePattern=${titles}`,
			"--json",
			`--outputFile=${results}`,
			"--runTestsByPath",
			...files,
		);
		if (!existsSync(results)) {
			throw new Error(`the tests did not run: ${said}`);
		}
		const { testResults } = JSON.parse(readFileSync(results, "utf8")) as Report;
		return {
			ended: testResults.flatMap(({ assertionResults }) =>
				assertionResults.map(({ fullName, status }) => ({
					title: fullName,
					status,
				})),
			),
			unloaded: testResults
				.filter(({ assertionResults }) => assertionResults.length === 0)
				.map(({ message }) => message),
		};
	}

	/** Ends what runs in the copy, and takes it away. */
	remove(): void {
		this.#running?.kill("SIGKILL");
		rmSync(this.#folder, { recursive: true, force: true });
	}

	/** Runs Node in the copy; resolves to what it wrote for people. */
	async #run(...args: string[]): Promise<string> {
		const child = spawn(process.execPath, args, {
			cwd: this.#folder,
			stdio: ["ignore", "ignore", "pipe"],
		});
		this.#running = child;
		let said = "";
		child.stderr.on("data", (text) => {
			said += text;
		});
		await new Promise((done, fail) => {
			child.once("error", fail);
			child.once("close", done);
		});
		return said;
	}
}
