import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { votes } from "../fixtures/contracts/votes.ts";
import { awkwardPassword, database } from "../servers/data-stores.ts";
import { temporaryFolder } from "../servers/folder.ts";
import { FaultBench } from "./fault-bench.ts";
import { checklistIn, runPreflight } from "./preflight.ts";

const bench = new FaultBench();
const megabyte = 1024 * 1024;

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const build = join(checkout, "preflight/build.js");
const textOf = (path: string) => readFileSync(join(checkout, path), "utf8");

/** Builds what the image holds into a folder that goes with the test. */
function builtFile(): string {
	const folder = temporaryFolder("netra");
	bench.cleanUps.push(folder.remove);
	const file = join(folder.path, "preflight.mjs");
	const built = spawnSync(process.execPath, [build, file], {
		encoding: "utf8",
	});
	expect(built).toMatchObject({ status: 0, stderr: "" });
	return file;
}

describe("the file that the image holds", () => {
	it("checks everything without a package beside it, and is small", async () => {
		const file = builtFile();
		expect(statSync(file).size).toBeLessThan(2 * megabyte);
		const { code, lines, errors } = await runPreflight(
			["check", "backend", "local"],
			bench.variables({}),
			file,
		);
		expect({ code, errors, last: lines.at(-1) }).toEqual({
			code: 0,
			errors: "",
			last: "4 checks passed, 0 failed",
		});
	});

	it("[R-050] checks services of other contracts by what their jobs bring", async () => {
		const file = builtFile();
		const contract = structuredClone(votes);
		// The database that is there.
		Object.assign(contract.stores.database ?? {}, { database });
		const check = (password: string) =>
			runPreflight(
				["check", "web", "local"],
				{
					PREFLIGHT_CHECKLIST: JSON.stringify(
						checklistIn("web", "local", contract),
					),
					INSTANCE_UNIX_SOCKET: bench.stores.socket,
					DB_USER: "netra_a",
					DB_PASS: password,
					DB_NAME: database,
				},
				file,
			);
		const { code, lines } = await check(awkwardPassword);
		expect({ code, lines }).toEqual({
			code: 0,
			lines: [
				"ok   web in local: variables: all 4 are set and well-formed",
				expect.stringMatching(
					/^ok {3}web in local: postgres by DB_PASS \(secret database-password-local\) at \//,
				),
				"2 checks passed, 0 failed",
			],
		});
		const refused = await check("another-password");
		expect(refused.code).toBe(1);
		expect(refused.lines[1]).toMatch(
			/^FAIL web in local: postgres by DB_PASS .*the password is wrong/,
		);
	});

	it("[R-050] is made of logic alone: no contract and no second key", () => {
		const listed = spawnSync(
			process.execPath,
			[
				"--input-type=module",
				"--eval",
				`import { build } from "esbuild";
				const { metafile } = await build({
					entryPoints: ["preflight/main.js"], bundle: true, metafile: true,
					write: false, platform: "node", format: "esm", logLevel: "error",
				});
				console.log(Object.keys(metafile.inputs).join("\\n"));`,
			],
			{ cwd: checkout, encoding: "utf8" },
		);
		expect(listed).toMatchObject({ status: 0, stderr: "" });
		const own = listed.stdout
			.trim()
			.split("\n")
			.filter((path) => !path.includes("node_modules/"));
		expect(own).toContain("preflight/cli.ts");
		expect(own).toContain("contract/checklist.ts");
		expect(
			own.filter(
				(path) =>
					!/^(?:preflight|contract)\//.test(path) ||
					["contract/platform.ts", "contract/schema.ts"].includes(path),
			),
		).toEqual([]);
		expect(readFileSync(builtFile(), "utf8")).not.toMatch(
			/netra-staging|netrasystems/,
		);
	});

	it("[R-050] is made of what the Dockerfile copies, without a contract", () => {
		const folder = temporaryFolder("netra");
		bench.cleanUps.push(folder.remove);
		const ignored = textOf("preflight/Dockerfile.dockerignore").split("\n");
		const sources = [
			...textOf("preflight/Dockerfile").matchAll(/^COPY (?!--)(.+) \S+$/gm),
		].flatMap(([, names]) => (names as string).split(" "));
		for (const source of sources) {
			// The folder's own rule, or the file's.
			expect(
				ignored.filter((line) => source.startsWith(line.replace("!", ""))),
			).not.toEqual([]);
			cpSync(join(checkout, source), join(folder.path, source), {
				recursive: true,
			});
		}
		expect(ignored.indexOf("contract/platform.ts")).toBeGreaterThan(
			ignored.indexOf("!contract"),
		);
		rmSync(join(folder.path, "contract/platform.ts"));
		symlinkSync(
			join(checkout, "node_modules"),
			join(folder.path, "node_modules"),
		);
		const built = spawnSync(
			process.execPath,
			[
				join(folder.path, "preflight/build.js"),
				join(folder.path, "preflight.mjs"),
			],
			{ encoding: "utf8" },
		);
		expect(built).toMatchObject({ status: 0, stderr: "" });
	});
});
