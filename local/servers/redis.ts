/** A Redis server of our own, from the machine's program; never the machine's running one. */
import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Certificate } from "./certificates.ts";
import {
	freePort,
	giveToServers,
	type ServerProcess,
	type Spawned,
	startServer,
} from "./child-process.ts";

export type RedisServer = ServerProcess & {
	/** TCP on 127.0.0.1. */
	port: number;
};

/**
 * Starts Redis in `folder`, without persistence.
 * @param options.port @default a free one
 * @param options.password the AUTH string. @default no AUTH
 * @param options.spawned is told the server's process id
 * @param options.tls with it the port speaks TLS only. @default plain text
 */
export async function startRedis(
	folder: string,
	options: {
		port?: number;
		password?: string;
		tls?: Certificate;
		spawned?: Spawned;
	} = {},
): Promise<RedisServer> {
	if (spawnSync("redis-server", ["--version"]).error) {
		throw new Error(
			"there is no program 'redis-server' on this machine: install it (Debian and Ubuntu: apt-get install redis-server; macOS: brew install redis)",
		);
	}
	const port = options.port ?? (await freePort());
	const configuration = join(folder, "redis.conf");
	// A file, since arguments can be read by everybody on the machine.
	writeFileSync(
		configuration,
		[
			"bind 127.0.0.1",
			`dir "${folder}"`,
			'save ""',
			"appendonly no",
			"daemonize no",
			...(options.password ? [`requirepass ${quoted(options.password)}`] : []),
			...(options.tls
				? ["port 0", `tls-port ${port}`, ...tlsLines(folder, options.tls)]
				: [`port ${port}`]),
		].join("\n"),
	);
	chmodSync(configuration, 0o600);
	giveToServers(configuration);
	const server = await startServer("redis-server", [configuration], {
		ready: "Ready to accept connections",
		stopSignal: "SIGTERM",
		spawned: options.spawned,
	});
	return { ...server, port };
}

/** A string of redis.conf, with every byte written out that could end it. */
function quoted(value: string): string {
	const bytes = [...Buffer.from(value)].map((byte) =>
		/[A-Za-z0-9]/.test(String.fromCharCode(byte))
			? String.fromCharCode(byte)
			: `\\x${byte.toString(16).padStart(2, "0")}`,
	);
	return `"${bytes.join("")}"`;
}

function tlsLines(folder: string, tls: Certificate): string[] {
	const certificateFile = join(folder, "redis.crt");
	const keyFile = join(folder, "redis.key");
	writeFileSync(certificateFile, tls.certificate);
	writeFileSync(keyFile, tls.key, { mode: 0o600 });
	giveToServers(certificateFile);
	giveToServers(keyFile);
	return [
		`tls-cert-file "${certificateFile}"`,
		`tls-key-file "${keyFile}"`,
		// The server asks for no certificate of its clients, as Memorystore.
		"tls-auth-clients no",
	];
}
