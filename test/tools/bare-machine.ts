/** A machine that has only what a test gives it: a copy of set-up's files, and made-up programs on its PATH. */
import { execFileSync, spawn } from "node:child_process";
import {
	chmodSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const checkout = resolve(import.meta.dirname, "../..");
const utilities =
	"bash env dirname readlink cmp sed awk ls mkdir mv rm cp cat chmod flock sleep grep ln uname sort od tr".split(
		" ",
	);

export type Run = { code: number | null; stdout: string; stderr: string };

export class BareMachine {
	/** The copy of the checkout. */
	readonly root: string;
	readonly #programs: string;
	readonly #utilities: string;

	constructor() {
		const home = mkdtempSync(join(tmpdir(), "bare-machine-"));
		this.root = join(home, "checkout");
		this.#programs = join(home, "programs");
		this.#utilities = join(home, "utilities");
		mkdirSync(this.#programs);
		mkdirSync(this.#utilities);
		for (const name of utilities) {
			const path = execFileSync("bash", ["-c", `type -P ${name}`], {
				encoding: "utf8",
			}).trim();
			symlinkSync(path, join(this.#utilities, name));
		}
		cpSync(join(checkout, "tools"), join(this.root, "tools"), {
			recursive: true,
		});
		this.write("package-lock.json", '{ "packages": {} }\n');
	}

	/** Puts a bash script on PATH; it can append to the file `calls` what it was asked. */
	program(name: string, script: string): string {
		const path = join(this.#programs, name);
		writeFileSync(path, `#!/usr/bin/env bash\n${script}\n`);
		chmodSync(path, 0o755);
		return path;
	}

	write(path: string, text: string): void {
		mkdirSync(resolve(this.root, path, ".."), { recursive: true });
		writeFileSync(join(this.root, path), text);
	}

	has(path: string): boolean {
		return existsSync(join(this.root, path));
	}

	/** Runs a file of the copy. */
	run(
		file: string,
		args: string[] = [],
		env: Record<string, string> = {},
		cwd = "/",
	): Promise<Run> {
		const child = spawn(join(this.root, file), args, {
			cwd,
			env: { PATH: `${this.#programs}:${this.#utilities}`, ...env },
			stdio: ["ignore", "pipe", "pipe"],
		});
		let stdout = "";
		let stderr = "";
		child.stdout.on("data", (data) => {
			stdout += data;
		});
		child.stderr.on("data", (data) => {
			stderr += data;
		});
		return new Promise((done, fail) => {
			child.once("error", fail);
			child.once("close", (code) =>
				done({ code, stdout, stderr: this.#normal(stderr) }),
			);
		});
	}

	remove(): void {
		rmSync(resolve(this.root, ".."), { recursive: true, force: true });
	}

	/** Durations and places differ from run to run. */
	#normal(text: string): string {
		return text
			.replaceAll(/(in|after) \d+ s/g, "$1 N s")
			.replaceAll(this.#programs, "PROGRAMS")
			.replaceAll(this.root, "CHECKOUT");
	}
}

/** Node.js and npm as a new machine has them, the packages installed. */
export function installNode(machine: BareMachine, version = "v24.21.0"): void {
	// Asked for anything but its version, it says that node_modules does not match the lock.
	machine.program("node", `[ "$1" = --version ] || exit 1; echo ${version}`);
	machine.program(
		"npm",
		`echo "npm $*" >>${machine.root}/calls
		 mkdir -p node_modules/.bin
		 printf '#!/usr/bin/env bash\\n[ "$1" = --version ] || exit 1; echo v24.21.0\\n' >node_modules/.bin/node
		 chmod 755 node_modules/.bin/node`,
	);
}

/** An installed engine with both of its hosts. */
export function installPulumi(
	machine: BareMachine,
	version = "v3.250.1",
): void {
	machine.program(
		"pulumi",
		`echo "pulumi $*" >>${machine.root}/calls; echo ${version}`,
	);
	machine.program("pulumi-language-nodejs", "");
	machine.program("pulumi-analyzer-policy", "");
}

/** A project with a stack file, its packages installed, and an engine that records what it was asked (`calls`) and how. */
export function installProject(machine: BareMachine): void {
	installNode(machine);
	machine.program(
		"node",
		`case $1 in
		 --version) echo v24.21.0 ;;
		 */tools/run-engine.ts) echo "$2 of $3: $4" >>${machine.root}/calls; shift 4; exec pulumi "$@" ;;
		 *) exit 1 ;;
		 esac`,
	);
	installPulumi(machine);
	machine.program(
		"pulumi",
		`case $1 in
		 version) echo v3.250.1 ;;
		 *) (echo "pulumi $*"; env | grep -E '^(PULUMI|GOOGLE|GCLOUD|CLOUDSDK|NETRA|NODE)_' | sort) >>${machine.root}/calls ;;
		 esac
		 case "$1 $2" in
		 "stack init") mkdir -p "\${PULUMI_BACKEND_URL#file://}/.pulumi/stacks/toy"
			echo {} >"\${PULUMI_BACKEND_URL#file://}/.pulumi/stacks/toy/$3.json" ;;
		 "stack --show-name") exit 1 ;;
		 esac`,
	);
	machine.write(
		"node_modules/.installed-package-lock.json",
		'{ "packages": {} }\n',
	);
	machine.write("Pulumi.yaml", "name: toy\nruntime: nodejs\n");
	machine.write(
		"Pulumi.local.yaml",
		"# ours\nconfig:\n  toy:plain: x # trailing\n",
	);
	for (const [name, version] of [
		["gcp", "9.35.0"],
		["random", "v4.21.1"],
	]) {
		machine.write(
			`node_modules/@pulumi/${name}/package.json`,
			`{\n  "version": "${version}",\n  "pulumi": {\n    "version": "1.2.3"\n  }\n}\n`,
		);
		machine.write(`local/bin/pulumi-resource-${name}`, "");
	}
}

/** A Go that "builds" empty programs and finds the policy host in a module folder. */
export function installGo(machine: BareMachine, build = ":"): void {
	const module = join(machine.root, "module");
	machine.write("module/nodejs/dist/pulumi-analyzer-policy", "#!/bin/sh\n");
	machine.program(
		"go",
		`echo "go $1 GOFLAGS=$GOFLAGS GOTOOLCHAIN=$GOTOOLCHAIN GOOS=$GOOS" >>${machine.root}/calls
		 if [ "$1" = list ]; then echo ${module}; exit; fi
		 while [ "$1" != -o ]; do shift; done
		 ${build}
		 printf '#!/usr/bin/env bash\\necho "\${0##*/} $*"\\n' >"$2"; chmod 755 "$2"`,
	);
}
