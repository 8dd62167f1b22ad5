/** Startup and liveness probes, as a template declares them. */
import { request } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudError } from "../../provider/core.ts";
import {
	blocksAt,
	isObject,
	type Properties,
	textAt,
} from "../../provider/values.ts";

export type Probe = {
	/** What to ask for; without it a connection is enough. */
	http?: { path: string; headers: Record<string, string> };
	initialDelaySeconds: number;
	periodSeconds: number;
	timeoutSeconds: number;
	failureThreshold: number;
};

const pauseMilliseconds = 50;

/**
 * A probe of the first container; undefined where it has none. Cloud Run's defaults: every 10 s, 1 s, 3 failures.
 * @throws {CloudError} for gRPC, which the stand-in does not speak.
 */
export function probeIn(
	template: Properties,
	which: "startupProbe" | "livenessProbe",
): Probe | undefined {
	const [container] = blocksAt(template, "containers");
	const declared = container?.[which];
	if (!isObject(declared)) return undefined;
	if (isObject(declared.grpc))
		throw new CloudError(
			`${which}: the stand-in calls HTTP and TCP probes only, no gRPC`,
		);
	const number = (key: string, byDefault: number) =>
		Number(declared[key] || byDefault);
	return {
		...(isObject(declared.httpGet)
			? {
					http: {
						path: textAt(declared.httpGet, "path") || "/",
						headers: Object.fromEntries(
							blocksAt(declared.httpGet, "httpHeaders").map((header) => [
								textAt(header, "name"),
								textAt(header, "value"),
							]),
						),
					},
				}
			: {}),
		initialDelaySeconds: number("initialDelaySeconds", 0),
		periodSeconds: number("periodSeconds", 10),
		timeoutSeconds: number("timeoutSeconds", 1),
		failureThreshold: number("failureThreshold", 3),
	};
}

/** One attempt. A port that nobody listens on yet is waited for until the probe's time is over. */
export async function attempt(
	probe: Probe,
	port: number,
	stop: AbortSignal,
): Promise<boolean> {
	const signal = AbortSignal.any([
		stop,
		AbortSignal.timeout(probe.timeoutSeconds * 1000),
	]);
	while (!signal.aborted) {
		const answer = await (probe.http === undefined
			? tryTcp(port, signal)
			: tryHttp(probe.http, port, signal));
		if (answer !== "refused") return answer;
		await sleep(pauseMilliseconds);
	}
	return false;
}

type Answer = boolean | "refused";

const failed = (error: NodeJS.ErrnoException): Answer =>
	error.code === "ECONNREFUSED" ? "refused" : false;

function tryHttp(
	{ path, headers }: NonNullable<Probe["http"]>,
	port: number,
	signal: AbortSignal,
): Promise<Answer> {
	return new Promise((resolve) => {
		request({ host: "127.0.0.1", port, path, headers, agent: false, signal })
			.once("response", (response) => {
				const { statusCode = 0 } = response;
				response.on("error", () => {}).resume();
				resolve(statusCode >= 200 && statusCode < 400);
			})
			.once("error", (error) => resolve(failed(error)))
			.end();
	});
}

function tryTcp(port: number, signal: AbortSignal): Promise<Answer> {
	return new Promise((resolve) => {
		const socket = connect({ host: "127.0.0.1", port, signal });
		socket.once("connect", () => {
			socket.destroy();
			resolve(true);
		});
		socket.once("error", (error) => resolve(failed(error)));
	});
}
