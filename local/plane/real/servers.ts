/** Servers that are kept running, one for each instance of a cloud service, with their certificates and data. */
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { giveToServers } from "../../servers/child-process.ts";
import { identityIn } from "./authority.ts";
import { takeServersFolder } from "./layout.ts";
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
	readonly #starting = new Map<string, Promise<void>>();
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

	/** Starts each instance that should run and does not, on its own. */
	resume(): (() => Promise<void>)[] {
		return Object.keys(this.#instances()).map((key) => () => this.#run(key));
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

	/**
	 * Puts an instance on file and starts it, if it does not run. Where that fails, it is as it was before: one that never
	 * ran does not exist, another one runs as it did.
	 */
	protected async keep(instance: Kept): Promise<void> {
		const key = `${instance.project}/${instance.name}`;
		const prior = this.#instances()[key];
		this.#instances()[key] = instance;
		this.around.records.save();
		try {
			await this.#run(key);
		} catch (error) {
			if (prior === undefined) {
				await this.remove(instance.project, instance.name);
			} else {
				this.#instances()[key] = prior;
				this.around.records.save();
				await this.#restart(key);
			}
			throw error;
		}
	}

	protected async stop(key: string): Promise<void> {
		await this.#starting.get(key)?.catch(() => {});
		const server = this.running.get(key);
		this.running.delete(key);
		await server?.stop();
	}

	protected folderOf(key: string): string {
		// Where they have it, by the way that they can go.
		return join(takeServersFolder(this.around.layout), key);
	}

	/** An instance's authority and the certificate that it shows. */
	protected identity(key: string) {
		return identityIn(
			join(this.folderOf(key), "certificates.json"),
			this.#product.authority,
			this.certifiedNames(key),
		);
	}

	/** The names and addresses in an instance's certificate. */
	protected certifiedNames(_key: string): string[] {
		return ["localhost", "127.0.0.1"];
	}

	/** Starts an instance as it is on file; whoever asks meanwhile waits for the same start. */
	#run(key: string): Promise<void> {
		const starting =
			this.#starting.get(key) ??
			this.#start(key).finally(() => this.#starting.delete(key));
		this.#starting.set(key, starting);
		return starting;
	}

	async #start(key: string): Promise<void> {
		const instance = this.#instances()[key];
		if (instance === undefined || this.running.has(key)) return;
		const folder = this.folderOf(key);
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		// Servers run as another user where we are root, who must get there.
		if (process.getuid?.() === 0) chmodSync(dirname(folder), 0o711);
		giveToServers(folder);
		const server = await this.launch(key, instance, folder);
		this.running.set(key, server);
		this.#watch(key, server);
		await this.prepare(instance);
	}

	/** The cloud starts an instance again that ended by itself. */
	#watch(key: string, server: Running): void {
		void server.ended.then(() => {
			this.around.processes.remove(server.pid);
			if (this.running.get(key) !== server) return;
			this.running.delete(key);
			this.around.note(
				`${this.#product.name} ${key} ended by itself; it starts again`,
			);
			void this.#restart(key);
		});
	}

	/** Starts an instance that nobody waits for. If it can't, the next command tries again. */
	async #restart(key: string): Promise<void> {
		try {
			await this.#run(key);
		} catch (error) {
			this.around.note((error as Error).message);
		}
	}
}
