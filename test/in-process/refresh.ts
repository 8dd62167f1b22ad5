/** Takes over what the cloud holds into a state. */
import { plainProperties } from "../../local/provider/values.ts";
import { isProvider } from "./aliases.ts";
import { withInputsSecrets, withListedSecrets } from "./properties.ts";
import { type Plugins, providerOf } from "./providers.ts";
import type { ResourceState, State } from "./state.ts";

/** The state as the cloud shows it; what is gone there is gone here. */
export async function refreshed(
	state: State,
	plugins: Plugins,
): Promise<State> {
	const seen: ResourceState[] = [];
	for (const each of state) {
		const next = await look(each, plugins);
		if (next !== undefined) seen.push(next);
	}
	return seen;
}

async function look(
	state: ResourceState,
	plugins: Plugins,
): Promise<ResourceState | undefined> {
	const provider = providerOf(state, plugins);
	if (
		provider === undefined ||
		isProvider(state.urn) ||
		state.pendingReplacement
	)
		return state;
	const { urn, type, name, id, inputs, outputs } = state;
	const found = await provider.read({
		urn,
		type,
		name,
		id,
		inputs: plainProperties(inputs),
		state: plainProperties(outputs),
	});
	if (found === undefined) return undefined;
	const kept = withInputsSecrets(found.inputs, inputs);
	return {
		...state,
		id: found.id,
		inputs: kept,
		outputs: withListedSecrets(
			withInputsSecrets(found.outputs, kept),
			state.options.additionalSecretOutputs ?? [],
		),
		initErrors: [],
	};
}
