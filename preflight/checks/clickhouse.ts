/** Logs in to ClickHouse over HTTPS and lets it compute `SELECT 1`. */
import type { Readable } from "node:stream";
import { ClickHouseLogLevel, createClient } from "@clickhouse/client";
import type { ClickhouseAccess } from "../access.ts";
import {
	connectionFailure,
	type DependencyRemedies,
	Failure,
} from "../failure.ts";
import { floodFailure } from "./flood.ts";

/** What a person can do, for each kind of failure. */
export type ClickhouseRemedies = DependencyRemedies & {
	login: string;
	database: string;
};

const answerLimitBytes = 64 * 1024;

/**
 * Logs in and tries what a service does.
 * @throws {Failure} that says why it cannot work.
 */
export async function checkClickhouse(
	{ host, port, user, password, database }: ClickhouseAccess,
	remedies: ClickhouseRemedies,
	signal: AbortSignal,
): Promise<string> {
	const client = createClient({
		url: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
		username: user,
		password,
		database,
		keep_alive: { enabled: false },
		max_open_connections: 1,
		log: { level: ClickHouseLogLevel.OFF },
	});
	try {
		const { stream, http_status_code: status } = await client.exec({
			query: "SELECT 1 FORMAT TabSeparated",
			abort_signal: signal,
			// The client would collect an error's text without a limit.
			ignore_error_response: true,
		});
		const answer = await readAnswer(stream, remedies);
		if (status !== 200) {
			throw explainStatus(status, answer, remedies);
		}
		if (answer !== "1\n") {
			throw new Failure("answers SELECT 1 with something else than 1", {
				fix: remedies.network,
				definite: false,
			});
		}
		return `logged in to ${database} over HTTPS, SELECT 1 gives 1`;
	} catch (error) {
		throw signal.aborted ? error : explain(error, remedies);
	} finally {
		await client.close();
	}
}

async function readAnswer(
	stream: Readable,
	remedies: ClickhouseRemedies,
): Promise<string> {
	let answer = "";
	for await (const chunk of stream) {
		answer += String(chunk);
		if (answer.length > answerLimitBytes) {
			throw floodFailure(remedies.network);
		}
	}
	return answer;
}

type Meaning = { fact: string; fix: keyof ClickhouseRemedies };

/** Error codes of ClickHouse that trying again does not change (src/Common/ErrorCodes.cpp). */
const meanings: Record<string, Meaning> = {
	516: { fact: "the user or the password is wrong", fix: "login" },
	194: { fact: "the server wants a password and got none", fix: "login" },
	192: { fact: "the user does not exist", fix: "login" },
	193: { fact: "the password is wrong", fix: "login" },
	497: { fact: "the user may not use the database", fix: "login" },
	81: { fact: "the database does not exist", fix: "database" },
};

function explainStatus(
	status: number | undefined,
	answer: string,
	remedies: ClickhouseRemedies,
): Failure {
	const code = /Code: (\d+)/.exec(answer)?.[1];
	const meaning = code === undefined ? undefined : meanings[code];
	if (meaning !== undefined) {
		return new Failure(`${meaning.fact} (code ${code})`, {
			fix: remedies[meaning.fix],
			definite: true,
		});
	}
	const isRefused = status === 401 || status === 403;
	return new Failure(
		`answers with HTTP ${status}${code === undefined ? "" : ` and code ${code}`}`,
		{
			fix: isRefused ? remedies.login : remedies.network,
			definite: isRefused,
		},
	);
}

function explain(error: unknown, remedies: ClickhouseRemedies): unknown {
	if (error instanceof Failure) {
		return error;
	}
	const { code, message = "" } = error as NodeJS.ErrnoException;
	if (code?.startsWith("HPE_")) {
		return new Failure(`the server does not speak HTTP (${code})`, {
			fix: remedies.network,
			definite: false,
			cause: error,
		});
	}
	return (
		connectionFailure(error, remedies) ??
		(/socket hang up|aborted/i.test(message)
			? new Failure("the connection was dropped", {
					fix: remedies.network,
					definite: false,
					cause: error,
				})
			: error)
	);
}
