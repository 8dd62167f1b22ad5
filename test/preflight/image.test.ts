import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { temporaryFolder } from "../servers/folder.ts";
import { FaultBench } from "./fault-bench.ts";
import { runPreflight } from "./preflight.ts";

const bench = new FaultBench();
const megabyte = 1024 * 1024;

const build = fileURLToPath(
	new URL("../../preflight/build.js", import.meta.url),
);

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
});
