/** Stands in for ClickHouse Cloud: HTTPS, a login with the password that Secret Manager holds, and `SELECT 1`. */
import { writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { rootCertificates } from "node:tls";
import { secretIdIn, serviceBehind } from "../../../contract/names.ts";
import { storesOfKind } from "../../../contract/needs.ts";
import { platform } from "../../../contract/platform.ts";
import {
	checklistOf,
	noProhibitions,
} from "../../../contract/service-checklist.ts";
import { BoundValues } from "../../../preflight/bound-values.ts";
import {
	clickhouseLogin,
	defaultDatabase,
} from "../../../preflight/clickhouse-login.ts";
import { withFiles } from "../../../preflight/files.ts";
import { CloudError } from "../../provider/core.ts";
import { listening } from "../../servers/listening.ts";
import type { Workload } from "../data-plane.ts";
import { outsideIdentity } from "./authority.ts";
import { enabledPayloads, readWorld } from "./cloud-file.ts";
import { variablesOf } from "./container.ts";
import type { ClickhouseRecord } from "./state-file.ts";
import type { Surroundings } from "./surroundings.ts";

const loopback = /^(?:localhost|127(?:\.\d+){3}|::1)$/;

export class Clickhouse {
	readonly #around: Surroundings;
	/** By port; several stores may be databases of one server. */
	readonly #servers = new Map<number, Server>();

	constructor(around: Surroundings) {
		this.#around = around;
		// Containers read it at their start, whether or not they use anything outside.
		writeFileSync(
			around.layout.trustStore,
			[...rootCertificates, outsideIdentity(around.layout).authority].join(
				"\n",
			),
			{ mode: 0o600 },
		);
	}

	/**
	 * Listens where the workload expects ClickHouse, if that is on this machine.
	 * @throws {CloudError} if another program has the port.
	 */
	async provide(workload: Workload): Promise<void> {
		const { project, owner } = workload;
		const service = serviceBehind(platform, owner, "local");
		if (service === undefined) return;
		const checklist = checklistOf(platform, noProhibitions, service, "local");
		const values = new BoundValues(
			checklist,
			withFiles(variablesOf(workload), Object.keys(checklist.files)),
			new Set(),
		);
		const { records } = this.#around;
		for (const { name, store } of storesOfKind(platform, "clickhouse")) {
			const login = clickhouseLogin(values, name)?.login;
			if (login === undefined || !loopback.test(login.host)) continue;
			records.state.clickhouseLogins[`${service}/${name}`] = {
				project,
				store: name,
				port: login.port,
				user: login.user,
				database: login.database,
				passwordSecret: secretIdIn(store.passwordSecret, "local"),
			};
		}
		records.save();
		await this.resume();
	}

	/** Listens on the ports that it should have, and on no others. */
	async resume(): Promise<void> {
		const wanted = new Map(
			this.#logins.map(({ port, store }) => [port, store]),
		);
		for (const [port, server] of this.#servers)
			if (!wanted.has(port)) this.#close(port, server);
		for (const [port, store] of wanted)
			if (!this.#servers.has(port)) await this.#listen(port, store);
	}

	/** Those that it should listen on. */
	get ports(): number[] {
		return [...new Set(this.#logins.map(({ port }) => port))];
	}

	get #logins(): ClickhouseRecord[] {
		return Object.values(this.#around.records.state.clickhouseLogins);
	}

	stop(): void {
		for (const [port, server] of this.#servers) this.#close(port, server);
	}

	#close(port: number, server: Server): void {
		server.close();
		server.closeAllConnections();
		this.#servers.delete(port);
	}

	async #listen(port: number, store: string): Promise<void> {
		const { certificate: cert, key } = outsideIdentity(
			this.#around.layout,
		).server;
		const server = createServer({ cert, key }, (request, response) =>
			this.#answer(port, request, response),
		);
		this.#servers.set(port, server);
		try {
			await listening(server, port, "127.0.0.1");
		} catch (error) {
			this.#servers.delete(port);
			const { code } = error as NodeJS.ErrnoException;
			throw new CloudError(
				`the stand-in for ClickHouse cannot listen on port ${port} (${code}): choose a free one with 'tools/pulumi-local config set --path stores.${store}.port <port> -s local', then run the command again`,
			);
		}
	}

	#answer(
		port: number,
		request: IncomingMessage,
		response: ServerResponse,
	): void {
		const query = new URL(request.url ?? "", "https://localhost").searchParams;
		const refuse = (status: number, code: number, type: string) =>
			response
				.writeHead(status)
				.end(`Code: ${code}. DB::Exception: ${type}. (${type})`);
		request.resume();
		const databases = this.#logins
			.filter((login) => login.port === port && this.#admits(login, request))
			.map(({ database }) => database);
		if (databases.length === 0) refuse(403, 516, "AUTHENTICATION_FAILED");
		else if (!databases.includes(query.get("database") ?? defaultDatabase))
			refuse(404, 81, "UNKNOWN_DATABASE");
		else response.end("1\n");
	}

	/** Every enabled version of the password is accepted, so that the issuer's own change of it can be tried. */
	#admits(
		{ project, user, passwordSecret }: ClickhouseRecord,
		request: IncomingMessage,
	) {
		const world = readWorld(this.#around.layout.directory, project);
		if (world === undefined) return false;
		return enabledPayloads(world, passwordSecret).some(
			(password) =>
				request.headers.authorization ===
				`Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
		);
	}
}
