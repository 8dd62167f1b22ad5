/** Decides what happens to one resource, as the engine's step generator does (`resource/deploy/step_generator.go`). */
import type { DiffResult, Provider } from "../../local/provider/core.ts";
import {
	type Properties,
	plainProperties,
} from "../../local/provider/values.ts";
import {
	isSame,
	stepsOf,
	withInputsSecrets,
	withoutIgnored,
} from "./properties.ts";
import type { Goal, ResourceState } from "./state.ts";

/** What the engine refuses before it does anything; for a person to read. */
export class Refused extends Error {}

/** What a resource's provider is asked through; a component has none. */
export type Asked = Pick<
	Provider,
	"check" | "diff" | "create" | "read" | "update" | "delete"
>;

/** How a resource differs from what is recorded. */
export type Change = {
	kind: "same" | "update" | "replace";
	/** Top-level properties that differ. */
	keys: readonly string[];
	/** Those that make it a replacement. */
	replaceKeys: readonly string[];
	deleteFirst: boolean;
};

const unchanged: Change = {
	kind: "same",
	keys: [],
	replaceKeys: [],
	deleteFirst: false,
};

/**
 * The goal's inputs as the provider completes them.
 * @param old what is recorded; undefined where the resource is made anew, which forgets names that were made up
 * @throws {Refused} with everything that is wrong with them
 */
export function checkedInputs(
	goal: Goal,
	old: ResourceState | undefined,
	provider: Asked | undefined,
): Properties {
	const wanted =
		old === undefined
			? goal.inputs
			: withoutIgnored(
					goal.inputs,
					old.inputs,
					goal.options.ignoreChanges ?? [],
				);
	if (provider === undefined) return wanted;
	const { urn, type, name } = goal;
	const { inputs, failures } = provider.check({
		urn,
		type,
		name,
		olds: old && plainProperties(old.inputs),
		news: plainProperties(wanted),
	});
	if (failures.length > 0)
		throw new Refused(
			failures
				.map(({ property = "", reason }) =>
					property === ""
						? `${type} resource '${name}' has a problem: ${reason}`
						: `${type} resource '${name}': property ${property} has a problem: ${reason}`,
				)
				.join("\n"),
		);
	return withInputsSecrets(inputs, wanted);
}

/** What the provider says of a resource that is recorded, with what the engine adds. */
export function changeOf(
	goal: Goal,
	old: ResourceState,
	inputs: Properties,
	provider: Asked | undefined,
): Change {
	if (provider === undefined)
		return isSame(old.inputs, inputs)
			? unchanged
			: { ...unchanged, kind: "update" };
	const diff = askedDiff(old, inputs, provider, goal.options.ignoreChanges);
	const replaceKeys = replacing(diff, goal.options.replaceOnChanges ?? []);
	if (old.pendingReplacement || (diff.changes && replaceKeys.length > 0))
		return {
			kind: "replace",
			keys: diff.diffs,
			replaceKeys,
			deleteFirst: goal.options.deleteBeforeReplace ?? diff.deleteBeforeReplace,
		};
	// What failed after it had come to exist is updated, with whatever differs or with nothing.
	const isChanged = diff.changes || old.initErrors.length > 0;
	return isChanged
		? { ...unchanged, kind: "update", keys: diff.diffs }
		: unchanged;
}

/** Whether a change of these inputs would replace a resource that is recorded. */
export function wouldReplace(
	state: ResourceState,
	inputs: Properties,
	provider: Asked,
): boolean {
	const { ignoreChanges, replaceOnChanges = [] } = state.options;
	const diff = askedDiff(state, inputs, provider, ignoreChanges);
	return replacing(diff, replaceOnChanges).length > 0;
}

function askedDiff(
	old: ResourceState,
	inputs: Properties,
	provider: Asked,
	ignoreChanges: string[] = [],
): DiffResult {
	const { urn, type, name, id } = old;
	return provider.diff({
		urn,
		type,
		name,
		id,
		olds: plainProperties(old.outputs),
		news: plainProperties(inputs),
		ignoreChanges,
	});
}

/** The properties that make a change a replacement, those included that the program names. */
function replacing(diff: DiffResult, replaceOnChanges: string[]): string[] {
	const named = diff.diffs.filter((key) =>
		replaceOnChanges.some((path) =>
			["*", key].includes(stepsOf(path)[0] ?? ""),
		),
	);
	return [...new Set([...diff.replaces, ...named])];
}
