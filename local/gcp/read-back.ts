/** What a read gives: the cloud's properties, and what only Pulumi's state can know. */
import type { TypeFacts } from "../provider/facts.ts";
import { unset } from "../provider/outputs.ts";
import { isObject, type Properties, type Value } from "../provider/values.ts";
import type { ResourceType } from "../types/resource-type.ts";

/** @param state The state before; undefined on an import. */
export function readBack(
	facts: TypeFacts,
	type: ResourceType,
	cloud: Properties,
	state: Properties | undefined,
): Properties {
	const outputs = structuredClone(cloud);
	const fromState = [
		"deletionPolicy",
		"deletionProtection",
		...(type.stateOnly ?? []),
		...(type.unread ?? []),
		...(type.shownOnce ?? []),
	];
	for (const key of fromState) {
		const property = facts.properties[key];
		if (property === undefined) continue;
		const initial =
			key === "deletionPolicy"
				? "DELETE"
				: (property.default ?? unset(property));
		outputs[key] = state === undefined ? initial : (state[key] ?? null);
	}
	if (facts.labels !== undefined) {
		outputs.labels = onlyKnown(outputs.effectiveLabels, state?.labels);
		outputs.pulumiLabels =
			onlyKnown(outputs.effectiveLabels, state?.pulumiLabels) ?? {};
	}
	return outputs;
}

/** The labels that Pulumi manages; those that somebody else added stay out of it. */
function onlyKnown(
	effective: Value | undefined,
	known: Value | undefined,
): Value {
	if (!isObject(known)) return null;
	const labels = isObject(effective) ? effective : {};
	return Object.fromEntries(
		Object.entries(labels).filter(([key]) => key in known),
	);
}
