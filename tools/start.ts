/** `npm start`: previews the staging stack on the stand-in, with the policy pack enforced, then shows every service's bindings. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import { bindingRows } from "./binding-report.ts";
import { EventPipe } from "./event-pipe.ts";
import { standInFolder } from "./stand-in-folder.ts";

const environment = "staging";
const root = resolve(import.meta.dirname, "..");

// Who reads the pipe reads secrets.
const pipeDir = mkdtempSync(join(standInFolder(), "preview-"));
process.on("exit", () => rmSync(pipeDir, { recursive: true, force: true }));
const pipe = new EventPipe(join(pipeDir, "events"));

const preview = spawn(
	join(root, "tools/pulumi-local"),
	[
		"preview",
		"-s",
		environment,
		"--policy-pack",
		"policies",
		"--event-log",
		pipe.path,
	],
	{ stdio: "inherit" },
);
// A terminal's interrupt reaches the engine too; it ends in its own way, and this process after it.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => preview.kill("SIGTERM"));
const previewed = new Promise<number>((done, fail) => {
	preview.once("error", fail);
	preview.once("exit", (code, signal) =>
		done(code ?? 128 + constants.signals[signal ?? "SIGTERM"]),
	);
});

// Loaded while the engine works, so that checking the contract costs the user no time.
const [{ platform }, { bindingTable }] = await Promise.all([
	import("../contract/platform.ts"),
	import("./binding-table.ts"),
]);

process.exitCode = await previewed;
pipe.release();
const rows = bindingRows(await pipe.events, platform, environment);
if (rows.length > 0) {
	const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
	console.log(`Bindings (${environment}):`);
	console.log(bindingTable(rows, { colour, columns: process.stdout.columns }));
}
