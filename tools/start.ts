/** `npm start`: previews the staging stack on the stand-in, with the policy pack enforced, then shows every service's bindings. */
import { mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { bindingRows, untriedLines } from "./binding-report.ts";
import { checkedContract } from "./checked-contract.ts";
import { EventPipe } from "./event-pipe.ts";
import { standInFolder } from "./stand-in-folder.ts";
import { exitCodeOf, runTied, wasEnded } from "./tied-command.ts";
import { withoutArguments } from "./without-arguments.ts";

const environment = "staging";
const root = resolve(import.meta.dirname, "..");

withoutArguments(
	process.argv.slice(2),
	"npm start",
	"previews the staging stack on the stand-in, with the policy pack enforced, then shows every service's bindings",
);
const platform = await checkedContract(environment);

// Who reads the pipe reads secrets.
const pipeDir = mkdtempSync(join(standInFolder(), "preview-"));
process.on("exit", () => rmSync(pipeDir, { recursive: true, force: true }));
const pipe = new EventPipe(join(pipeDir, "events"));

const { ended } = runTied(
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
	{ stdio: "inherit", env: { ...process.env, NETRA_TYPED: "npm start" } },
);
// Loaded while the engine works, which costs the user no time.
const { bindingTable } = await import("./binding-table.ts");

const { code } = await ended;
process.exitCode = code;
pipe.release();
const rows = bindingRows(await pipe.events, platform, environment);
// Of a preview that was interrupted, only a part would be shown.
if (rows.length > 0 && !wasEnded(code)) {
	process.stdout.on("error", () => process.exit(exitCodeOf("SIGPIPE")));
	const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
	console.log(`Bindings (${environment}):`);
	console.log(bindingTable(rows, { colour, columns: process.stdout.columns }));
	for (const line of untriedLines(platform, environment)) {
		console.log(line);
	}
}
