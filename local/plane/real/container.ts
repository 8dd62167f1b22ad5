/** A container: a process with what the image, Cloud Run and the template give it, and nothing of ours. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { serviceBehind } from "../../../contract/names.ts";
import { platform } from "../../../contract/platform.ts";
import { blocksAt, textAt } from "../../provider/values.ts";
import type { Workload } from "../data-plane.ts";
import { logFile } from "./layout.ts";
import { signalTo } from "./process-list.ts";
import { storageVariables } from "./storage.ts";
import type { Surroundings } from "./surroundings.ts";

const checkout = resolve(import.meta.dirname, "../../..");
/** What the image holds; the job brings its checklist. */
const preflight = join(checkout, "preflight");
/** What stands in for a service: preflight with the checkout's contract. */
const service = join(checkout, "tools/preflight.ts");
const graceSeconds = 10;

/** How a container ended: its exit code, or the signal that ended it. */
export type Ending = { code: number | null; signal: NodeJS.Signals | null };

export type Container = {
	pid: number;
	ended: Promise<Ending>;
	/** SIGTERM, and SIGKILL if it has not ended after Cloud Run's 10 seconds. */
	stop: () => Promise<void>;
	/** SIGKILL. */
	kill: () => void;
};

/** Starts the template's first container. Whatever it writes goes to the log of its revision or execution. */
export function startContainer(
	{ layout, processes, records, note }: Surroundings,
	workload: Workload,
	given: Record<string, string>,
): Container {
	const [program = "", ...args] = commandOf(workload);
	const home = join(layout.containers, workload.name);
	mkdirSync(home, { recursive: true, mode: 0o700 });
	const log = openSync(logFile(layout, workload.name), "a", 0o600);
	writeSync(log, `--- ${new Date().toISOString()} container starts\n`);
	const child = spawn(program, args, {
		cwd: home,
		// What the template declares wins over the image, as in any container.
		env: {
			...imageEnvironment(home, layout.trustStore),
			...storageVariables(records.state.storage),
			...variablesOf(workload),
			...given,
		},
		stdio: ["ignore", log, log],
		// A group of its own, so that what it starts ends with it.
		detached: true,
	});
	if (child.pid !== undefined)
		processes.add(workload.name, child.pid, "SIGTERM", true);
	const ended = endOf(child).then((ending) => {
		writeSync(log, `--- ${new Date().toISOString()} ${describe(ending)}\n`);
		closeSync(log);
		if (child.pid !== undefined) {
			// Children that it left behind.
			signalTo({ pid: child.pid, hasGroup: true }, "SIGKILL");
			processes.remove(child.pid);
		}
		rmSync(home, { recursive: true, force: true });
		return ending;
	});
	ended.catch((error) => note(`${workload.name}: ${error.stack}`));
	return { pid: child.pid ?? 0, ended, ...endingsFor(child, ended) };
}

function endingsFor(child: ChildProcess, ended: Promise<Ending>) {
	const send = (signal: NodeJS.Signals) => {
		if (child.pid !== undefined && child.exitCode === null)
			signalTo({ pid: child.pid, hasGroup: true }, signal);
	};
	const kill = () => send("SIGKILL");
	return {
		kill,
		stop: async () => {
			const timer = setTimeout(kill, graceSeconds * 1000);
			send("SIGTERM");
			await ended;
			clearTimeout(timer);
		},
	};
}

/** A program that does not exist ends as in a shell. */
function endOf(child: ChildProcess): Promise<Ending> {
	return new Promise((done) => {
		child.once("error", () => done({ code: 127, signal: null }));
		child.once("exit", (code, signal) => done({ code, signal }));
	});
}

/** For a sentence about a container. */
export function describe({ code, signal }: Ending): string {
	return signal === null ? `exited with ${code}` : `was ended by ${signal}`;
}

/** The template's command; without one, what stands in for the image's own. */
function commandOf({ template, owner }: Workload): string[] {
	const [container] = blocksAt(template, "containers");
	const texts = (key: "commands" | "args") => {
		const given = container?.[key];
		return Array.isArray(given) ? given.map(String) : [];
	};
	const commands = texts("commands");
	if (commands.length > 0) return [...commands, ...texts("args")];
	// As the system's authorities they stay trusted where the template names others in NODE_EXTRA_CA_CERTS.
	const node = [process.execPath, "--use-openssl-ca"];
	return imageName(textAt(container, "image")) === "preflight"
		? [...node, preflight, ...texts("args")]
		: // This machine's network is not the container's own: the front door alone has to reach it.
			[
				...node,
				service,
				"serve",
				serviceBehind(platform, owner, "local") ?? owner,
				"local",
				"--address=127.0.0.1",
			];
}

/** `preflight` of `us-central1-docker.pkg.dev/project/repository/preflight@sha256:…`. */
function imageName(image: string): string {
	return image.split("@")[0]?.split("/").at(-1)?.split(":")[0] ?? "";
}

/**
 * The template's variables. A process has no folders of its own, so a variable that names a secret file, such as PGSSLROOTCERT, names
 * it where this machine has it, and preflight is told of all files.
 */
export function variablesOf({
	environment,
	files,
}: Workload): Record<string, string> {
	const paths = Object.keys(files);
	const here = (value: string) =>
		value.startsWith("/")
			? (paths.find((path) => path.endsWith(value)) ?? value)
			: value;
	return {
		...(paths.length === 0 ? {} : { NETRA_MOUNTED_FILES: paths.join(":") }),
		...Object.fromEntries(
			Object.entries(environment).map(([name, value]) => [name, here(value)]),
		),
	};
}

function imageEnvironment(home: string, trustStore: string) {
	return {
		PATH: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
		HOME: home,
		SSL_CERT_FILE: trustStore,
		NODE_EXTRA_CA_CERTS: trustStore,
	};
}
