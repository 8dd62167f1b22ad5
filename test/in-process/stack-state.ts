/** What a stack remembers between commands; a command never changes it, but makes another. */
import {
	type Properties,
	plainProperties,
} from "../../local/provider/values.ts";
import type { ResourceState, State } from "./state.ts";

export class StackState {
	/** Every resource, what is still to be deleted included; what one depends on comes before it. */
	readonly all: State;

	constructor(all: State) {
		this.all = all;
	}

	/** Custom resources and components by URN, their values without marks; the stack itself and its providers are no resources. */
	get resources(): ReadonlyMap<string, ResourceState> {
		return new Map(
			this.all
				.filter((each) => !each.delete && isDeclared(each))
				.map((each) => [each.urn, plainly(each)]),
		);
	}
}

/** Whether the program declares it, in difference to what the engine adds. */
export function isDeclared({ type }: { type: string }): boolean {
	return !/^pulumi:(pulumi|providers):/.test(type);
}

function plainly(state: ResourceState): ResourceState {
	const plain = (properties: Properties) => plainProperties(properties);
	return {
		...state,
		inputs: plain(state.inputs),
		outputs: plain(state.outputs),
	};
}
