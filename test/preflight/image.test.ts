import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { temporaryFolder } from "../servers/folder.ts";
import { FaultBench } from "./fault-bench.ts";
import { runPreflight } from "./preflight.ts";

const bench = new FaultBench();
const megabyte = 1024 * 1024;

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const build = join(checkout, "preflight/build.js");
const textOf = (path: string) => readFileSync(join(checkout, path), "utf8");

describe("the file that the image holds", () => {
	it("checks everything without a package beside it, and is small", async () => {
		const folder = temporaryFolder("netra");
		bench.cleanUps.push(folder.remove);
		const file = join(folder.path, "preflight.mjs");
		const built = spawnSync(process.execPath, [build, file], {
			encoding: "utf8",
		});
		expect(built).toMatchObject({ status: 0, stderr: "" });
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

	it("[R-103] is made of what the Dockerfile copies, the second key included", () => {
		const folder = temporaryFolder("netra");
		bench.cleanUps.push(folder.remove);
		const ignored = textOf("preflight/Dockerfile.dockerignore").split("\n");
		const sources = [
			...textOf("preflight/Dockerfile").matchAll(/^COPY (?!--)(.+) \S+$/gm),
		].flatMap(([, names]) => (names as string).split(" "));
		expect(sources).toContain("policies/second-key.json");
		for (const source of sources) {
			// The folder's own rule, or the file's.
			expect(
				ignored.filter((line) => source.startsWith(line.replace("!", ""))),
			).not.toEqual([]);
			cpSync(join(checkout, source), join(folder.path, source), {
				recursive: true,
			});
		}
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
