/** A TLS connection for ioredis, made here: its errors and its silence then say what they are. */
import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import { AbstractConnector, Redis } from "ioredis";
import type { RedisAccess } from "../access.ts";
import { Failure } from "../failure.ts";
import { guardAgainstFlood } from "./flood.ts";

/**
 * Connects over TLS, without authentication yet, and hands the connection to `use`; closes it come what may.
 * @param fix what to do when the server does not answer, or does not speak TLS
 * @throws the reason why the connection was lost, where it was lost
 */
export async function withRedis<T>(
	{ host, port, authorities }: RedisAccess & { authorities: string },
	fix: { network: string; certificate: string },
	signal: AbortSignal,
	use: (redis: Redis) => Promise<T>,
): Promise<T> {
	signal.throwIfAborted();
	const socket = connect({
		host,
		port,
		ca: authorities,
		// Memorystore's certificate names an address that need not be this one.
		checkServerIdentity: () => undefined,
	});
	let lost: unknown;
	socket.on("error", (error) => {
		lost ??= error;
	});
	let stage: Stage = "network";
	socket.once("connect", () => {
		stage = "tls";
	});
	socket.once("secureConnect", () => {
		stage = "redis";
	});
	const abort = () => socket.destroy(silence(stage, fix));
	signal.addEventListener("abort", abort, { once: true });
	const unwatch = guardAgainstFlood(() => socket, fix.network);
	try {
		await once(socket, "secureConnect");
		return await useAsRedis(socket, use);
	} catch (error) {
		throw lost ?? error;
	} finally {
		unwatch();
		signal.removeEventListener("abort", abort);
		socket.destroy();
	}
}

/** How far a connection has come. */
type Stage = "network" | "tls" | "redis";

function silence(
	stage: Stage,
	fix: { network: string; certificate: string },
): Failure {
	// A server that speaks plain text takes the start of TLS for a line without an end.
	return stage === "tls"
		? new Failure(
				"no answer in time to the start of TLS, so it may not speak TLS",
				{ fix: fix.certificate, definite: false },
			)
		: new Failure("no answer in time", { fix: fix.network, definite: false });
}

async function useAsRedis<T>(
	socket: TLSSocket,
	use: (redis: Redis) => Promise<T>,
): Promise<T> {
	class Connected extends AbstractConnector {
		constructor() {
			super(0);
		}
		override async connect(): Promise<TLSSocket> {
			return socket;
		}
		override disconnect(): void {
			socket.destroy();
		}
	}
	const redis = new Redis({
		Connector: Connected,
		lazyConnect: true,
		protocol: 2,
		// One attempt: what comes after is decided elsewhere.
		retryStrategy: () => null,
		maxRetriesPerRequest: 0,
		enableOfflineQueue: false,
		enableReadyCheck: false,
		disableClientInfo: true,
	});
	// The socket's own listener has noted the reason.
	redis.on("error", () => {});
	try {
		await redis.connect();
		return await use(redis);
	} finally {
		redis.disconnect();
	}
}
