import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

const module = resolve(import.meta.dirname, "../../engine/end-with-engine.ts");
let folder: string;
let started: ChildProcess[];

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "end-with-engine-"));
	started = [];
});
afterEach(() => {
	for (const child of started) {
		child.kill("SIGKILL");
	}
	rmSync(folder, { recursive: true, force: true });
});

/** What stands for an engine: it listens where its plugins expect it, until it `dies` with all its connections. */
async function engine(): Promise<{ address: string; dies: () => void }> {
	const server: Http2Server = createServer();
	const sockets = new Set<{ destroy(): void }>();
	server.on("connection", (socket) => sockets.add(socket));
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	return {
		address: `127.0.0.1:${port}`,
		dies: () => {
			server.close();
			for (const socket of sockets) {
				socket.destroy();
			}
		},
	};
}

/** Starts a plugin that has the address on its command line, as all have. `work` keeps it alive. */
function plugin(address: string, work = "setInterval(() => {}, 1000)") {
	const file = join(folder, "plugin.ts");
	writeFileSync(
		file,
		`import { endWithEngine, engineAddress } from ${JSON.stringify(module)};
		 const address = engineAddress();
		 process.argv.length = 2;
		 endWithEngine(address);
		 ${work};
		 console.log("ready");`,
	);
	return start(process.execPath, file, address);
}

function start(command: string, ...args: string[]): ChildProcess {
	const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
	started.push(child);
	return child;
}

async function exitOf(child: ChildProcess): Promise<unknown> {
	const [code, signal] = await once(child, "exit");
	return code ?? signal;
}

describe("a plugin", () => {
	it("ends as soon as its engine is gone", async () => {
		const { address, dies } = await engine();
		const running = plugin(address);
		await once(running.stdout as NodeJS.EventEmitter, "data");
		const exit = exitOf(running);
		dies();
		expect(await exit).toBe(1);
	});

	it("ends though its engine was gone before it could look", async () => {
		const { address, dies } = await engine();
		dies();
		expect(await exitOf(plugin(address))).toBe(1);
	});

	it("is not kept alive by a living engine", async () => {
		const { address, dies } = await engine();
		expect(await exitOf(plugin(address, ""))).toBe(0);
		dies();
	});

	it("takes its engine's language host along, and nobody else's", async () => {
		const { address, dies } = await engine();
		const host = join(folder, "pulumi-language-nodejs");
		writeFileSync(host, "setInterval(() => {}, 1000);");
		const hostOf = (its: string) => start(process.execPath, host, its);
		const own = hostOf(address);
		const other = hostOf("127.0.0.1:1");
		const running = plugin(address);
		await once(running.stdout as NodeJS.EventEmitter, "data");
		const exits = Promise.all([exitOf(own), exitOf(running)]);
		dies();
		expect(await exits).toEqual(["SIGTERM", 1]);
		expect(other.exitCode ?? other.signalCode).toBeNull();
	});
});
