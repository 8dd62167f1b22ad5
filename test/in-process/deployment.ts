/** One preview or update of a stack: takes goals from the program, and does what the engine would do with them. */
import { isProvider, packageOf } from "./aliases.ts";
import { type Change, changeOf, checkedInputs, Refused } from "./decision.ts";
import { dependantsToReplace, inOrderOfDeletion } from "./deletion.ts";
import { Ledger } from "./ledger.ts";
import type { Policies } from "./policies.ts";
import {
	type Config,
	type Plugins,
	providerGoal,
	providerOf,
} from "./providers.ts";
import {
	type Goal,
	type ResourceState,
	recorded,
	type State,
} from "./state.ts";
import { apply, type Message, type Step, wording } from "./step.ts";

export type DeploymentArgs = {
	stack: string;
	state: State;
	config: Config;
	plugins: Plugins;
	/** Nothing is changed, and what only the cloud can tell is unknown. */
	preview: boolean;
	policies: Policies | undefined;
};

type Perform = () => Promise<ResourceState | undefined>;

export class Deployment {
	readonly steps: Step[] = [];
	readonly messages: Message[] = [];
	/** Every goal of the program, in order. */
	readonly goals: Goal[] = [];

	readonly #args: DeploymentArgs;
	readonly #ledger: Ledger;
	readonly #providers = new Map<string, Promise<unknown>>();
	#deciding: Promise<unknown> = Promise.resolve();
	/** The engine refused something, so nothing is begun any more. */
	#stopped = false;
	#stepFailed = false;

	constructor(args: DeploymentArgs) {
		this.#args = args;
		this.#ledger = new Ledger(args.stack, args.state);
	}

	get plugins(): Plugins {
		return this.#args.plugins;
	}

	/** Whether an error was reported. */
	get failed(): boolean {
		return this.messages.some(({ severity }) => severity === "error");
	}

	/** What the stack holds now; after a preview, what it would hold. */
	get state(): State {
		return this.#ledger.state;
	}

	/**
	 * Does what a goal takes, beside others.
	 * @returns undefined where that failed: the program gets no answer then, so that what depends on it is not registered
	 */
	async register(goal: Goal): Promise<ResourceState | undefined> {
		if (goal.custom && !isProvider(goal.urn))
			await this.provider(packageOf(goal.type), goal.options.version ?? "");
		// One decision after the other: each looks at what was decided before.
		const deciding = this.#deciding.then(() => this.#decide(goal));
		this.#deciding = deciding.catch(() => {});
		try {
			const perform = await deciding;
			return await perform();
		} catch (error) {
			this.report("error", goal.urn, wording(error));
			if (error instanceof Refused) this.#stopped = true;
			else this.#stepFailed = true;
			return undefined;
		}
	}

	/** Configures the default provider of a package, once. */
	async provider(pkg: string, version: string): Promise<void> {
		const { stack, config, plugins } = this.#args;
		if (!(pkg in plugins)) return;
		const known =
			this.#providers.get(pkg) ??
			this.register(providerGoal(stack, pkg, version, config));
		this.#providers.set(pkg, known);
		await known;
	}

	/** Completes a component, or the stack. */
	setOutputs(urn: string, outputs: ResourceState["outputs"]): void {
		const state = this.#ledger.new(urn);
		if (state !== undefined) state.outputs = outputs;
	}

	report(severity: Message["severity"], urn: string, text: string): void {
		this.messages.push({ severity, urn, text });
	}

	/** After the program's last word: deletes what it no longer names, and has the whole stack judged. */
	async finish(): Promise<void> {
		if (this.#stopped || this.#stepFailed) return;
		for (const each of inOrderOfDeletion(this.#ledger.condemned))
			try {
				await this.#delete(each, each.delete ? "delete-replaced" : "delete");
			} catch (error) {
				this.report("error", each.urn, wording(error));
				this.#stepFailed = true;
				if (!(error instanceof Refused)) return;
			}
		if (this.#stepFailed || this.#args.policies === undefined) return;
		this.messages.push(
			...(await this.#args.policies.ofStack(this.#ledger.news)),
		);
	}

	async #decide(goal: Goal): Promise<Perform> {
		if (this.#stopped) return async () => undefined;
		const { plugins, preview, policies } = this.#args;
		const { seen, deleted } = this.#ledger;
		if (seen.has(goal.urn))
			throw new Refused(`Duplicate resource URN '${goal.urn}'`);
		this.goals.push(goal);
		const old = this.#ledger.find(goal);
		const isRecreated = old !== undefined && deleted.has(old.urn);
		const provider = providerOf(goal, plugins);
		const inputs = checkedInputs(goal, isRecreated ? undefined : old, provider);
		const said = (await policies?.ofResource({ ...goal, inputs })) ?? [];
		this.messages.push(...said);
		if (!preview && said.some(({ severity }) => severity === "error"))
			throw new Refused(`resource ${goal.urn} is invalid`);
		seen.add(goal.urn);
		const next = recorded(goal, inputs);
		if (old === undefined) return () => this.#make("create", next, undefined);
		if (isRecreated) return () => this.#recreate(next, old);
		const change = changeOf(goal, old, inputs, provider);
		if (change.kind === "replace") return this.#replace(next, old, change);
		return change.kind === "same"
			? async () => this.#keep(next, old)
			: () => this.#make("update", next, old, change);
	}

	#replace(next: ResourceState, old: ResourceState, change: Change): Perform {
		const { plugins, preview } = this.#args;
		if (next.options.protect && old.options.protect) {
			const refusal = isProtected(old, "replace");
			if (!preview) throw refusal;
			this.report("error", old.urn, refusal.message);
		}
		next.inputs = checkedInputs(next, undefined, providerOf(next, plugins));
		const { previous, seen, deleted } = this.#ledger;
		const condemned = change.deleteFirst
			? [...dependantsToReplace(old, previous, seen, plugins).reverse(), old]
			: [];
		for (const each of condemned) {
			if (each !== old && each.options.protect)
				throw isProtected(each, "replace");
			if (each !== old) deleted.add(each.urn);
		}
		return async () => {
			for (const each of condemned)
				if (!each.pendingReplacement) {
					await this.#delete(each, "delete-replaced");
					each.pendingReplacement = true;
				}
			return this.#recreate(next, old, change);
		};
	}

	/** Makes a resource in place of one that is gone already, or goes at the end. */
	async #recreate(
		next: ResourceState,
		old: ResourceState,
		change?: Change,
	): Promise<ResourceState> {
		this.#step("replace", next, old, change);
		const made = await this.#make("create-replacement", next, old, change);
		if (!old.pendingReplacement) old.delete = true;
		return made;
	}

	#keep(next: ResourceState, old: ResourceState): ResourceState {
		this.#step("same", next, old);
		next.id = old.id;
		next.outputs = old.outputs;
		return this.#ledger.record(next, old);
	}

	async #make(
		op: "create" | "update" | "create-replacement",
		next: ResourceState,
		old: ResourceState | undefined,
		change?: Change,
	): Promise<ResourceState> {
		this.#step(op, next, old, change);
		const { plugins, preview } = this.#args;
		const isUpdate = op === "update";
		const failure = await apply(
			next,
			isUpdate ? old : undefined,
			providerOf(next, plugins),
			preview,
		);
		const isInPlace = isUpdate || old?.pendingReplacement === true;
		this.#ledger.record(next, isInPlace ? old : undefined);
		// The engine keeps the inputs that it had, with what the provider made of the new ones.
		if (failure !== undefined && isUpdate) next.inputs = old?.inputs ?? {};
		if (failure !== undefined) throw failure;
		return next;
	}

	/** What was deleted to be replaced stays recorded until its replacement is made. */
	async #delete(
		state: ResourceState,
		op: "delete" | "delete-replaced",
	): Promise<void> {
		this.#step(op, undefined, state);
		const { plugins, preview } = this.#args;
		const { urn, type, name, id, outputs, options } = state;
		if (op === "delete" && options.protect) throw isProtected(state, "delete");
		if (!preview && !options.retainOnDelete && !state.pendingReplacement)
			await providerOf(state, plugins)?.delete({
				urn,
				type,
				name,
				id,
				olds: outputs,
			});
		if (op === "delete" || state.delete || state.pendingReplacement)
			this.#ledger.remove(state);
	}

	#step(
		op: Step["op"],
		next: ResourceState | undefined,
		old: ResourceState | undefined,
		change?: Change,
	): void {
		this.steps.push({
			op,
			urn: (next ?? old)?.urn ?? "",
			keys: change?.keys ?? [],
			replaceKeys: change?.replaceKeys ?? [],
			...(old && { old }),
			...(next && { next }),
		});
	}
}

/** The engine's words for a resource that is protected. */
function isProtected(
	{ urn }: ResourceState,
	deed: "delete" | "replace",
): Refused {
	return new Refused(
		deed === "replace"
			? `unable to replace resource "${urn}"\nas it is currently marked for protection. To unprotect the resource, remove the \`protect\` flag from the resource in your Pulumi program and run \`pulumi up\``
			: `resource "${urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, either remove the \`protect\` flag from the resource in your Pulumi program and run \`pulumi up\`, or use the command:\n\`pulumi state unprotect ${JSON.stringify(urn)}\``,
	);
}
