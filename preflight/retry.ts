/** Tries until it succeeds, until trying again cannot help, or until the time is used up. */
import pRetry from "p-retry";
import { Failure } from "./failure.ts";

export type Patience = {
	/** For all attempts and the pauses between them. */
	budgetSeconds: number;
	/** For one attempt. */
	attemptSeconds: number;
};

/** Direct VPC egress can take a minute at the start of an instance; the last attempt begins after 120 s at most. */
export const defaultPatience: Patience = {
	budgetSeconds: 130,
	attemptSeconds: 10,
};

const firstPauseMilliseconds = 100;
const longestPauseMilliseconds = 5000;

export type Tried<T> = { attempts: number } & (
	| { result: T; failure?: never }
	| { failure: Failure; result?: never }
);

/**
 * Runs an attempt again with growing pauses, of random length, so that instances which start together do not
 * come back together.
 * @param attempt ends itself when its signal fires
 * @param silence what it means that the signal fired, where the attempt does not know better
 * @param stop ends everything at once
 */
export async function retry<T>(
	{ budgetSeconds, attemptSeconds }: Patience,
	attempt: (signal: AbortSignal) => Promise<T>,
	silence: () => Failure,
	stop: AbortSignal,
): Promise<Tried<T>> {
	let attempts = 0;
	const run = async () => {
		attempts += 1;
		const signal = AbortSignal.any([
			stop,
			AbortSignal.timeout(attemptSeconds * 1000),
		]);
		try {
			return await attempt(signal);
		} catch (error) {
			throw signal.aborted && !(error instanceof Failure) ? silence() : error;
		}
	};
	try {
		const result = await pRetry(run, {
			retries: Number.POSITIVE_INFINITY,
			maxRetryTime: Math.max(0, budgetSeconds - attemptSeconds) * 1000,
			minTimeout: firstPauseMilliseconds,
			maxTimeout: longestPauseMilliseconds,
			randomize: true,
			signal: stop,
			shouldRetry: ({ error }) => error instanceof Failure && !error.definite,
		});
		return { attempts, result };
	} catch (error) {
		if (error instanceof Failure) {
			return { attempts, failure: error };
		}
		throw error;
	}
}
