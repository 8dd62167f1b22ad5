/** Cloud SQL: a PostgreSQL server for each instance, with databases and logins as the API makes them. */
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Client, DatabaseError, escapeIdentifier } from "pg";
import { CloudError } from "../../provider/core.ts";
import { blocksAt, type Properties, textAt } from "../../provider/values.ts";
import { freePort, giveToServers } from "../../servers/child-process.ts";
import {
	databaseStatement,
	instanceStatements,
	passwordStatement,
	userStatement,
} from "../../servers/cloud-sql.ts";
import { type PostgresServer, startPostgres } from "../../servers/postgres.ts";
import type { SqlEndpoint } from "../data-plane.ts";
import { describeCertificate, identityIn } from "./authority.ts";
import { isPortFree } from "./ports.ts";
import type { SqlRecord } from "./state-file.ts";
import type { Surroundings } from "./surroundings.ts";

const identityFile = "certificates.json";

/** What Cloud SQL accepts as flags and PostgreSQL does not know. */
const isPostgresSetting = (name: string) => !name.startsWith("cloudsql.");

export class SqlServers {
	readonly #around: Surroundings;
	readonly #running = new Map<string, PostgresServer>();

	constructor(around: Surroundings) {
		this.#around = around;
	}

	/** Starts an instance, or applies its changed flags by starting it again. */
	async start(project: string, instance: Properties): Promise<SqlEndpoint> {
		const name = textAt(instance, "name");
		const key = `${project}/${name}`;
		const { records } = this.#around;
		const settings = settingsOf(instance);
		const known = records.state.sql[key];
		const record = {
			project,
			name,
			port: known?.port ?? (await freePort()),
			settings,
		};
		if (JSON.stringify(known?.settings) !== JSON.stringify(settings))
			await this.#stop(key);
		records.state.sql[key] = record;
		records.save();
		try {
			await this.#run(key, record);
		} catch (error) {
			// An instance that never ran does not exist.
			if (known === undefined) await this.remove(project, name);
			throw error;
		}
		const { authority } = this.#identity(key);
		return {
			privateAddress: "127.0.0.1",
			publicAddress: "",
			authority: describeCertificate(authority),
		};
	}

	/** Starts every instance that should run. */
	async resume(): Promise<void> {
		for (const [key, record] of Object.entries(this.#around.records.state.sql))
			await this.#run(key, record);
	}

	/** Deletes an instance with its data. */
	async remove(project: string, name: string): Promise<void> {
		const key = `${project}/${name}`;
		const { records, layout } = this.#around;
		await this.#stop(key);
		delete records.state.sql[key];
		records.save();
		rmSync(join(layout.servers, project, name), {
			recursive: true,
			force: true,
		});
	}

	async stopAll(): Promise<void> {
		for (const key of [...this.#running.keys()]) await this.#stop(key);
	}

	/** Whether the instance exists here. */
	has(project: string, name: string): boolean {
		return `${project}/${name}` in this.#around.records.state.sql;
	}

	/** The socket on which an instance really listens. */
	socketOf(project: string, name: string): string {
		const key = `${project}/${name}`;
		const { records, layout } = this.#around;
		return join(
			layout.servers,
			key,
			`.s.PGSQL.${records.state.sql[key]?.port}`,
		);
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

	async #run(key: string, record: SqlRecord): Promise<void> {
		if (this.#running.has(key)) return;
		const { layout, processes, records } = this.#around;
		const folder = join(layout.servers, key);
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		if (process.getuid?.() === 0)
			chmodSync(join(layout.servers, record.project), 0o711);
		giveToServers(folder);
		if (!(await isPortFree(record.port))) {
			record.port = await freePort();
			records.save();
		}
		const server = await startPostgres(folder, {
			port: record.port,
			tls: this.#identity(key).server,
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
		this.#running.set(key, server);
		this.#watch(key, record, server);
		await this.#administer(record.project, record.name, prepareInstance);
	}

	/** Cloud SQL starts again by itself. */
	#watch(key: string, record: SqlRecord, server: PostgresServer): void {
		void server.ended.then(async () => {
			this.#around.processes.remove(server.pid);
			if (this.#running.get(key) !== server) return;
			this.#running.delete(key);
			this.#around.note(`PostgreSQL ${key} ended by itself; it starts again`);
			await this.#run(key, record);
		});
	}

	async #stop(key: string): Promise<void> {
		const server = this.#running.get(key);
		this.#running.delete(key);
		await server?.stop();
	}

	#identity(key: string) {
		return identityIn(
			join(this.#around.layout.servers, key, identityFile),
			"Google Cloud SQL Server CA",
			["localhost", "127.0.0.1"],
		);
	}

	async #administer(
		project: string,
		instance: string,
		use: (client: Client) => Promise<unknown>,
	): Promise<void> {
		const server = this.#running.get(`${project}/${instance}`);
		if (server === undefined)
			throw new CloudError(
				"googleapi: Error 404: The Cloud SQL instance does not exist., instanceDoesNotExist",
			);
		const client = new Client({
			...server.administrator,
			host: "127.0.0.1",
			port: server.port,
			database: "postgres",
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
