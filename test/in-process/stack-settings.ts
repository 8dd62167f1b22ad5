/** A stack's configuration, changed as `pulumi config set --path` changes it. */
import { PROJECT } from "./urn.ts";

type Container = Record<string, unknown>;

export class StackSettings {
	/** By full key, values as text or as JSON. */
	readonly all: Record<string, string>;

	constructor(all: Record<string, string>) {
		this.all = all;
	}

	/** @param path such as `rotationEpoch`, `gcp:region`, `services.auth.pinnedRevision`, `slotRetry["1"]`, `adoptedRevisions[0]` */
	set(path: string, value: unknown): void {
		const { key, steps } = parsed(path);
		if (steps.length === 0) {
			this.all[key] = asText(value);
			return;
		}
		const tree = this.#tree(key, steps[0]);
		const [parent, last] = descended(tree, steps);
		parent[last] = value;
		this.all[key] = JSON.stringify(tree);
	}

	unset(path: string): void {
		const { key, steps } = parsed(path);
		if (steps.length === 0) {
			delete this.all[key];
			return;
		}
		const tree = this.#tree(key, steps[0]);
		const [parent, last] = descended(tree, steps);
		delete parent[last];
		this.all[key] = JSON.stringify(tree);
	}

	#tree(key: string, first: Step | undefined): Container {
		const text = this.all[key];
		return text === undefined ? containerFor(first) : JSON.parse(text);
	}
}

/** A number in brackets is a place in a list, anything else a key. */
type Step = string | number;

function parsed(path: string): { key: string; steps: Step[] } {
	const [first = "", ...rest] = [
		...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g),
	].map(
		([, quoted, place, plain]): Step =>
			place === undefined ? (quoted ?? plain ?? "") : Number(place),
	);
	const name = String(first);
	return { key: name.includes(":") ? name : `${PROJECT}:${name}`, steps: rest };
}

function containerFor(step: Step | undefined): Container {
	return (typeof step === "number" ? [] : {}) as Container;
}

/** The container of the last step, made on the way where there is none. */
function descended(tree: Container, steps: Step[]): [Container, Step] {
	let parent = tree;
	for (const [index, step] of steps.slice(0, -1).entries()) {
		parent[step] ??= containerFor(steps[index + 1]);
		parent = parent[step] as Container;
	}
	return [parent, steps.at(-1) as Step];
}

/** Text as it is, anything else as JSON, as the engine hands it over. */
function asText(value: unknown): string {
	return typeof value === "string" ? value : JSON.stringify(value);
}
