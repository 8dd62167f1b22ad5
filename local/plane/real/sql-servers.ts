/** Cloud SQL: a PostgreSQL server for each instance, with databases and logins as the API makes them. */
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Client, DatabaseError, escapeIdentifier } from "pg";
import { CloudError } from "../../provider/core.ts";
import { blocksAt, type Properties, textAt } from "../../provider/values.ts";
import { freePort } from "../../servers/child-process.ts";
import {
	databaseStatement,
	instanceStatements,
	passwordStatement,
	userStatement,
} from "../../servers/cloud-sql.ts";
import { type PostgresServer, startPostgres } from "../../servers/postgres.ts";
import type { SqlEndpoint } from "../data-plane.ts";
import { describeCertificate } from "./authority.ts";
import { isPortFree } from "./ports.ts";
import { newPrivateAddress } from "./private-addresses.ts";
import { Servers } from "./servers.ts";
import type { SqlRecord } from "./state-file.ts";
import type { Surroundings } from "./surroundings.ts";

/** What Cloud SQL accepts as flags and PostgreSQL does not know. */
const isPostgresSetting = (name: string) => !name.startsWith("cloudsql.");

export class SqlServers extends Servers<SqlRecord, PostgresServer> {
	constructor(around: Surroundings) {
		super(
			around,
			{ name: "PostgreSQL", authority: "Google Cloud SQL Server CA" },
			() => around.records.state.sql,
		);
	}

	/** Starts an instance, or applies what changed of it by starting it again. */
	async start(project: string, instance: Properties): Promise<SqlEndpoint> {
		const name = textAt(instance, "name");
		const key = `${project}/${name}`;
		const asked = {
			settings: settingsOf(instance),
			tlsOnly:
				textAt(instance, "settings.ipConfiguration.sslMode") ===
				"ENCRYPTED_ONLY",
		};
		const known = this.around.records.state.sql[key];
		const runs = { settings: known?.settings, tlsOnly: known?.tlsOnly };
		if (!isDeepStrictEqual(runs, asked)) await this.stop(key);
		const port = known?.port ?? (await freePort());
		const address = known?.address ?? newPrivateAddress();
		await this.keep({ project, name, port, address, ...asked });
		return {
			privateAddress: address,
			publicAddress: "",
			authority: describeCertificate(this.identity(key).authority),
		};
	}

	/** Whether the instance exists here. */
	has(project: string, name: string): boolean {
		return `${project}/${name}` in this.around.records.state.sql;
	}

	/** The socket on which an instance really listens. */
	socketOf(project: string, name: string): string {
		const key = `${project}/${name}`;
		const port = this.around.records.state.sql[key]?.port;
		return join(this.folderOf(key), `.s.PGSQL.${port}`);
	}

	async createDatabase(project: string, instance: string, database: string) {
		await this.#administer(project, instance, async (client) => {
			const found = "SELECT FROM pg_database WHERE datname = $1";
			if ((await client.query(found, [database])).rowCount === 0)
				await client.query(databaseStatement(database));
		});
	}

	async dropDatabase(project: string, instance: string, database: string) {
		if (!this.has(project, instance)) return;
		await this.#administer(project, instance, (client) =>
			client.query(
				`DROP DATABASE IF EXISTS ${escapeIdentifier(database)} WITH (FORCE)`,
			),
		);
	}

	async setUser(
		project: string,
		instance: string,
		user: string,
		password: string,
	) {
		await this.#administer(project, instance, async (client) => {
			const found = "SELECT FROM pg_roles WHERE rolname = $1";
			const exists = (await client.query(found, [user])).rowCount !== 0;
			const statement = exists ? passwordStatement : userStatement;
			await client.query(statement(user, password));
		});
	}

	async dropUser(project: string, instance: string, user: string) {
		if (!this.has(project, instance)) return;
		await this.#administer(project, instance, (client) =>
			client.query(`DROP ROLE IF EXISTS ${escapeIdentifier(user)}`),
		);
	}

	/** As in Cloud SQL the certificate names the instance and no address, so that only `verify-ca` can pass. */
	protected override certifiedNames(key: string): string[] {
		return [key.replace("/", ":")];
	}

	protected override async launch(
		key: string,
		record: SqlRecord,
		folder: string,
	): Promise<PostgresServer> {
		const { processes, records } = this.around;
		if (!(await isPortFree(record.port))) {
			record.port = await freePort();
			records.save();
		}
		return startPostgres(folder, {
			port: record.port,
			tls: this.identity(key).server,
			tlsOnly: record.tlsOnly,
			spawned: (pid) => processes.add(`PostgreSQL ${key}`, pid, "SIGINT"),
			settings: {
				// Relative to the data, so that the path's length does not count against the limit of sockets.
				unix_socket_directories: "..",
				shared_buffers: "32MB",
				// A statement that fails may hold a password.
				log_min_error_statement: "panic",
				...record.settings,
			},
		});
	}

	protected override prepare({ project, name }: SqlRecord): Promise<void> {
		return this.#administer(project, name, prepareInstance);
	}

	async #administer(
		project: string,
		instance: string,
		use: (client: Client) => Promise<unknown>,
	): Promise<void> {
		const key = `${project}/${instance}`;
		const server = this.running.get(key);
		if (server === undefined)
			throw new CloudError(
				"googleapi: Error 404: The Cloud SQL instance does not exist., instanceDoesNotExist",
			);
		const client = new Client({
			...server.administrator,
			host: "127.0.0.1",
			port: server.port,
			database: "postgres",
			ssl: {
				ca: this.identity(key).authority,
				// The certificate names no address.
				checkServerIdentity: () => undefined,
			},
		});
		await client.connect();
		try {
			await use(client);
		} catch (error) {
			if (!(error instanceof DatabaseError)) throw error;
			throw new CloudError(
				`googleapi: Error 400: Invalid request: ${error.message}., invalid`,
			);
		} finally {
			await client.end();
		}
	}
}

async function prepareInstance(client: Client): Promise<void> {
	const found = "SELECT FROM pg_roles WHERE rolname = 'cloudsqlsuperuser'";
	if ((await client.query(found)).rowCount !== 0) return;
	for (const statement of instanceStatements()) await client.query(statement);
}

function settingsOf(instance: Properties): Record<string, string> {
	return Object.fromEntries(
		blocksAt(instance, "settings.databaseFlags")
			.map((flag): [string, string] => [
				textAt(flag, "name"),
				textAt(flag, "value"),
			])
			.filter(([name]) => isPostgresSetting(name)),
	);
}
