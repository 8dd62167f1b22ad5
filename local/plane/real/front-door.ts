/** The one local URL of a service: passes each request to an instance of a revision that has a share of them. */
import {
	createServer,
	request as httpRequest,
	type IncomingMessage,
	type Server,
	type ServerResponse,
} from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Revision } from "./revision.ts";

/** Picks the revision that answers next; undefined while none can. */
export type Pick = () => Revision | undefined;

/** Cloud Run holds requests for about so long while no instance is there. */
const patienceMilliseconds = 10_000;
const pollMilliseconds = 50;

export class FrontDoor {
	readonly #pick: Pick;
	readonly #server: Server;

	constructor(pick: Pick) {
		this.#pick = pick;
		this.#server = createServer((request, response) => {
			void this.#pass(request, response);
		});
		// A request takes as long as the service lets it.
		this.#server.requestTimeout = 0;
		this.#server.on("upgrade", (request, socket: Socket, head: Buffer) => {
			void this.#upgrade(request, socket, head);
		});
	}

	/** Listens on the port, or on a free one where that is taken. Returns the port. */
	async open(port: number): Promise<number> {
		try {
			return await this.#listen(port);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
			return this.#listen(0);
		}
	}

	close(): void {
		this.#server.close();
		this.#server.closeAllConnections();
	}

	#listen(port: number): Promise<number> {
		return new Promise((resolve, reject) => {
			this.#server.once("error", reject);
			this.#server.listen(port, "127.0.0.1", () => {
				this.#server.removeListener("error", reject);
				resolve((this.#server.address() as { port: number }).port);
			});
		});
	}

	/**
	 * A connection to a living instance, as soon as there is one. Its revision counts the request until `whole`, the
	 * client's side of it, is closed.
	 */
	async #reach(whole: Writable): Promise<Socket | undefined> {
		const deadline = Date.now() + patienceMilliseconds;
		do {
			const revision = this.#pick();
			if (revision?.port !== undefined) {
				revision.inFlight += 1;
				const socket = await connected(revision.port);
				const done = () => {
					revision.inFlight -= 1;
				};
				if (socket !== undefined && !whole.closed) {
					whole.once("close", done);
					return socket;
				}
				done();
				socket?.destroy();
			}
			await sleep(pollMilliseconds);
		} while (Date.now() < deadline && !whole.closed);
		return undefined;
	}

	async #pass(request: IncomingMessage, response: ServerResponse) {
		const socket = await this.#reach(response);
		if (socket === undefined) {
			response.writeHead(503).end("no instance is available\n");
			return;
		}
		const { method, url: path, headers } = request;
		const inner = httpRequest({
			createConnection: () => socket,
			method,
			path,
			headers,
		});
		inner.once("response", (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.once("error", () => response.destroy());
			answer.pipe(response);
		});
		inner.on("error", () => {
			if (response.headersSent) response.destroy();
			else response.writeHead(502).end("the instance dropped the request\n");
		});
		response.once("close", () => inner.destroy());
		request.pipe(inner);
	}

	/** WebSockets: after the request's head, bytes go both ways. */
	async #upgrade(request: IncomingMessage, outer: Duplex, head: Buffer) {
		outer.on("error", () => {});
		const inner = await this.#reach(outer);
		if (inner === undefined) {
			outer.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
			return;
		}
		outer.once("close", () => inner.destroy());
		inner.once("error", () => outer.destroy());
		inner.once("close", () => outer.destroy());
		inner.write(headOf(request));
		inner.write(head);
		inner.pipe(outer);
		outer.pipe(inner);
	}
}

/** A connection to a port of this machine; undefined where nobody listens. */
function connected(port: number): Promise<Socket | undefined> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1");
		const fail = () => resolve(undefined);
		socket.once("error", fail);
		socket.once("connect", () => {
			socket.removeListener("error", fail);
			resolve(socket);
		});
	});
}

function headOf({ method, url, rawHeaders }: IncomingMessage): string {
	const lines = [`${method} ${url} HTTP/1.1`];
	for (let index = 0; index < rawHeaders.length; index += 2)
		lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
	return `${lines.join("\r\n")}\r\n\r\n`;
}
