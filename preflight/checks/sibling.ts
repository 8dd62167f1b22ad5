/** Asks another service of the platform whether it is ready, on the address that the service calls. */
import {
	connectionFailure,
	type DependencyRemedies,
	Failure,
} from "../failure.ts";

/**
 * Calls a sibling's readiness.
 * @param url with the path of its startup probe
 * @throws {Failure} that says why it is not ready.
 */
export async function checkSibling(
	url: URL,
	remedies: DependencyRemedies,
	signal: AbortSignal,
): Promise<string> {
	let response: Response;
	try {
		response = await fetch(url, { signal, redirect: "manual" });
	} catch (error) {
		throw connectionFailure(error, remedies) ?? dropped(error, remedies);
	}
	await response.body?.cancel();
	if (response.status !== 200) {
		throw new Failure(`answers ${url.pathname} with HTTP ${response.status}`, {
			fix: remedies.network,
			definite: false,
		});
	}
	return `answers ${url.pathname} with HTTP 200`;
}

/** `fetch` wraps what went wrong; what has no code of the system's is a broken answer. */
function dropped(error: unknown, remedies: DependencyRemedies): unknown {
	return error instanceof TypeError && error.cause !== undefined
		? new Failure("the connection was dropped", {
				fix: remedies.network,
				definite: false,
				cause: error,
			})
		: error;
}
