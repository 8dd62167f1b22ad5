/** What a command knows of the stack's resources: what is recorded, what was registered, what is gone. */
import { findOld } from "./aliases.ts";
import type { Goal, ResourceState, State } from "./state.ts";

export class Ledger {
	/** Recorded resources in order; copies, so that a preview changes nothing. */
	readonly previous: readonly ResourceState[];
	/** URNs that the program registered. */
	readonly seen = new Set<string>();
	/** URNs of what was deleted to be replaced. */
	readonly deleted = new Set<string>();

	readonly #stack: string;
	readonly #olds: ReadonlyMap<string, ResourceState>;
	readonly #news = new Map<string, ResourceState>();
	/** What was taken over into the new state, or is gone. */
	readonly #done = new Set<ResourceState>();
	readonly #renamed = new Map<string, string>();

	constructor(stack: string, state: State) {
		this.#stack = stack;
		this.previous = state.map((each) => ({ ...each }));
		this.#olds = new Map(
			this.previous
				.filter((each) => !each.delete)
				.map((each) => [each.urn, each]),
		);
	}

	/** What the stack holds now; after a preview, what it would hold. */
	get state(): State {
		const left = this.previous.filter((each) => !this.#done.has(each));
		return [...this.news, ...left];
	}

	/** What was made, changed or kept. */
	get news(): ResourceState[] {
		return [...this.#news.values()];
	}

	/** What is recorded for a goal, under its name or an earlier one. */
	find(goal: Goal): ResourceState | undefined {
		return findOld(this.#stack, goal, this.#olds, this.#renamed);
	}

	new(urn: string): ResourceState | undefined {
		return this.#news.get(urn);
	}

	/** @param old what the new state takes the place of */
	record(next: ResourceState, old: ResourceState | undefined): ResourceState {
		this.#news.set(next.urn, next);
		if (old !== undefined) this.#done.add(old);
		return next;
	}

	remove(state: ResourceState): void {
		this.#done.add(state);
	}

	/** What is left when the program has said everything: replaced, or not named any more. */
	get condemned(): ResourceState[] {
		const renamed = new Set(this.#renamed.values());
		return this.previous.filter(
			(each) =>
				!this.#done.has(each) &&
				(each.delete || !(this.seen.has(each.urn) || renamed.has(each.urn))),
		);
	}
}
