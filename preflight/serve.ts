/** Answers health probes: alive as long as the process is, ready while every dependency is. */
import { createServer, type ServerResponse } from "node:http";
import type { Checklist } from "../contract/checklist.ts";
import type { Check } from "./checks/plan.ts";
import type { Outcome } from "./outcome.ts";
import type { Patience } from "./retry.ts";
import { runCheck } from "./run.ts";

/** Probes come every few seconds, from several places: they share an answer for so long. */
const freshForMilliseconds = 5000;

type DependencyState = { name: string; state: "pending" | Outcome["state"] };

/**
 * Serves until SIGTERM or SIGINT. At the start the checks have their whole budget; after that, readiness is looked
 * at anew when somebody asks, with one attempt.
 */
export async function serve(options: {
	checklist: Checklist;
	variables: NodeJS.ProcessEnv;
	/** The address to listen on. @default every one, as Cloud Run's contract for containers asks */
	address: string | undefined;
	checks: Check[];
	patience: Patience;
	print: (outcome: Outcome) => void;
}): Promise<void> {
	const { checklist, variables, address, checks, patience, print } = options;
	const { port: ownPort, startupPath, livenessPath } = checklist.answers;
	const stop = new AbortController();
	const readiness = new Readiness(checks, patience, stop.signal, print);
	const readyPaths = new Set(["/health/ready", startupPath]);
	// A service may have one path for both: then it stands for readiness, which includes being alive.
	const livePaths = new Set(["/health/live", livenessPath]);
	const server = createServer(async (request, response) => {
		const path = request.url?.split("?")[0] ?? "";
		if (readyPaths.has(path)) {
			const dependencies = await readiness.look();
			const isReady = dependencies.every(({ state }) => state === "passed");
			answer(response, isReady ? 200 : 503, {
				status: isReady ? "ready" : "not ready",
				dependencies,
			});
		} else if (livePaths.has(path)) {
			answer(response, 200, { status: "alive" });
		} else {
			answer(response, 404, { status: "not found" });
		}
	});
	const port = Number(variables.PORT ?? ownPort);
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen({ port, host: address }, resolve);
	});
	readiness.start();
	await new Promise<void>((resolve) => {
		process.once("SIGTERM", () => resolve());
		process.once("SIGINT", () => resolve());
	});
	stop.abort();
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
}

function answer(response: ServerResponse, status: number, body: object): void {
	response
		.writeHead(status, { "content-type": "application/json" })
		.end(JSON.stringify(body));
}

class Readiness {
	readonly #checks: Check[];
	readonly #patience: Patience;
	readonly #stop: AbortSignal;
	readonly #print: (outcome: Outcome) => void;
	readonly #states: Map<string, DependencyState["state"]>;
	#starting = true;
	#lookedAt = 0;
	#looking: Promise<void> | undefined;

	constructor(
		checks: Check[],
		patience: Patience,
		stop: AbortSignal,
		print: (outcome: Outcome) => void,
	) {
		this.#checks = checks;
		this.#patience = patience;
		this.#stop = stop;
		this.#print = print;
		this.#states = new Map(checks.map(({ name }) => [name, "pending"]));
	}

	/** Begins the first checks, which may take their whole budget. */
	start(): void {
		void this.#run(this.#patience).then(() => {
			this.#starting = false;
		});
	}

	/** The state of each dependency, at most a few seconds old. */
	async look(): Promise<DependencyState[]> {
		const age = performance.now() - this.#lookedAt;
		if (!this.#starting && age > freshForMilliseconds) {
			const { attemptSeconds } = this.#patience;
			this.#looking ??= this.#run({
				attemptSeconds,
				budgetSeconds: attemptSeconds,
			}).finally(() => {
				this.#looking = undefined;
			});
			await this.#looking;
		}
		return [...this.#states].map(([name, state]) => ({ name, state }));
	}

	async #run(patience: Patience): Promise<void> {
		await Promise.all(
			this.#checks.map(async (check) => {
				const outcomes = await runCheck(check, patience, this.#stop).catch(
					(error) => {
						// A shutdown interrupts checks; that is no finding.
						if (this.#stop.aborted) {
							return [];
						}
						throw error;
					},
				);
				for (const outcome of outcomes) {
					this.#note(check.name, outcome);
				}
			}),
		);
		this.#lookedAt = performance.now();
	}

	/** Says what changed: probes would otherwise fill the log. */
	#note(name: string, outcome: Outcome): void {
		const before = this.#states.get(name);
		if (outcome.state === "warning") {
			if (this.#starting) {
				this.#print(outcome);
			}
			return;
		}
		this.#states.set(name, outcome.state);
		if (before !== outcome.state) {
			this.#print(outcome);
		}
	}
}
