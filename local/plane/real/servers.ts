/** Servers that are kept running, one for each instance of a cloud service, with their certificates and data. */
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { giveToServers } from "../../servers/child-process.ts";
import { identityIn } from "./authority.ts";
import type { Surroundings } from "./surroundings.ts";

/** What is on file of an instance, so that it can be started again. */
interface Instance {
	readonly project: string;
	readonly name: string;
}

/** A running server. */
interface Server {
	readonly pid: number;
	/** Resolves when it has ended, for whatever reason. */
	readonly ended: Promise<unknown>;
	stop(): Promise<void>;
}

/** What a product is called. */
interface Product {
	/** As in the log. */
	readonly name: string;
	/** The common name of its certificate authority. */
	readonly authority: string;
}

export abstract class Servers<Kept extends Instance, Running extends Server> {
	protected readonly around: Surroundings;
	protected readonly running = new Map<string, Running>();
	readonly #product: Product;
	readonly #instances: () => Record<string, Kept>;

	/** @param instances those on file, by project and name */
	protected constructor(
		around: Surroundings,
		product: Product,
		instances: () => Record<string, Kept>,
	) {
		this.around = around;
		this.#product = product;
		this.#instances = instances;
	}

	/** Starts an instance's server in its folder. */
	protected abstract launch(
		key: string,
		instance: Kept,
		folder: string,
	): Promise<Running>;

	/** Makes a server that has just started fit for use. */
	protected async prepare(_instance: Kept): Promise<void> {}

	/** Starts every instance that should run. */
	async resume(): Promise<void> {
		for (const [key, instance] of Object.entries(this.#instances()))
			await this.#run(key, instance);
	}

	/** Deletes an instance with its data. */
	async remove(project: string, name: string): Promise<void> {
		const key = `${project}/${name}`;
		await this.stop(key);
		delete this.#instances()[key];
		this.around.records.save();
		rmSync(this.folderOf(key), { recursive: true, force: true });
	}

	async stopAll(): Promise<void> {
		for (const key of [...this.running.keys()]) await this.stop(key);
	}

	/** Puts an instance on file and starts it, if it does not run. One that never ran does not exist. */
	protected async keep(instance: Kept): Promise<void> {
		const key = `${instance.project}/${instance.name}`;
		const isNew = !(key in this.#instances());
		this.#instances()[key] = instance;
		this.around.records.save();
		try {
			await this.#run(key, instance);
		} catch (error) {
			if (isNew) await this.remove(instance.project, instance.name);
			throw error;
		}
	}

	protected async stop(key: string): Promise<void> {
		const server = this.running.get(key);
		this.running.delete(key);
		await server?.stop();
	}

	protected folderOf(key: string): string {
		return join(this.around.layout.servers, key);
	}

	/** An instance's authority and the certificate that it shows. */
	protected identity(key: string) {
		return identityIn(
			join(this.folderOf(key), "certificates.json"),
			this.#product.authority,
			["localhost", "127.0.0.1"],
		);
	}

	async #run(key: string, instance: Kept): Promise<void> {
		if (this.running.has(key)) return;
		const folder = this.folderOf(key);
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		// Servers run as another user where we are root, who must get there.
		if (process.getuid?.() === 0)
			chmodSync(join(this.around.layout.servers, instance.project), 0o711);
		giveToServers(folder);
		const server = await this.launch(key, instance, folder);
		this.running.set(key, server);
		this.#watch(key, instance, server);
		await this.prepare(instance);
	}

	/** The cloud starts an instance again that ended by itself. */
	#watch(key: string, instance: Kept, server: Running): void {
		void server.ended.then(async () => {
			this.around.processes.remove(server.pid);
			if (this.running.get(key) !== server) return;
			this.running.delete(key);
			this.around.note(
				`${this.#product.name} ${key} ended by itself; it starts again`,
			);
			await this.#run(key, instance);
		});
	}
}
