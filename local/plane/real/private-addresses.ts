/**
 * The private addresses of Cloud SQL instances. Each instance has one of its own, so that its port is 5432 there as in the
 * cloud, whatever port its server has on this machine: what comes in is passed on to that.
 */
import { randomInt } from "node:crypto";
import { connect, createServer, type Server } from "node:net";
import { pipeline } from "node:stream";
import { CloudError } from "../../provider/core.ts";
import { listening } from "../../servers/listening.ts";
import type { Workload } from "../data-plane.ts";
import type { Surroundings } from "./surroundings.ts";

const port = 5432;

/** One of four million: the stand-ins of a machine do not meet. On Linux all of 127.0.0.0/8 is the machine itself. */
export function newPrivateAddress(): string {
	return `127.${randomInt(64, 128)}.${randomInt(256)}.${randomInt(1, 255)}`;
}

export class PrivateAddresses {
	readonly #around: Surroundings;
	readonly #servers = new Map<string, Server>();

	constructor(around: Surroundings) {
		this.#around = around;
	}

	/**
	 * Listens at the address of each instance that the workload is told; who takes the socket needs no port of the machine.
	 * @throws {CloudError} where the machine does not have the address, or another program listens there.
	 */
	async provide({ project, environment, files }: Workload): Promise<void> {
		const values = [...Object.values(environment), ...Object.values(files)];
		const instances = Object.values(this.#around.records.state.sql);
		for (const { project: owner, name, address } of instances)
			if (
				owner === project &&
				address !== undefined &&
				values.some((value) => value.includes(address))
			)
				await this.#listen(`${project}/${name}`, address);
	}

	/** Listens no more at the address of an instance. */
	close(project: string, instance: string): void {
		const key = `${project}/${instance}`;
		this.#servers.get(key)?.close();
		this.#servers.delete(key);
	}

	closeAll(): void {
		for (const server of this.#servers.values()) server.close();
		this.#servers.clear();
	}

	async #listen(key: string, address: string): Promise<void> {
		if (this.#servers.has(key)) return;
		const { state } = this.#around.records;
		const server = createServer((client) => {
			// The server's port is another one after a start at which somebody else had it.
			const server = connect(state.sql[key]?.port ?? 0, "127.0.0.1");
			// Either end tells the other that it is gone, for whatever reason.
			pipeline(client, server, client, () => {});
		});
		this.#servers.set(key, server);
		try {
			await listening(server, port, address);
		} catch (error) {
			this.#servers.delete(key);
			throw new CloudError(refusal(key, address, error));
		}
	}
}

function refusal(instance: string, address: string, error: unknown): string {
	const { code } = error as NodeJS.ErrnoException;
	const remedy =
		code === "EADDRNOTAVAIL"
			? `give it the address (macOS: sudo ifconfig lo0 alias ${address})`
			: `end the program that listens on port ${port} of every address`;
	return `this machine cannot listen at ${address}:${port}, the private address of PostgreSQL ${instance} (${code}): ${remedy}, then run the command again`;
}
