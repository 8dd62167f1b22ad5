/**
 * The engine's part in a test, without the engine: runs a program against the stand-in's own providers in this process. What
 * only the real engine can show (locks, plugins, killed processes, its output) is tested with `test/e2e/checkout.ts`;
 * `in-process.test.ts` compares the two.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Inputs } from "@pulumi/pulumi";
import type { DataPlane } from "../../local/plane/data-plane.ts";
import { SimulatedPlane } from "../../local/plane/simulated.ts";
import {
	type Properties,
	plainProperties,
} from "../../local/provider/values.ts";
import { RandomProvider } from "../../local/random/provider.ts";
import { type Answer, startCommand } from "../e2e/checkout.ts";
import type { JudgeOptions } from "../policies/engine.ts";
import { Deployment } from "./deployment.ts";
import { packPolicies } from "./policies.ts";
import { refreshed } from "./refresh.ts";
import { RestAnswers } from "./rest-answers.ts";
import { type Run, runOf } from "./run.ts";
import { runProgram } from "./run-program.ts";
import { StackSettings } from "./stack-settings.ts";
import { StackState } from "./stack-state.ts";

export type { Run } from "./run.ts";

export type Program = () => Promise<Inputs>;

export type InProcessOptions = {
	stack: string;
	/** Full keys, values as the engine hands them to the program. */
	config: Record<string, string>;
	/** The full keys whose values are encrypted. */
	secretKeys?: readonly string[];
	/** The stand-in's folder. @default a new one, which {@link InProcess.remove} takes away */
	directory?: string;
	/** @default the empty one */
	state?: StackState;
	/** What stands behind the cloud's databases and services. @default nothing that runs */
	plane?: DataPlane;
	/** How the policy pack judges previews and updates. @default not at all */
	policies?: JudgeOptions;
};

/** What a command does besides. */
export type RunOptions = {
	/** Takes over what the cloud holds first, as `--refresh` does. */
	refresh?: boolean;
};

export class InProcess {
	readonly directory: string;
	readonly stack: string;
	/** What the program is configured with. */
	readonly config: Record<string, string>;
	readonly secretKeys: readonly string[];
	/** What the stack remembers. */
	state: StackState;

	readonly #program: Program;
	readonly #settings: StackSettings;
	readonly #plane: DataPlane | undefined;
	readonly #policies: JudgeOptions | undefined;
	readonly #rest: RestAnswers;

	constructor(program: Program, options: InProcessOptions) {
		this.#program = program;
		this.stack = options.stack;
		this.config = { ...options.config };
		this.#settings = new StackSettings(this.config);
		this.secretKeys = options.secretKeys ?? [];
		this.state = options.state ?? new StackState([]);
		this.#plane = options.plane;
		this.#policies = options.policies;
		this.directory =
			options.directory ?? mkdtempSync(join(tmpdir(), "netra-in-process-"));
		this.#rest = new RestAnswers(this.directory);
	}

	/** The stand-in's folder, as a checkout calls it. */
	get stateFolder(): string {
		return this.directory;
	}

	/** Sets what a path names, as `pulumi config set --path` does: `rotationEpoch`, `services.auth.pinnedRevision`, `slotRetry["1"]`. */
	set(path: string, value: unknown): void {
		this.#settings.set(path, value);
	}

	unset(path: string): void {
		this.#settings.unset(path);
	}

	/** Plans an update; nothing changes. */
	preview({ refresh = false }: RunOptions = {}): Promise<Run> {
		return this.#run(true, refresh);
	}

	/** Updates the stack, without a preview before. */
	up({ refresh = false }: RunOptions = {}): Promise<Run> {
		return this.#run(false, refresh);
	}

	/** Brings the state in line with the cloud. */
	async refresh(): Promise<void> {
		this.state = new StackState(
			await refreshed(this.state.all, await this.#plugins()),
		);
	}

	/** Deletes every resource, what depends on others first; none where one is protected, as after a preview that fails. */
	async destroy(): Promise<Run> {
		// The engine lets no policies judge what it destroys.
		const planned = await this.#deployment(true, this.state, undefined);
		await planned.finish();
		if (planned.failed) return runOf(planned);
		const deployment = await this.#deployment(false, this.state, undefined);
		await deployment.finish();
		this.state = new StackState(deployment.state);
		return runOf(deployment);
	}

	/** Runs a command of the project beside it, such as the stand-in's gcloud. */
	run(command: string, ...args: string[]): Promise<Answer> {
		return startCommand(
			resolve(import.meta.dirname, "../.."),
			[command, ...args],
			{
				NETRA_LOCAL_DIR: this.directory,
				...(this.#plane === undefined && { NETRA_LOCAL_PLANE: "simulated" }),
			},
		).answer;
	}

	/** Takes the stand-in's folder away, and stops its answers. */
	remove(): void {
		this.#rest.close();
		rmSync(this.directory, { recursive: true, force: true });
	}

	async #run(preview: boolean, refresh: boolean): Promise<Run> {
		if (refresh && !preview) await this.refresh();
		const state =
			refresh && preview
				? new StackState(await refreshed(this.state.all, await this.#plugins()))
				: this.state;
		const deployment = await this.#deployment(preview, state, this.#policies);
		await runProgram(this.#program, deployment, {
			stack: this.stack,
			config: { ...this.config, ...this.#rest.endpoints },
			secretKeys: this.secretKeys,
			preview,
			builtin: (token, args) => this.#builtin(token, args),
		});
		if (!deployment.failed) await deployment.finish();
		if (!preview) this.state = new StackState(deployment.state);
		return runOf(deployment);
	}

	async #deployment(
		preview: boolean,
		state: StackState,
		judging: JudgeOptions | undefined,
	): Promise<Deployment> {
		const { stack, config } = this;
		return new Deployment({
			stack,
			state: state.all,
			config,
			plugins: await this.#plugins(),
			preview,
			policies: judging && packPolicies(stack, config, preview, judging),
		});
	}

	/** A command starts its plugins anew. */
	async #plugins() {
		const gcp = await this.#rest.provider(this.#plane ?? new SimulatedPlane());
		gcp.configure({
			project: this.config["gcp:project"] ?? "",
			region: this.config["gcp:region"] ?? "",
		});
		return { gcp, random: new RandomProvider() };
	}

	/** What the engine's own provider answers: outputs that the last command recorded. */
	#builtin(token: string, args: Properties): Properties {
		if (token !== "pulumi:pulumi:readStackResourceOutputs")
			throw new Error(`unrecognized function name: '${token}'`);
		const outputs = this.state.all
			.filter((each) => !each.delete)
			.map(({ urn, type, outputs }) => [urn, { type, outputs }]);
		return {
			name: args.stackName ?? this.stack,
			outputs: Object.fromEntries(outputs),
		};
	}
}

/**
 * The result of a command that must succeed.
 * @throws {Error} with its messages otherwise
 */
export async function succeeded(running: Promise<Run>): Promise<Run> {
	const run = await running;
	if (!run.ok) throw new Error(run.messages.join("\n"));
	return run;
}

/** The value of an output. */
export function outputOf(run: Run, key: string): unknown {
	return plainProperties(run.outputs)[key];
}
