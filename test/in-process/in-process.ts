/**
 * The engine's part in a test, without the engine: runs a program against the stand-in's own providers in this process. What
 * only the real engine can show (locks, plugins, killed processes, its output) is tested with `test/e2e/checkout.ts`;
 * `in-process.test.ts` compares the two.
 */
import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GcpProvider } from "../../local/gcp/provider.ts";
import { SimulatedPlane } from "../../local/plane/simulated.ts";
import type { Provider } from "../../local/provider/core.ts";
import {
	type Properties,
	plainProperties,
	Secret,
} from "../../local/provider/values.ts";
import { RandomProvider } from "../../local/random/provider.ts";
import { serveRest } from "../../local/rest/server.ts";
import { type ProgramRun, runProgram } from "./monitor.ts";
import { marked, type Registration } from "./registration.ts";
import { emptyState, type Recorded, type State } from "./state.ts";
import { type Step, StepFailure, takenAlong, takeStep } from "./steps.ts";

/** The program shows it to the REST answers. */
const accessToken = "in-process";

/** How a preview or an update ended. */
export type Run = {
	/** Every step in the order in which it was taken, the ones that change nothing included. */
	steps: Step[];
	registrations: Registration[];
	/** The stack's outputs; empty after a failure. */
	outputs: Properties;
	/** What the program said, and why the run failed. */
	messages: string[];
	ok: boolean;
};

export type Program = () => Promise<Record<string, unknown>>;

export type InProcessOptions = {
	stack: string;
	project?: string;
	/** Full keys, values as the engine hands them to the program. */
	config: Record<string, string>;
	/** The full keys whose values are encrypted. */
	secretKeys?: readonly string[];
	/** The stand-in's folder. @default a new one, which {@link InProcess.remove} takes away */
	directory?: string;
	/** @default the empty one */
	state?: State;
};

export class InProcess {
	readonly directory: string;
	readonly stack: string;
	readonly project: string;
	/** What the program is configured with; a test may change it between runs. */
	config: Record<string, string>;
	readonly secretKeys: readonly string[];
	state: State;
	readonly #program: Program;
	/** What the REST APIs answer from. */
	#served: GcpProvider | undefined;
	#rest: Server | undefined;

	constructor(program: Program, options: InProcessOptions) {
		this.#program = program;
		this.stack = options.stack;
		this.project = options.project ?? "netra-platform";
		this.config = options.config;
		this.secretKeys = options.secretKeys ?? [];
		this.state = options.state ?? emptyState();
		this.directory =
			options.directory ?? mkdtempSync(join(tmpdir(), "netra-in-process-"));
	}

	/** Sets a key of the project's own configuration; an object is handed over as JSON. */
	set(key: string, value: unknown): void {
		this.config = {
			...this.config,
			[`${this.project}:${key}`]:
				typeof value === "string" ? value : JSON.stringify(value),
		};
	}

	unset(key: string): void {
		const { [`${this.project}:${key}`]: _, ...rest } = this.config;
		this.config = rest;
	}

	/** Plans an update; nothing changes. */
	preview(): Promise<Run> {
		return this.#run(true, copyOf(this.state));
	}

	/** Updates the stack. */
	up(): Promise<Run> {
		return this.#run(false, this.state);
	}

	/** Brings the state in line with the cloud, as `--refresh` does before an update. */
	async refresh(): Promise<void> {
		const providers = this.#providers();
		for (const [urn, each] of this.state.resources) {
			if (!each.custom) continue;
			const { type, name, id, inputs, outputs } = each;
			const found = await providers(type).read({
				urn,
				type,
				name,
				id,
				inputs,
				state: outputs,
			});
			if (found === undefined) {
				this.state.resources.delete(urn);
			} else {
				this.state.resources.set(urn, {
					...each,
					id: found.id,
					inputs: plainProperties(found.inputs),
					outputs: plainProperties(found.outputs),
				});
			}
		}
	}

	/** Deletes every resource, the last one first. */
	async destroy(): Promise<void> {
		const providers = this.#providers();
		for (const each of [...this.state.resources.values()].reverse()) {
			if (each.protect)
				throw new StepFailure(
					each.urn,
					`resource "${each.urn}" cannot be deleted`,
				);
			await remove(each, providers);
			this.state.resources.delete(each.urn);
		}
	}

	/** Takes the stand-in's folder away, and stops its answers. */
	remove(): void {
		this.#rest?.close();
		this.#rest?.closeAllConnections();
		rmSync(this.directory, { recursive: true, force: true });
	}

	#providers(gcp = this.#gcp()): (type: string) => Provider {
		const random = new RandomProvider();
		return (type) => (type.startsWith("random:") ? random : gcp);
	}

	#gcp(): GcpProvider {
		const gcp = new GcpProvider({
			directory: this.directory,
			plane: new SimulatedPlane(),
			accessToken,
		});
		gcp.configure({
			project: this.config["gcp:project"] ?? "",
			region: this.config["gcp:region"] ?? "",
		});
		return gcp;
	}

	async #run(preview: boolean, state: State): Promise<Run> {
		const gcp = this.#gcp();
		const update = new Update(state, this.#providers(gcp), preview, this.stack);
		this.#served = gcp;
		this.#rest ??= await serveRest(0, {
			token: accessToken,
			answer: (request) => (this.#served ?? gcp).answer(request),
		});
		const { port } = this.#rest.address() as AddressInfo;
		const config = {
			...this.config,
			"gcp:cloudRunV2CustomEndpoint": `http://127.0.0.1:${port}/v2/`,
			"gcp:secretManagerCustomEndpoint": `http://127.0.0.1:${port}/v1/`,
		};
		const run = await update.follow((engine) =>
			runProgram({ ...this, config, preview }, engine, this.#program),
		);
		if (run.ok) state.outputs = run.outputs;
		return run;
	}
}

/** A preview or an update while it runs. */
class Update {
	readonly #state: State;
	readonly #providers: (type: string) => Provider;
	readonly #preview: boolean;
	readonly #stack: string;
	readonly #seen = new Set<string>();
	readonly #deleted = new Set<string>();
	readonly #steps: Step[] = [];
	readonly #registrations: Registration[] = [];
	readonly #failures: StepFailure[] = [];
	#busy = 0;
	#idle: (() => void) | undefined;

	constructor(
		state: State,
		providers: (type: string) => Provider,
		preview: boolean,
		stack: string,
	) {
		this.#state = state;
		this.#providers = providers;
		this.#preview = preview;
		this.#stack = stack;
	}

	async follow(
		start: (engine: {
			register: Update["register"];
			invoke: Update["invoke"];
		}) => Promise<ProgramRun>,
	): Promise<Run> {
		const failed = new Promise<undefined>((resolve) => {
			this.#idle = () => resolve(undefined);
		});
		let messages: string[] = [];
		let outputs: Properties = {};
		let ok = false;
		try {
			const ended = await Promise.race([
				start({
					register: (registration) => this.register(registration),
					invoke: (token, args) => this.invoke(token, args),
				}),
				failed,
			]);
			messages = ended?.logs ?? [];
			if (ended !== undefined && this.#failures.length === 0) {
				await this.#deleteWhatIsGone();
				outputs = plainProperties(ended.outputs);
				ok = true;
			}
		} catch (error) {
			if (!(error instanceof Error)) throw error;
			messages.push(error.message);
		}
		return {
			steps: this.#steps,
			registrations: this.#registrations,
			outputs,
			messages: [...messages, ...this.#failures.map(({ message }) => message)],
			ok,
		};
	}

	async register(
		registration: Registration,
	): Promise<{ id: string; outputs: Properties }> {
		const { urn, type, custom, inputs } = registration;
		if (this.#failures.length > 0) return unanswered();
		this.#registrations.push(registration);
		this.#seen.add(urn);
		if (!custom) {
			this.#recordComponent(registration);
			return { id: "", outputs: inputs };
		}
		this.#busy += 1;
		try {
			const { step, recorded } = await takeStep({
				registration,
				provider: this.#providers(type),
				state: this.#state,
				preview: this.#preview,
				deleted: this.#deleted.has(urn),
				deleteFirst: (old) => this.#deleteFirst(old),
			});
			this.#steps.push(step);
			return {
				id: recorded.id,
				outputs: marked(recorded.outputs, recorded.secrets),
			};
		} catch (error) {
			if (!(error instanceof StepFailure)) throw error;
			this.#failures.push(error);
			return unanswered();
		} finally {
			this.#busy -= 1;
			if (this.#failures.length > 0 && this.#busy === 0) {
				// What is under way may ask for one thing more.
				setTimeout(() => this.#busy === 0 && this.#idle?.(), 0);
			}
		}
	}

	async invoke(token: string, args: Properties): Promise<Properties> {
		if (token !== "pulumi:pulumi:readStackResourceOutputs") {
			return this.#providers(token).invoke(token, plainProperties(args));
		}
		const entries = [...this.#state.resources.values()].map((each) => [
			each.urn,
			{ type: each.type, outputs: marked(each.outputs, each.secrets) },
		]);
		return {
			name: args.stackName ?? this.#stack,
			outputs: Object.fromEntries(entries),
		};
	}

	#recordComponent(registration: Registration): void {
		const { inputs, options: _, ...rest } = registration;
		this.#state.resources.delete(rest.urn);
		this.#state.resources.set(rest.urn, {
			...rest,
			id: "",
			inputs: plainProperties(inputs),
			outputs: {},
			secrets: [],
			protect: false,
			retainOnDelete: false,
			failed: false,
		});
	}

	async #deleteFirst(old: Recorded): Promise<void> {
		for (const each of [
			...takenAlong(old, this.#state, this.#providers),
			old,
		]) {
			await this.#delete(each);
			this.#state.resources.delete(each.urn);
			this.#deleted.add(each.urn);
		}
	}

	async #deleteWhatIsGone(): Promise<void> {
		const gone = [...this.#state.resources.values()]
			.filter(({ urn }) => !this.#seen.has(urn))
			.reverse();
		const kept = gone.find(({ protect }) => protect);
		if (kept !== undefined) {
			throw new StepFailure(
				kept.urn,
				`resource "${kept.urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, either remove the \`protect\` flag from the resource in your Pulumi program and run \`pulumi up\`, or use the command:\n\`pulumi state unprotect '${kept.urn}'\``,
			);
		}
		for (const each of [...this.#state.pendingDeletes].reverse()) {
			await this.#delete(each);
		}
		this.#state.pendingDeletes = [];
		for (const each of gone) {
			if (each.custom)
				this.#steps.push({ op: "delete", urn: each.urn, keys: [] });
			await this.#delete(each);
			this.#state.resources.delete(each.urn);
		}
	}

	async #delete(each: Recorded): Promise<void> {
		if (!this.#preview) await remove(each, this.#providers);
	}
}

async function remove(
	each: Recorded,
	providers: (type: string) => Provider,
): Promise<void> {
	if (!each.custom || each.retainOnDelete) return;
	const { urn, type, name, id, outputs } = each;
	try {
		await providers(type).delete({ urn, type, name, id, olds: outputs });
	} catch (error) {
		throw new StepFailure(urn, (error as Error).message);
	}
}

const copyOf = ({ resources, pendingDeletes, outputs }: State): State => ({
	resources: new Map(resources),
	pendingDeletes: [...pendingDeletes],
	outputs,
});

/** The engine answers nobody any more once the update has failed. */
const unanswered = (): Promise<never> => new Promise(() => {});

/** The value of an output, whether secret or not. */
export function outputOf(run: Run, key: string): unknown {
	const value = run.outputs[key];
	return value instanceof Secret ? value.value : value;
}
