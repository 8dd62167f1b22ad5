/** A revision: one instance of its container, probed as the template says and started again when it fails. */
import { setTimeout as sleep } from "node:timers/promises";
import { blocksAt, textAt } from "../../provider/values.ts";
import { freePort } from "../../servers/child-process.ts";
import type { Outcome, Workload } from "../data-plane.ts";
import { type Container, describe, startContainer } from "./container.ts";
import { logFile } from "./layout.ts";
import { attempt, type Probe, probeIn } from "./probe.ts";
import type { Surroundings } from "./surroundings.ts";

export type RevisionState = "starting" | "ready" | "failed" | "stopped";

/** Whatever a container needs beside its process. */
export type Prepare = (workload: Workload) => Promise<void>;

const shortLifeMilliseconds = 10_000;
const longestPauseMilliseconds = 10_000;

export class Revision {
	readonly workload: Workload;
	state: RevisionState = "starting";
	/** Why it failed. */
	message = "";
	/** Requests that it is answering. */
	inFlight = 0;
	readonly #around: Surroundings;
	readonly #prepare: Prepare;
	readonly #stop = new AbortController();
	#container: Container | undefined;
	/** Of an instance that passed its startup probe and lives. */
	port: number | undefined;
	#started: Promise<Outcome> | undefined;

	constructor(around: Surroundings, prepare: Prepare, workload: Workload) {
		this.#around = around;
		this.#prepare = prepare;
		this.workload = workload;
	}

	/** Starts the first instance and waits for its startup probe. The same promise for every caller. */
	start(): Promise<Outcome> {
		this.#started ??= this.#firstLaunch();
		return this.#started;
	}

	async #firstLaunch(): Promise<Outcome> {
		try {
			const outcome = await this.#launch();
			if (outcome.ok) void this.#keepAlive();
			else this.#fail(outcome.message);
			return outcome;
		} catch (error) {
			this.#fail((error as Error).message);
			throw error;
		}
	}

	#fail(message: string): void {
		this.state = "failed";
		this.message = message;
	}

	/** Starts an instance until one lives: the revision was ready once. */
	resume(): void {
		this.#started = Promise.resolve({ ok: true });
		void this.#keepAlive();
	}

	/** SIGTERM, ten seconds, SIGKILL. */
	async stop(): Promise<void> {
		this.#stop.abort();
		this.port = undefined;
		if (this.state !== "failed") this.state = "stopped";
		await this.#container?.stop();
	}

	async #launch(): Promise<Outcome> {
		const { workload } = this;
		const startup = probeIn(workload.template, "startupProbe");
		await this.#prepare(workload);
		const port = await freePort();
		if (this.#stop.signal.aborted) return failure(workload, "was stopped");
		const container = startContainer(this.#around, workload, {
			PORT: String(port),
		});
		this.#container = container;
		const ended = container.ended.then(describe);
		const outcome = await Promise.race([
			ended,
			startup === undefined
				? undefined
				: startsUp(startup, port, this.#stop.signal),
		]);
		if (outcome !== undefined) {
			container.kill();
			await container.ended;
			return failure(workload, outcome, this.#log);
		}
		this.state = "ready";
		this.port = port;
		return { ok: true };
	}

	/** Restarts the instance whenever it ends or its liveness probe fails; waits longer each time it lives shortly. */
	async #keepAlive(): Promise<void> {
		let pause = 0;
		while (!this.#stop.signal.aborted) {
			const since = Date.now();
			if (this.port !== undefined) await this.#life(this.port);
			if (this.#stop.signal.aborted) return;
			const livedShortly = Date.now() - since < shortLifeMilliseconds;
			await sleep(pause);
			pause = livedShortly
				? Math.min(longestPauseMilliseconds, pause * 2 || 250)
				: 0;
			this.state = "starting";
			await this.#relaunch();
		}
	}

	async #relaunch(): Promise<void> {
		const outcome = await this.#launch().catch((error: Error) => ({
			ok: false as const,
			message: error.message,
		}));
		if (!outcome.ok && !this.#stop.signal.aborted)
			this.#around.note(`${this.workload.name}: ${outcome.message}`);
	}

	/** Resolves when the instance is no longer fit to serve; it has ended then. */
	async #life(port: number): Promise<void> {
		const container = this.#container;
		const over = new AbortController();
		const signal = AbortSignal.any([over.signal, this.#stop.signal]);
		const liveness = probeIn(this.workload.template, "livenessProbe");
		const reason = await Promise.race([
			container?.ended.then(describe),
			...(liveness === undefined ? [] : [dies(liveness, port, signal)]),
		]);
		over.abort();
		this.port = undefined;
		if (this.#stop.signal.aborted) return;
		this.#around.note(`${this.workload.name}: ${reason}; it starts again`);
		container?.kill();
		await container?.ended;
	}

	get #log(): string {
		return logFile(this.#around.layout, this.workload.name);
	}
}

const pause = (seconds: number, signal: AbortSignal) =>
	sleep(seconds * 1000, undefined, { signal }).catch(() => {});

/** Probes within the declared budget; undefined as soon as one attempt passes, otherwise what happened. */
async function startsUp(
	probe: Probe,
	port: number,
	stop: AbortSignal,
): Promise<string | undefined> {
	await pause(probe.initialDelaySeconds, stop);
	for (let failures = 0; !stop.aborted; ) {
		const began = Date.now();
		if (await attempt(probe, port, stop)) return undefined;
		failures += 1;
		if (failures >= probe.failureThreshold)
			return `failed its startup probe ${failures} times`;
		await pause(probe.periodSeconds - (Date.now() - began) / 1000, stop);
	}
	return "was stopped";
}

/** Resolves when so many attempts in a row have failed as the probe declares. */
async function dies(
	probe: Probe,
	port: number,
	stop: AbortSignal,
): Promise<string> {
	await pause(probe.initialDelaySeconds, stop);
	for (let failures = 0; !stop.aborted; ) {
		const began = Date.now();
		failures = (await attempt(probe, port, stop)) ? 0 : failures + 1;
		if (failures >= probe.failureThreshold)
			return `failed its liveness probe ${failures} times in a row`;
		await pause(probe.periodSeconds - (Date.now() - began) / 1000, stop);
	}
	return "was stopped";
}

/** Cloud Run's words for either way to fail, with what it would say in the log. */
function failure({ template }: Workload, what: string, log = ""): Outcome {
	const [container] = blocksAt(template, "containers");
	const port = textAt(container, "ports.containerPort") || "8080";
	const fact = what.startsWith("failed its startup probe")
		? "The user-provided container failed the configured startup probe checks."
		: `The user-provided container failed to start and listen on the port defined provided by the PORT=${port} environment variable within the allocated timeout. This can happen when the container port is misconfigured or if the timeout is too short.`;
	return {
		ok: false,
		message: `${fact} The container ${what}. Logs for this revision might contain more information: ${log}`,
	};
}
