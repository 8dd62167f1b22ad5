/**
 * What the engine starts has to end with it. Nobody else ends it when the engine was killed: a shell or a language host
 * stands between, so that neither the parent nor a pipe changes, and Pulumi's own hosts ask for the engine every five
 * minutes (its Node.js host) or never (its policy host).
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:http2";

/**
 * Ends this process, and the language host of the same engine, as soon as the engine is gone. Does not keep the process
 * alive.
 * @param address the engine's, such as `127.0.0.1:4711`. Undefined where no engine started this: nothing is watched then.
 */
export function endWithEngine(address: string | undefined): void {
	if (address === undefined) {
		return;
	}
	// The connection closes with the engine, and is refused if the engine was killed before. Any other protocol than the
	// server's own would be cut off after two minutes.
	const engine = connect(`http://${address}`);
	engine.unref();
	engine.once("error", () => {});
	engine.once("close", () => {
		endLanguageHost(address);
		process.exit(1);
	});
}

/**
 * The engine's address, which is on the command line of each of its plugins. Pulumi's policy host takes it off
 * `process.argv`.
 */
export function engineAddress(): string | undefined {
	return /127\.0\.0\.1:\d+/.exec(commandLine())?.[0];
}

function commandLine(): string {
	try {
		return readFileSync("/proc/self/cmdline", "utf8").replaceAll("\0", " ");
	} catch {
		return psLines("-p", String(process.pid), "-o", "args=").join("\n");
	}
}

/** The language host has nothing to lose, and nobody to answer. It is known by the address that it was given. */
function endLanguageHost(address: string): void {
	for (const line of psLines("-A", "-o", "pid=,args=")) {
		const [pid, ...words] = line.trim().split(/\s+/);
		const isHost = words.some((word) =>
			/(?:^|\/)(?:pulumi-language-\w+|language-host)$/.test(word),
		);
		if (isHost && words.includes(address)) {
			try {
				process.kill(Number(pid));
			} catch {
				// It ended meanwhile.
			}
		}
	}
}

function psLines(...options: string[]): string[] {
	const { stdout } = spawnSync("ps", options, { encoding: "utf8" });
	return (stdout ?? "").split("\n");
}
