/** Runs gcloud and pulumi for `tools/prune`: the machine's own, or the stand-in's. */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { UserError } from "../contract/errors.ts";

const root = resolve(import.meta.dirname, "..");

/** The two programs; each runs to its end and gives what it printed. */
export type Commands = Record<
	"gcloud" | "pulumi",
	(args: readonly string[]) => string
>;

/** The stand-in's are named by their paths, so that neither can be taken for the other. */
export function commands(standIn: boolean): Commands {
	return {
		gcloud: runner(standIn ? join(root, "local/bin/gcloud") : "gcloud"),
		pulumi: runner(standIn ? join(root, "tools/pulumi-local") : "pulumi"),
	};
}

/** Many revisions, each with some kilobytes of JSON. */
const mostBytes = 256 * 1024 * 1024;

function runner(program: string): Commands["gcloud"] {
	return (args) => {
		const { error, status, stdout, stderr } = spawnSync(program, args, {
			cwd: root,
			encoding: "utf8",
			stdio: ["ignore", "pipe", "pipe"],
			maxBuffer: mostBytes,
		});
		if (error !== undefined || status !== 0) {
			throw new UserError(
				`[prune] ${[program, ...args].join(" ")} failed, and nothing was done after it\n  found: ${error?.message ?? stderr.trim()}\n  fix: mend the cause, then run the command again`,
			);
		}
		return stdout;
	};
}
