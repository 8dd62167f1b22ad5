/** Stands in for Cloud Storage: signed requests are answered as the cloud's buckets, keys and grants have it. */
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { bucketUserRole } from "../../../contract/stores.ts";
import { entriesOf, type World } from "../../cloud/world.ts";
import { CloudError } from "../../provider/core.ts";
import { listening } from "../../servers/listening.ts";
import { answerStorage, type StorageFacts } from "../../servers/storage.ts";
import { BUCKET, BUCKET_MEMBER, HMAC_KEY } from "../../types/tokens.ts";
import type { Workload } from "../data-plane.ts";
import { outsideIdentity } from "./authority.ts";
import { readWorld } from "./cloud-file.ts";
import type { Surroundings } from "./surroundings.ts";

export class Storage {
	readonly #around: Surroundings;
	#server: Server | undefined;

	constructor(around: Surroundings) {
		this.#around = around;
	}

	/** Listens if the workload's project has a bucket; the port stays. */
	async provide({ project }: Workload): Promise<void> {
		const { layout, records } = this.#around;
		const world = readWorld(layout.directory, project);
		if (
			world === undefined ||
			Object.keys(entriesOf(world, BUCKET)).length === 0
		)
			return;
		const { port = 0 } = records.state.storage ?? {};
		records.state.storage = { project, port };
		await this.resume();
	}

	/** Listens if it should. */
	async resume(): Promise<void> {
		const { layout, records } = this.#around;
		const record = records.state.storage;
		if (this.#server !== undefined || record === undefined) return;
		const { certificate: cert, key } = outsideIdentity(layout).server;
		const server = createServer({ cert, key }, (request, response) =>
			answerStorage(this.#facts(), request, response),
		);
		this.#server = server;
		try {
			await listening(server, record.port, "127.0.0.1");
		} catch (error) {
			this.#server = undefined;
			const { code } = error as NodeJS.ErrnoException;
			throw new CloudError(
				`the stand-in for Cloud Storage cannot listen on port ${record.port} (${code}): end the program that has it, then run the command again`,
			);
		}
		record.port = (server.address() as AddressInfo).port;
		records.save();
	}

	stop(): void {
		this.#server?.close();
		this.#server?.closeAllConnections();
		this.#server = undefined;
	}

	#facts(): StorageFacts {
		const { layout, records } = this.#around;
		const world = readWorld(
			layout.directory,
			records.state.storage?.project ?? "",
		);
		return world === undefined
			? {
					key: () => undefined,
					hasBucket: () => false,
					mayUse: () => false,
				}
			: factsIn(world);
	}
}

function factsIn(world: World): StorageFacts {
	const all = (type: string) =>
		Object.values(entriesOf(world, type)).map(({ properties }) => properties);
	return {
		key: (accessId) => {
			const found = all(HMAC_KEY).find(
				(key) => key.accessId === accessId && key.state !== "INACTIVE",
			);
			return (
				found && {
					secret: String(found.secret),
					account: String(found.serviceAccountEmail),
				}
			);
		},
		hasBucket: (bucket) => all(BUCKET).some(({ name }) => name === bucket),
		mayUse: (account, bucket) =>
			all(BUCKET_MEMBER).some(
				(grant) =>
					grant.bucket === `b/${bucket}` &&
					grant.role === bucketUserRole &&
					grant.member === `serviceAccount:${account}`,
			),
	};
}

/** Tells a process where it is: Google's own libraries look there, and preflight does in `local`. */
export function storageVariables(
	record: { port: number } | undefined,
): Record<string, string> {
	return record === undefined
		? {}
		: { STORAGE_EMULATOR_HOST: `https://localhost:${record.port}` };
}
