/** Connects to Redis over TLS, authenticates, writes a key that expires, and reads it back. */
import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { own } from "../../contract/own-keys.ts";
import type { RedisAccess } from "../access.ts";
import {
	connectionFailure,
	type DependencyRemedies,
	Failure,
} from "../failure.ts";
import { withRedis } from "./redis-connection.ts";

/** What a person can do, for each kind of failure. */
export type RedisRemedies = DependencyRemedies & {
	login: string;
	writes: string;
};

const keyLifeSeconds = 30;

/**
 * Logs in and tries what a service does.
 * @throws {Failure} that says why it cannot work.
 */
export async function checkRedis(
	access: RedisAccess & { authorities: string },
	remedies: RedisRemedies,
	signal: AbortSignal,
): Promise<string> {
	try {
		return await withRedis(access, remedies, signal, async (redis) => {
			// The option `password` would do, but a server without AUTH is then only warned about.
			await redis.auth(access.password);
			await redis.ping();
			await writeAndRead(redis, remedies);
			return "authenticated over TLS, wrote a key that expires and read it back";
		});
	} catch (error) {
		throw explain(error, remedies);
	}
}

async function writeAndRead(
	redis: Redis,
	remedies: RedisRemedies,
): Promise<void> {
	const key = `preflight:${randomBytes(8).toString("hex")}`;
	const value = randomBytes(8).toString("hex");
	await redis.set(key, value, "EX", keyLifeSeconds);
	const ttlSeconds = await redis.ttl(key);
	const found = await redis.getdel(key);
	if (found !== value || ttlSeconds < 1) {
		throw new Failure(
			found === value
				? "a key that was written to expire does not expire"
				: "a key that was written reads differently",
			{ fix: remedies.writes, definite: false },
		);
	}
}

type Meaning = { fact: string; fix: keyof RedisRemedies; definite: boolean };

/** What the first word of Redis' error replies means for a login. */
const meanings: Record<string, Meaning> = {
	WRONGPASS: { fact: "the password is wrong", fix: "login", definite: true },
	NOAUTH: {
		fact: "the server wants a password and got none",
		fix: "login",
		definite: true,
	},
	NOPERM: {
		fact: "the login lacks a permission",
		fix: "login",
		definite: true,
	},
	LOADING: {
		fact: "the server is loading its data",
		fix: "network",
		definite: false,
	},
	MASTERDOWN: {
		fact: "the server has lost its primary",
		fix: "network",
		definite: false,
	},
	READONLY: {
		fact: "the server is a replica, which takes no writes",
		fix: "network",
		definite: false,
	},
	OOM: { fact: "the server's memory is full", fix: "writes", definite: false },
	MISCONF: {
		fact: "the server takes no writes since it cannot save",
		fix: "writes",
		definite: false,
	},
};

function explain(error: unknown, remedies: RedisRemedies): unknown {
	if (error instanceof Failure) {
		return error;
	}
	if (error instanceof Error && error.name === "ReplyError") {
		return explainReply(error, remedies);
	}
	return connectionFailure(error, remedies) ?? withoutCode(error, remedies);
}

/** The driver's own errors have no codes. */
function withoutCode(error: unknown, remedies: RedisRemedies): unknown {
	const message = error instanceof Error ? error.message : "";
	const isProtocol = message.startsWith("Unknown RESP type");
	return isProtocol || /closed|writeable/i.test(message)
		? new Failure(
				isProtocol
					? "the server does not speak Redis' protocol"
					: "the connection was dropped",
				{ fix: remedies.network, definite: false, cause: error },
			)
		: error;
}

function explainReply(error: Error, remedies: RedisRemedies): Failure {
	const [word = ""] = error.message.split(" ");
	if (/without any password configured/.test(error.message)) {
		return new Failure("the server has no AUTH: everybody may use it", {
			fix: remedies.login,
			definite: true,
		});
	}
	const meaning = own(meanings, word);
	return new Failure(
		meaning === undefined ? error.message : `${meaning.fact} (${word})`,
		{
			fix: remedies[meaning?.fix ?? "login"],
			definite: meaning?.definite ?? true,
		},
	);
}
