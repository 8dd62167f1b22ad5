/** Executions of jobs: a container that has to end well, within the template's time. */
import { textAt } from "../../provider/values.ts";
import type { Outcome, Workload } from "../data-plane.ts";
import { type Container, describe, startContainer } from "./container.ts";
import { logFile } from "./layout.ts";
import type { Prepare } from "./revision.ts";
import type { Surroundings } from "./surroundings.ts";

/** Cloud Run's default. */
const defaultTimeoutSeconds = 600;

export class Executions {
	readonly #around: Surroundings;
	readonly #prepare: Prepare;
	readonly #running = new Map<Container, string>();
	readonly #outcomes = new Map<string, Promise<Outcome>>();

	constructor(around: Surroundings, prepare: Prepare) {
		this.#around = around;
		this.#prepare = prepare;
	}

	/** Runs the task, and again as often as the template allows. */
	run(workload: Workload): Promise<Outcome> {
		const outcome = this.#run(workload);
		this.#outcomes.set(workload.name, outcome);
		return outcome;
	}

	/** How an execution ends; undefined where nobody remembers it. */
	outcomeOf(name: string): Promise<Outcome> | undefined {
		return this.#outcomes.get(name);
	}

	async #run(workload: Workload): Promise<Outcome> {
		await this.#prepare(workload);
		const retries = Number(workload.template.maxRetries ?? 0);
		let outcome = await this.#attempt(workload, 0);
		for (let number = 1; !outcome.ok && number <= retries; number++)
			outcome = await this.#attempt(workload, number);
		return outcome;
	}

	/** Ends what a job is running. */
	async stop(project: string, job: string): Promise<void> {
		await this.#stopThose((key) => key === `${project}/${job}`);
	}

	async stopAll(): Promise<void> {
		await this.#stopThose(() => true);
	}

	async #stopThose(picks: (key: string) => boolean): Promise<void> {
		const picked = [...this.#running].filter(([, key]) => picks(key));
		await Promise.all(picked.map(([container]) => container.stop()));
	}

	async #attempt(workload: Workload, number: number): Promise<Outcome> {
		const { project, owner, name, template } = workload;
		const container = startContainer(this.#around, workload, {
			CLOUD_RUN_TASK_ATTEMPT: String(number),
		});
		this.#running.set(container, `${project}/${owner}`);
		const seconds = Number.parseFloat(textAt(template, "timeout"));
		let isLate = false;
		const timer = setTimeout(
			() => {
				isLate = true;
				void container.stop();
			},
			(seconds || defaultTimeoutSeconds) * 1000,
		);
		const ending = await container.ended;
		clearTimeout(timer);
		this.#running.delete(container);
		if (ending.code === 0 && !isLate) return { ok: true };
		const fact = isLate
			? "message: The configured timeout was reached."
			: ending.code === null
				? `message: The container ${describe(ending)}.`
				: `exit code: ${ending.code} and message: The container exited with an error.`;
		return {
			ok: false,
			message: `Task ${name}-task0 failed with ${fact} Logs: ${logFile(this.#around.layout, name)}`,
		};
	}
}
