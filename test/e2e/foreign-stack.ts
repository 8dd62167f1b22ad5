/** A local stack of another platform: a checkout in which an adopter replaced what the README says is theirs. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { environments } from "../../contract/environments.ts";
import type { Platform } from "../../contract/schema.ts";
import { freePort } from "../../local/servers/child-process.ts";
import { draftOf } from "../../tools/key-draft.ts";
import { releaseOf } from "../fixtures/contracts/foreign.ts";
import { LocalStack } from "./local-stack.ts";

const contracts = join(import.meta.dirname, "../fixtures/contracts");

export class ForeignStack extends LocalStack {
	override readonly project: string;
	override readonly database: string;
	readonly #contract: string;

	/**
	 * @param file of the contract, in `test/fixtures/contracts`, which exports it under the platform's name
	 * @param config of every stack, beside what all have
	 */
	static async of(
		platform: Platform,
		file: string,
		config: object = {},
	): Promise<ForeignStack> {
		return new ForeignStack(platform, file, config, await freePort());
	}

	private constructor(
		platform: Platform,
		file: string,
		config: object,
		port: number,
	) {
		super(port);
		this.project = platform.environments.local.project;
		this.database = platform.name;
		this.#contract = `contract/${file}`;
		cpSync(join(contracts, file), join(this.folder, this.#contract));
		this.edit(this.#contract, "../../../contract/", "./");
		const write = (path: string, content: string) =>
			writeFileSync(join(this.folder, path), content);
		write(
			"contract/platform.ts",
			`export { ${platform.name} as platform } from "./${file}";\n`,
		);
		write("policies/second-key.json", JSON.stringify(draftOf(platform)));
		for (const environment of environments) {
			write(`releases/${environment}.json`, releaseOf(platform, environment));
			const values = {
				"gcp:project": platform.environments[environment].project,
				"gcp:region": "us-central1",
				"netra-platform:rotationEpoch": 0,
				...config,
				...(environment === "local"
					? {
							"netra-platform:dataProtection": false,
							"netra-platform:socketRoot": `${this.mounts}/cloudsql`,
							"netra-platform:secretFileRoot": this.mounts,
						}
					: {}),
			};
			const lines = Object.entries(values).map(
				([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`,
			);
			write(`Pulumi.${environment}.yaml`, `config:\n${lines.join("")}`);
		}
	}

	/** Replaces a text of the contract. */
	editContract(from: string, to: string): void {
		this.edit(this.#contract, from, to);
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
