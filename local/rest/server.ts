/** Serves the stand-in's REST answers on this machine, to whoever has the command's token. */
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type Server } from "node:http";
import { type RestAnswer, type RestRequest, refusal } from "./answer.ts";

/** How often a taken port is tried again, in milliseconds. */
const retryMilliseconds = 100;

export interface RestService {
	/** What a request must bear. Other users of the machine do not have it. */
	readonly token: string;
	readonly answer: (request: RestRequest) => Promise<RestAnswer>;
}

/** Where the requests of a command go, by the variables that the real provider takes. */
export function restAddress(
	environment: NodeJS.ProcessEnv,
): { port: number; token: string } | undefined {
	const endpoint = environment.GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT;
	const token = environment.GOOGLE_OAUTH_ACCESS_TOKEN;
	if (!endpoint || !token || !URL.canParse(endpoint)) return undefined;
	const { hostname, port } = new URL(endpoint);
	return hostname === "127.0.0.1" && port !== ""
		? { port: Number(port), token }
		: undefined;
}

/**
 * Listens on a port of 127.0.0.1; 0 takes any that is free. Ends with the process. Where another provider of the same
 * command has the port, that one answers, with the same token; this one takes over once it has ended.
 */
export function serveRest(port: number, service: RestService): Promise<Server> {
	const server = createServer(async (request, response) => {
		const { status, body } = await answerTo(service, {
			method: request.method ?? "GET",
			url: request.url ?? "/",
			authorization: request.headers.authorization ?? "",
		});
		// Kept open, a connection would be closed after seconds of idleness, perhaps just when it is used again.
		response.shouldKeepAlive = false;
		response.writeHead(status, { "content-type": "application/json" });
		response.end(JSON.stringify(body));
	});
	return new Promise((resolve, reject) => {
		server.once("listening", () => resolve(server));
		server.on("error", (error: NodeJS.ErrnoException) => {
			if (error.code !== "EADDRINUSE") return reject(error);
			setTimeout(listen, retryMilliseconds).unref();
			resolve(server);
		});
		const listen = () => server.listen(port, "127.0.0.1").unref();
		listen();
	});
}

async function answerTo(
	service: RestService,
	given: { method: string; url: string; authorization: string },
): Promise<RestAnswer> {
	if (!same(given.authorization, `Bearer ${service.token}`))
		return refusal(401, "Request had invalid authentication credentials.");
	const { pathname, searchParams } = new URL(given.url, "http://127.0.0.1");
	try {
		const { method } = given;
		return await service.answer({
			method,
			path: pathname,
			query: searchParams,
		});
	} catch (error) {
		// A fault that a test scripted has the status in its text, as the provider's messages do.
		const message = error instanceof Error ? error.message : String(error);
		return refusal(Number(/Error (\d{3})/.exec(message)?.[1] ?? 500), message);
	}
}

function same(given: string, wanted: string): boolean {
	const hash = (text: string) => createHash("sha256").update(text).digest();
	return timingSafeEqual(hash(given), hash(wanted));
}
