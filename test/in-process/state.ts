/** What a stack remembers between commands. */
import type { Properties } from "../../local/provider/values.ts";

/** What the program asks for with one resource. */
export type Goal = {
	urn: string;
	type: string;
	name: string;
	custom: boolean;
	/** URN of the parent; empty for the stack itself and for providers. */
	parent: string;
	inputs: Properties;
	dependencies: string[];
	propertyDependencies: Record<string, string[]>;
	options: Options;
};

/** Resource options, as the SDK sends them; what is not given is left out. */
export type Options = {
	protect?: boolean;
	retainOnDelete?: boolean;
	deleteBeforeReplace?: boolean;
	ignoreChanges?: string[];
	replaceOnChanges?: string[];
	additionalSecretOutputs?: string[];
	/** URNs, or what differs from the resource's own. */
	aliases?: Alias[];
	deletedWith?: string;
	import?: string;
	version?: string;
};

export type Alias =
	| { urn: string }
	| { name?: string; type?: string; parent?: string; noParent?: boolean };

/** A resource of the last command. */
export type ResourceState = Goal & {
	id: string;
	outputs: Properties;
	/** Why its creation or its last change failed, although it is recorded. */
	initErrors: string[];
	/** It was replaced, and is still to be deleted. */
	delete: boolean;
	/** It was deleted to be replaced, and the replacement is still to be made. */
	pendingReplacement: boolean;
};

/** The resources of a stack: what one depends on comes before it. */
export type State = readonly ResourceState[];

/** What the state records of a goal before a provider answers. */
export function recorded(
	goal: Goal,
	inputs: Properties = goal.inputs,
): ResourceState {
	return {
		...goal,
		inputs,
		id: "",
		outputs: {},
		initErrors: [],
		delete: false,
		pendingReplacement: false,
	};
}

/** Every resource that a resource comes after, its parent apart. */
export function sourcesOf(state: Goal): string[] {
	return [
		...state.dependencies,
		...Object.values(state.propertyDependencies).flat(),
		...(state.options.deletedWith === undefined
			? []
			: [state.options.deletedWith]),
	];
}
