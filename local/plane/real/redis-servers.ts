/** Memorystore for Redis: a server for each instance. One of the BASIC tier is empty after it started again. */
import { randomUUID } from "node:crypto";
import { CloudError } from "../../provider/core.ts";
import { type Properties, textAt } from "../../provider/values.ts";
import { freePort } from "../../servers/child-process.ts";
import { type RedisServer, startRedis } from "../../servers/redis.ts";
import type { RedisEndpoint } from "../data-plane.ts";
import { describeCertificate } from "./authority.ts";
import { isPortFree } from "./ports.ts";
import { Servers } from "./servers.ts";
import type { RedisRecord } from "./state-file.ts";
import type { Surroundings } from "./surroundings.ts";

export class RedisServers extends Servers<RedisRecord, RedisServer> {
	constructor(around: Surroundings) {
		super(
			around,
			{ name: "Redis", authority: "Memorystore CA" },
			() => around.records.state.redis,
		);
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
		const known = this.around.records.state.redis[key];
		const hasAuth = instance.authEnabled === true;
		const authString = known?.authString || prior?.authString || randomUUID();
		const record: RedisRecord = {
			project,
			name,
			port: known?.port ?? prior?.port ?? (await freePort()),
			authString: hasAuth ? authString : "",
			hasTls: instance.transitEncryptionMode === "SERVER_AUTHENTICATION",
		};
		if (JSON.stringify(known) !== JSON.stringify(record)) await this.stop(key);
		await this.keep(record);
		return {
			host: "127.0.0.1",
			port: record.port,
			authString: record.authString,
			authorities: record.hasTls
				? [describeCertificate(this.identity(key).authority)]
				: [],
		};
	}

	protected override async launch(
		key: string,
		record: RedisRecord,
		folder: string,
	): Promise<RedisServer> {
		// Secrets hold the port, so that another one would not do.
		if (!(await isPortFree(record.port)))
			throw new CloudError(
				`another program took port ${record.port} of Redis ${key}: end it, then run the command again`,
			);
		return started(folder, {
			port: record.port,
			...(record.authString === "" ? {} : { password: record.authString }),
			...(record.hasTls ? { tls: this.identity(key).server } : {}),
			spawned: (pid) =>
				this.around.processes.add(`Redis ${key}`, pid, "SIGTERM"),
		});
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
