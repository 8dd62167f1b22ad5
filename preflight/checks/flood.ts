/** Guards against a server that sends without end where an answer of a few bytes is due. */
import { Failure } from "../failure.ts";

/** What a socket and TLS around one have in common. */
type Connection = { bytesRead?: number; destroy: (error: Error) => unknown };

const answerLimitBytes = 1024 * 1024;
const lookEveryMilliseconds = 20;

/**
 * Breaks a connection off once it has received more than any answer needs.
 * @param socket the connection as it is now: a driver puts TLS around it on the way
 * @returns a function that ends the watch
 */
export function guardAgainstFlood(
	socket: () => Connection | undefined,
	fix: string,
): () => void {
	const timer = setInterval(() => {
		const current = socket();
		if ((current?.bytesRead ?? 0) > answerLimitBytes) {
			current?.destroy(floodFailure(fix));
		}
	}, lookEveryMilliseconds);
	timer.unref();
	return () => clearInterval(timer);
}

/** What it means that a server sends without end. */
export function floodFailure(fix: string): Failure {
	return new Failure("the server sends more than any answer needs", {
		fix,
		definite: false,
	});
}
