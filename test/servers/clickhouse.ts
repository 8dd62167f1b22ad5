/** An HTTPS server that answers as ClickHouse does, as far as a client's login needs it. */
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Certificate } from "../../local/servers/certificates.ts";

export type ClickhouseLogin = {
	user: string;
	password: string;
	database: string;
};

export type HttpsServer = { port: number; stop: () => Promise<void> };

/** Answers `SELECT 1` for one login, and with ClickHouse's own errors for everything else. */
export function startClickhouse(
	tls: Certificate,
	login: ClickhouseLogin,
): Promise<HttpsServer> {
	const authorization = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;
	return startHttps(tls, (request, response) => {
		const { searchParams } = new URL(request.url ?? "", "https://clickhouse");
		const fail = (status: number, code: number, type: string) =>
			response
				.writeHead(status)
				.end(`Code: ${code}. DB::Exception: ${type}. (${type})`);
		if (request.headers.authorization !== authorization) {
			fail(403, 516, "AUTHENTICATION_FAILED");
		} else if (searchParams.get("database") !== login.database) {
			fail(404, 81, "UNKNOWN_DATABASE");
		} else {
			request.resume();
			response.end("1\n");
		}
	});
}

/** An HTTPS server of a test's own on 127.0.0.1. */
export async function startHttps(
	tls: Certificate,
	listener: RequestListener,
): Promise<HttpsServer> {
	const server = createServer(
		{ cert: tls.certificate, key: tls.key },
		listener,
	);
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		port: (server.address() as AddressInfo).port,
		stop: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
