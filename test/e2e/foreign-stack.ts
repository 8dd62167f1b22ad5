/** A local stack of another platform: a checkout in which an adopter replaced what the README says is theirs. */
import {
	cpSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { secretsIn } from "../../contract/bindings.ts";
import type { Environment } from "../../contract/environments.ts";
import { storesOfKind } from "../../contract/needs.ts";
import type { Platform } from "../../contract/schema.ts";
import { entriesOf } from "../../local/cloud/world.ts";
import type { Certificate } from "../../local/plane/data-plane.ts";
import {
	describeCertificate,
	identityIn,
} from "../../local/plane/real/authority.ts";
import {
	enabledPayloads,
	readWorld,
} from "../../local/plane/real/cloud-file.ts";
import { layoutOf, serversFolder } from "../../local/plane/real/layout.ts";
import { freePort } from "../../local/servers/child-process.ts";
import { SQL_INSTANCE } from "../../local/types/tokens.ts";
import type { SecondKey } from "../../policies/second-key.ts";
import { draftOf } from "../../tools/key-draft.ts";
import { foreignStack } from "../in-process/foreign.ts";
import type {
	InProcess,
	InProcessOptions,
	Run,
} from "../in-process/in-process.ts";
import { processesOf, until } from "../local/real/bench.ts";
import { adopt } from "./adopted.ts";
import { changeCloud } from "./cloud.ts";
import { SharedLocalStack } from "./shared-local-stack.ts";

export class ForeignStack extends SharedLocalStack {
	override readonly project: string;
	override readonly database: string;
	readonly #contract: string;
	/** What an update here deploys: the contract as it was read last. */
	#platform: Platform;
	#key: SecondKey;
	#reads = 0;

	/** @param file of the contract, in `test/fixtures/contracts`, which exports it under the platform's name */
	static async of(platform: Platform, file: string): Promise<ForeignStack> {
		return new ForeignStack(platform, file, await freePort());
	}

	private constructor(platform: Platform, file: string, port: number) {
		super(port);
		this.project = platform.environments.local.project;
		this.database = platform.name;
		this.#platform = platform;
		this.#contract = adopt(this, platform, file, (environment) =>
			this.#configIn(environment, port),
		);
		this.#key = this.review();
	}

	/** @param port of the local ClickHouse */
	#configIn(environment: Environment, port: number): Record<string, unknown> {
		const platform = this.#platform;
		const stores = storesOfKind(platform, "clickhouse").map(({ name }) => [
			name,
			{
				...(environment === "local"
					? { host: "localhost", port }
					: { host: "ch.acme.dev" }),
				user: "reader",
				database: "events",
			},
		]);
		const external = secretsIn(platform, environment)
			.filter(({ source }) => source.from === "external")
			.map(({ id }) => [id, { version: 1 }]);
		return {
			"netra-platform:stores": Object.fromEntries(stores),
			"netra-platform:externalSecrets": Object.fromEntries(external),
			...(environment === "local"
				? {
						"netra-platform:dataProtection": false,
						"netra-platform:socketRoot": `${this.mounts}/cloudsql`,
						"netra-platform:secretFileRoot": this.mounts,
					}
				: {}),
		};
	}

	protected override inProcess(options: Partial<InProcessOptions>): InProcess {
		const deployed = () => this.#platform;
		const key = () => this.#key;
		return foreignStack(
			this.#platform,
			"local",
			{
				...options,
				secretKeys: [],
				policies: {
					get platform() {
						return deployed();
					},
					get secondKey() {
						return key();
					},
				},
			},
			deployed,
		);
	}

	/** Plans an update in this process, of which nothing changes. */
	preview(): Promise<Run> {
		return this.here.preview();
	}

	/**
	 * Replaces texts of the contract, for every process that reads it.
	 * @param edits each what is replaced, and by what
	 * @throws {Error} whatever the contract's check says
	 */
	async editContract(...edits: [from: string, to: string][]): Promise<void> {
		for (const [from, to] of edits) this.edit(this.#contract, from, to);
		this.#reads += 1;
		// Jest reads a file once.
		const copy = join(this.folder, `contract/read-${this.#reads}.ts`);
		cpSync(join(this.folder, this.#contract), copy);
		this.#platform = (await import(copy))[this.#platform.name];
	}

	/** Makes edits and takes them back in the end. */
	async whileEdited<T>(
		edits: [from: string, to: string][],
		use: () => Promise<T>,
	): Promise<T> {
		const before = this.#platform;
		const file = join(this.folder, this.#contract);
		const text = readFileSync(file, "utf8");
		try {
			await this.editContract(...edits);
			return await use();
		} finally {
			writeFileSync(file, text);
			this.#platform = before;
		}
	}

	/** The second key's owners agree to the contract as it is. */
	review(): SecondKey {
		this.#key = draftOf(this.#platform);
		writeFileSync(
			join(this.folder, "policies/second-key.json"),
			JSON.stringify(this.#key),
		);
		return this.#key;
	}

	/** By which values the service's preflight logged in, and where, sorted. */
	loginsTried(service: string): string[] {
		const { logs } = layoutOf(this.stateFolder);
		const job = `${this.database}-preflight-${service}-local-`;
		const passed = /"message":"ok {3}\S+ in local: ((?:postgres|redis)[^"]*)/g;
		return readdirSync(logs)
			.filter((name) => name.startsWith(job))
			.flatMap((name) => [
				...readFileSync(join(logs, name), "utf8").matchAll(passed),
			])
			.map(([, login = ""]) => login)
			.sort();
	}

	/** The newest value of a secret. */
	secret(id: string): string {
		const world = readWorld(this.stateFolder, this.project);
		const payloads = world && enabledPayloads(world, `${id}-local`);
		const newest = payloads?.at(-1);
		if (newest === undefined) {
			throw new Error(`the cloud has no version of ${id}-local`);
		}
		return newest;
	}

	/** PostgreSQL starts again with a certificate of another authority, which nobody has been told of. */
	async signWithNextAuthority(): Promise<Certificate> {
		const layout = layoutOf(this.stateFolder);
		const find = () =>
			processesOf(layout).find(({ what }) => what.startsWith("PostgreSQL "));
		const { what, pid } = find() ?? {};
		if (what === undefined || pid === undefined) {
			throw new Error("no PostgreSQL runs");
		}
		const key = what.slice("PostgreSQL ".length);
		const file = join(serversFolder(layout) ?? "", key, "certificates.json");
		rmSync(file);
		const { authority } = identityIn(file, "the next one", [key]);
		process.kill(pid, "SIGINT");
		await until("PostgreSQL runs again", () => {
			const found = find();
			return found !== undefined && found.pid !== pid;
		});
		return describeCertificate(authority);
	}

	/** Cloud SQL tells who asks for all authorities of the instance. */
	announceAuthority(upcoming: Certificate): void {
		const { cert, commonName, createTime, expireTime, sha1Fingerprint } =
			upcoming;
		changeCloud(this, this.project, (world) => {
			for (const instance of Object.values(entriesOf(world, SQL_INSTANCE))) {
				instance.hidden.upcomingServerCas = [
					{
						cert,
						commonName,
						createTime,
						expirationTime: expireTime,
						sha1Fingerprint,
					},
				];
			}
		});
	}

	/** Runs statements as the login of the epoch, in a session of its own as a service has it. */
	async query(...statements: string[]): Promise<unknown[]> {
		const client = new pg.Client(
			this.credentials(`${this.database}_${this.slot}`),
		);
		await client.connect();
		try {
			const results: pg.QueryResult[] = [];
			for (const statement of statements) {
				results.push(await client.query(statement));
			}
			return results.at(-1)?.rows ?? [];
		} finally {
			await client.end();
		}
	}
}
