/** Memorystore for Redis: a server for each instance. */
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CloudError } from "../../provider/core.ts";
import { type Properties, textAt } from "../../provider/values.ts";
import { freePort, giveToServers } from "../../servers/child-process.ts";
import { type RedisServer, startRedis } from "../../servers/redis.ts";
import type { RedisEndpoint } from "../data-plane.ts";
import { describeCertificate, identityIn } from "./authority.ts";
import { isPortFree } from "./ports.ts";
import type { RedisRecord } from "./state-file.ts";
import type { Surroundings } from "./surroundings.ts";

const identityFile = "certificates.json";

export class RedisServers {
	readonly #around: Surroundings;
	readonly #running = new Map<string, RedisServer>();

	constructor(around: Surroundings) {
		this.#around = around;
	}

	/**
	 * Starts an instance, or applies its changed AUTH or TLS by starting it again. AUTH and port stay as they are.
	 * @throws {CloudError} where the machine has no Redis, or another program took the port.
	 */
	async start(
		project: string,
		instance: Properties,
		prior: RedisEndpoint | undefined,
	): Promise<RedisEndpoint> {
		const name = textAt(instance, "name");
		const key = `${project}/${name}`;
		const { records } = this.#around;
		const known = records.state.redis[key];
		const hasAuth = instance.authEnabled === true;
		const authString = known?.authString || prior?.authString || randomUUID();
		const record: RedisRecord = {
			project,
			name,
			port: known?.port ?? prior?.port ?? (await freePort()),
			authString: hasAuth ? authString : "",
			hasTls: instance.transitEncryptionMode === "SERVER_AUTHENTICATION",
		};
		if (JSON.stringify(known) !== JSON.stringify(record)) await this.#stop(key);
		records.state.redis[key] = record;
		records.save();
		try {
			await this.#run(key, record);
		} catch (error) {
			// An instance that never ran does not exist.
			if (known === undefined) await this.remove(project, name);
			throw error;
		}
		return {
			host: "127.0.0.1",
			port: record.port,
			authString: record.authString,
			authorities: record.hasTls
				? [describeCertificate(this.#identity(key).authority)]
				: [],
		};
	}

	/** Starts every instance that should run. */
	async resume(): Promise<void> {
		for (const [key, record] of Object.entries(
			this.#around.records.state.redis,
		))
			await this.#run(key, record);
	}

	/** Deletes an instance. */
	async remove(project: string, name: string): Promise<void> {
		const key = `${project}/${name}`;
		const { records, layout } = this.#around;
		await this.#stop(key);
		delete records.state.redis[key];
		records.save();
		rmSync(join(layout.servers, project, name), {
			recursive: true,
			force: true,
		});
	}

	async stopAll(): Promise<void> {
		for (const key of [...this.#running.keys()]) await this.#stop(key);
	}

	async #run(key: string, record: RedisRecord): Promise<void> {
		if (this.#running.has(key)) return;
		const { layout, processes } = this.#around;
		const folder = join(layout.servers, key);
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		if (process.getuid?.() === 0)
			chmodSync(join(layout.servers, record.project), 0o711);
		giveToServers(folder);
		// Secrets hold the port, so that another one would not do.
		if (!(await isPortFree(record.port)))
			throw new CloudError(
				`another program took port ${record.port} of Redis ${key}: end it, then run the command again`,
			);
		const server = await started(folder, {
			port: record.port,
			...(record.authString === "" ? {} : { password: record.authString }),
			...(record.hasTls ? { tls: this.#identity(key).server } : {}),
			spawned: (pid) => processes.add(`Redis ${key}`, pid, "SIGTERM"),
		});
		this.#running.set(key, server);
		this.#watch(key, record, server);
	}

	/** Memorystore starts again by itself, empty where it is of the BASIC tier. */
	#watch(key: string, record: RedisRecord, server: RedisServer): void {
		void server.ended.then(async () => {
			this.#around.processes.remove(server.pid);
			if (this.#running.get(key) !== server) return;
			this.#running.delete(key);
			this.#around.note(`Redis ${key} ended by itself; it starts again`);
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
			"Memorystore CA",
			["localhost", "127.0.0.1"],
		);
	}
}

/** What keeps Redis from starting is for a person to mend, not a bug. */
async function started(...given: Parameters<typeof startRedis>) {
	try {
		return await startRedis(...given);
	} catch (error) {
		throw new CloudError(error instanceof Error ? error.message : "", {
			cause: error,
		});
	}
}
