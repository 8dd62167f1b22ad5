/** A copy of the project in a folder of its own, to run on the real engine against the stand-in, and to edit. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const project = resolve(import.meta.dirname, "../..");
const copied = [
	"Pulumi.yaml",
	"Pulumi.local.yaml",
	"Pulumi.production.yaml",
	"Pulumi.staging.yaml",
	"components",
	"contract",
	"engine",
	"index.ts",
	"local",
	"package-lock.json",
	"package.json",
	"plan",
	"policies",
	"preflight",
	"program.ts",
	"releases",
	"tools",
];
const shared = ["node_modules", ".toolchain"];

/** What a command answered; standard output and error in the order in which they came. */
export type Answer = { code: number | null; output: string };

/**
 * The output of a command that must succeed.
 * @throws {Error} with the whole output otherwise
 */
export function outputOf({ code, output }: Answer): string {
	if (code !== 0) {
		throw new Error(`exit code ${code}\n${output}`);
	}
	return output;
}

/**
 * Kills a command's engine, and a moment later what it started. Each plugin has a process group of its own; the session
 * is what they share.
 */
async function killEngine({ pid }: ChildProcess): Promise<void> {
	const session = () => processesIn(pid as number);
	for (const each of session().filter(isEngine)) {
		end(each.pid);
	}
	await sleep(500);
	for (const each of session()) {
		end(each.pid);
	}
}

/** Whether a process is the engine itself: beside it runs the command that started it. */
export function isEngine({ command }: { command: string }): boolean {
	return command.startsWith("pulumi ");
}

/** Kills a process, which may have ended by itself. */
function end(pid: number): void {
	try {
		process.kill(pid, "SIGKILL");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
			throw error;
		}
	}
}

/** The processes of a session. */
export function processesIn(
	session: number,
): { pid: number; command: string }[] {
	const { stdout } = spawnSync("ps", ["-A", "-o", "sess=,pid=,args="], {
		encoding: "utf8",
	});
	return [...stdout.matchAll(/^ *(\d+) +(\d+) (.*)$/gm)]
		.filter(([, each]) => Number(each) === session)
		.map(([, , pid, command = ""]) => ({ pid: Number(pid), command }));
}

/** The JSON object in an output that has other lines around it. */
export function jsonOf(output: string): string {
	return output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1);
}

/** A command that runs. */
export type Started = {
	pid: number;
	kill: () => Promise<void>;
	answer: Promise<Answer>;
};

/** Starts a command in a folder. */
export function startCommand(
	folder: string,
	[command = "", ...args]: readonly string[],
	variables: Record<string, string>,
): Started {
	const child = spawn(command, args, {
		cwd: folder,
		env: { ...process.env, NO_COLOR: "1", ...variables },
		stdio: ["ignore", "pipe", "pipe"],
		// A session of its own, so that nothing of a killed command goes on.
		detached: true,
	});
	let output = "";
	child.stdout.on("data", (text) => {
		output += text;
	});
	child.stderr.on("data", (text) => {
		output += text;
	});
	const answer = new Promise<Answer>((done, fail) => {
		child.once("error", fail);
		child.once("close", (code) => done({ code, output }));
	});
	return { pid: child.pid as number, kill: () => killEngine(child), answer };
}

export class Checkout {
	readonly folder = mkdtempSync(join(tmpdir(), "netra-checkout-"));

	readonly #variables: Record<string, string>;

	/** @param variables of the commands' environment. @default no process stands behind the local stack either */
	constructor(
		variables: Record<string, string> = { NETRA_LOCAL_PLANE: "simulated" },
	) {
		this.#variables = variables;
		for (const path of copied) {
			cpSync(join(project, path), join(this.folder, path), {
				recursive: true,
				filter: (source) => !source.endsWith("node_modules"),
			});
		}
		for (const path of shared.filter((each) =>
			existsSync(join(project, each)),
		)) {
			symlinkSync(join(project, path), join(this.folder, path));
		}
		// What one checkout compiled of the packages, which they share, the next one need not compile again.
		const compiled = join(project, ".local/compile-cache");
		mkdirSync(compiled, { recursive: true, mode: 0o700 });
		mkdirSync(this.stateFolder, { mode: 0o700 });
		symlinkSync(compiled, join(this.stateFolder, "compile-cache"));
	}

	/** Everything that the stand-in and the engine keep. */
	get stateFolder(): string {
		return join(this.folder, ".local");
	}

	/** Runs a Pulumi command against the stand-in. */
	pulumi(...args: string[]): Promise<Answer> {
		return this.run("tools/pulumi-local", ...args);
	}

	/** Runs a command of the project. */
	run(command: string, ...args: string[]): Promise<Answer> {
		return this.start(command, ...args).answer;
	}

	/** Starts a command of the project, to be killed on its way. */
	start(command: string, ...args: string[]): Started {
		return startCommand(this.folder, [command, ...args], {
			NETRA_LOCAL_DIR: this.stateFolder,
			...this.#variables,
		});
	}

	/** Replaces text in a file; a text that is not there is an error, so that no edit gets lost. */
	edit(path: string, from: string, to: string): void {
		const file = join(this.folder, path);
		const text = readFileSync(file, "utf8");
		if (!text.includes(from)) {
			throw new Error(`${path} does not hold: ${from}`);
		}
		writeFileSync(file, text.replace(from, to));
	}

	/** Puts a file back as the project has it. */
	restore(path: string): void {
		cpSync(join(project, path), join(this.folder, path));
	}

	remove(): void {
		rmSync(this.folder, { recursive: true, force: true });
	}
}
