/** A PostgreSQL like Cloud SQL's, a Redis like Memorystore's and a ClickHouse, each of the test's own. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Client } from "pg";
import {
	type Authority,
	type Certificate,
	createAuthority,
} from "../../local/servers/certificates.ts";
import {
	databaseStatement,
	instanceStatements,
	userStatement,
} from "../../local/servers/cloud-sql.ts";
import {
	type PostgresServer,
	startPostgres,
} from "../../local/servers/postgres.ts";
import { type RedisServer, startRedis } from "../../local/servers/redis.ts";
import {
	type ClickhouseLogin,
	type HttpsServer,
	startClickhouse,
} from "./clickhouse.ts";
import { temporaryFolder } from "./folder.ts";

/** Every kind of character that has a meaning in a URL, a shell or a query, and some beyond ASCII. */
export const awkwardPassword = "p@ss:w/o?r#d[1]%41+ &='\"\\<>^`{|}~ü€✓";

/** A PostgreSQL with a database and two logins. */
export type Database = {
	folder: string;
	/** The folder of the socket, named as Cloud SQL's. */
	socket: string;
	postgres: PostgresServer;
	/** Runs statements as the superuser. */
	administer: (
		statements: readonly string[],
		database?: string,
	) => Promise<unknown[]>;
	/** Waits until PostgreSQL has noticed that an application has left. A test's own time ends the waiting. */
	untilNoSessionOf: (application: string) => Promise<void>;
	stop: () => Promise<void>;
};

export type DataStores = Database & {
	authority: Authority;
	/** The authority's certificate as a file. */
	caFile: string;
	redis: RedisServer;
	clickhouse: HttpsServer;
	clickhouseLogin: ClickhouseLogin;
};

/** The database and the logins that `startDataStores` makes. */
export const database = "netra";
export const logins = ["netra_a", "netra_b"] as const;

/**
 * Starts PostgreSQL alone.
 * @param options.from a folder of another one, which has stopped: its data is copied, which takes a tenth of setting it up
 */
export async function startDatabase({
	tls,
	settings = {},
	from,
}: {
	tls?: Certificate;
	settings?: Record<string, string>;
	from?: string;
} = {}): Promise<Database> {
	const folder = temporaryFolder("netra");
	try {
		if (from !== undefined) {
			execFileSync("cp", ["-a", `${from}/.`, folder.path]);
		}
		const postgres = await startPostgres(folder.path, {
			tls,
			settings: { fsync: "off", ...settings },
		});
		const socket = join(folder.path, "netra-local:us-central1:netra");
		postgres.linkSocket(socket);
		const administer = administrator(postgres);
		if (from === undefined) {
			await administer([
				...instanceStatements(),
				databaseStatement(database),
				...logins.map((login) => userStatement(login, awkwardPassword)),
			]);
		}
		return {
			folder: folder.path,
			socket,
			postgres,
			administer,
			untilNoSessionOf: async (application) => {
				const query = `SELECT FROM pg_stat_activity WHERE application_name = '${application}'`;
				while ((await administer([query])).length > 0) {
					await new Promise((resolve) => setTimeout(resolve, 50));
				}
			},
			stop: async () => {
				await postgres.stop();
				folder.remove();
			},
		};
	} catch (error) {
		folder.remove();
		throw error;
	}
}

/** Starts them all; their certificates name other hosts than they listen on, as in the cloud. */
export async function startDataStores(
	settings: Record<string, string> = {},
): Promise<DataStores> {
	const stops: (() => Promise<void> | void)[] = [];
	const stop = async () => {
		for (const each of stops.toReversed()) {
			await each();
		}
	};
	try {
		const authority = createAuthority("private authority");
		const postgres = await startDatabase({
			tls: authority.issue(["cloud-sql.internal"]),
			settings,
		});
		stops.push(postgres.stop);
		const { folder } = postgres;
		const caFile = join(folder, "etc/netra/redis/ca.pem");
		mkdirSync(dirname(caFile), { recursive: true });
		writeFileSync(caFile, authority.certificate);
		const redis = await startRedis(folder, {
			password: awkwardPassword,
			tls: authority.issue(["10.64.0.3"]),
		});
		stops.push(redis.stop);
		const clickhouseLogin = {
			user: "netra",
			password: awkwardPassword,
			database: "netra",
		};
		const clickhouse = await startClickhouse(
			authority.issue(["localhost", "127.0.0.1"]),
			clickhouseLogin,
		);
		stops.push(clickhouse.stop);
		return {
			...postgres,
			authority,
			caFile,
			redis,
			clickhouse,
			clickhouseLogin,
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

function administrator(postgres: PostgresServer): DataStores["administer"] {
	return async (statements, name = "postgres") => {
		const client = new Client({
			...postgres.administrator,
			host: "127.0.0.1",
			port: postgres.port,
			database: name,
		});
		await client.connect();
		try {
			const rows: unknown[] = [];
			for (const statement of statements) {
				rows.push(...(await client.query(statement)).rows);
			}
			return rows;
		} finally {
			await client.end();
		}
	};
}
