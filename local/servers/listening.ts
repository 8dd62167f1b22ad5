/** Waits for servers of this process. */
import type { Server } from "node:net";

/** Resolves once a server listens; rejects with what keeps it from that. */
export function listening(
	server: Server,
	port: number,
	address: string,
): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(port, address, resolve);
	});
}
