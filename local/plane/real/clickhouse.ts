/** Stands in for ClickHouse Cloud: HTTPS, a login with the password that Secret Manager holds, and `SELECT 1`. */
import { writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { CloudError } from "../../provider/core.ts";
import type { Workload } from "../data-plane.ts";
import { outsideIdentity } from "./authority.ts";
import { enabledPayloads, readWorld } from "./cloud-file.ts";
import type { ClickhouseRecord } from "./state-file.ts";
import type { Surroundings } from "./surroundings.ts";

const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Every enabled version of it is accepted, so that the issuer's own change of password can be tried. */
const passwordSecret = "clickhouse-password-local";

export class Clickhouse {
	readonly #around: Surroundings;
	#server: Server | undefined;

	constructor(around: Surroundings) {
		this.#around = around;
		// Containers read it at their start, whether or not they use anything outside.
		writeFileSync(
			around.layout.trustStore,
			outsideIdentity(around.layout).authority,
			{
				mode: 0o600,
			},
		);
	}

	/**
	 * Listens where the workload expects ClickHouse, if that is on this machine.
	 * @throws {CloudError} if another program has the port.
	 */
	async provide({ project, environment }: Workload): Promise<void> {
		const url = URL.parse(environment.CLICKHOUSE_URL ?? "");
		if (url === null || !loopback.test(url.hostname)) return;
		const { records } = this.#around;
		const wanted: ClickhouseRecord = {
			project,
			port: Number(url.port || 443),
			user: decodeURIComponent(url.username),
			database: decodeURIComponent(url.pathname.slice(1)),
		};
		const moved = records.state.clickhouse?.port !== wanted.port;
		records.state.clickhouse = wanted;
		records.save();
		if (moved) this.stop();
		await this.resume();
	}

	/** Listens if it should. */
	async resume(): Promise<void> {
		const record = this.#around.records.state.clickhouse;
		if (this.#server !== undefined || record === undefined) return;
		const { certificate: cert, key } = outsideIdentity(
			this.#around.layout,
		).server;
		const server = createServer({ cert, key }, (request, response) =>
			this.#answer(request, response),
		);
		this.#server = server;
		try {
			await new Promise<void>((resolve, reject) => {
				server.once("error", reject);
				server.listen(record.port, "127.0.0.1", resolve);
			});
		} catch (error) {
			this.#server = undefined;
			const { code } = error as NodeJS.ErrnoException;
			throw new CloudError(
				`the stand-in for ClickHouse cannot listen on port ${record.port} (${code}): choose a free one with 'tools/pulumi-local config set --path stores.clickhouse.port <port> -s local', then run the command again`,
			);
		}
	}

	stop(): void {
		this.#server?.close();
		this.#server?.closeAllConnections();
		this.#server = undefined;
	}

	#answer(request: IncomingMessage, response: ServerResponse): void {
		const record = this.#around.records.state.clickhouse;
		const query = new URL(request.url ?? "", "https://localhost").searchParams;
		const refuse = (status: number, code: number, type: string) =>
			response
				.writeHead(status)
				.end(`Code: ${code}. DB::Exception: ${type}. (${type})`);
		request.resume();
		if (record === undefined || !this.#admits(record, request))
			refuse(403, 516, "AUTHENTICATION_FAILED");
		else if (query.get("database") !== record.database)
			refuse(404, 81, "UNKNOWN_DATABASE");
		else response.end("1\n");
	}

	#admits({ project, user }: ClickhouseRecord, request: IncomingMessage) {
		const world = readWorld(this.#around.layout.directory, project);
		if (world === undefined) return false;
		return enabledPayloads(world, passwordSecret).some(
			(password) =>
				request.headers.authorization ===
				`Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
		);
	}
}
