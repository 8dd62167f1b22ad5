/** Servers that accept connections and then do something else than they should. */
import { once } from "node:events";
import {
	type AddressInfo,
	createServer,
	type ListenOptions,
	type Socket,
} from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Certificate } from "../../local/servers/certificates.ts";

export type MisbehavingServer = {
	port: number;
	/** Connections that are open now. */
	open: () => number;
	/** Connections that were ever made. */
	seen: () => number;
	stop: () => Promise<void>;
};

/** Accepts and says nothing. It reads, or it would not notice that the other side has left. */
export const hang = (socket: Socket) => {
	socket.resume();
};

/** Reads the first bytes and hangs up. */
export const drop = (socket: Socket) => {
	socket.once("data", () => socket.destroy());
};

/** Sends as fast as the other side reads, without end. */
export const flood =
	(text = "x") =>
	(socket: Socket) => {
		const block = Buffer.alloc(64 * 1024, text);
		const send = () => {
			while (socket.writable && socket.write(block)) {
				// Until the buffers are full; goes on when they drain.
			}
		};
		socket.on("drain", send);
		send();
	};

/**
 * Starts a server on 127.0.0.1, or on a socket.
 * @param behave is called with every connection
 * @param options.path a socket instead of TCP
 * @param options.tls speaks TLS first
 */
export async function startMisbehaving(
	behave: (socket: Socket) => void,
	options: { path?: string; tls?: Certificate } = {},
): Promise<MisbehavingServer> {
	const sockets = new Set<Socket>();
	let seen = 0;
	const accept = (socket: Socket) => {
		seen += 1;
		sockets.add(socket);
		socket.on("error", () => {});
		socket.on("close", () => sockets.delete(socket));
		behave(socket);
	};
	const server =
		options.tls === undefined
			? createServer(accept)
			: createTlsServer(
					{ cert: options.tls.certificate, key: options.tls.key },
					accept,
				);
	const where: ListenOptions =
		options.path === undefined
			? { port: 0, host: "127.0.0.1" }
			: { path: options.path };
	server.listen(where);
	await once(server, "listening");
	const address = server.address() as AddressInfo | string;
	return {
		port: typeof address === "string" ? 0 : address.port,
		open: () => sockets.size,
		seen: () => seen,
		stop: async () => {
			for (const socket of sockets) {
				socket.destroy();
			}
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
