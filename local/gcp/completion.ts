/** The whole set of a resource's properties: its inputs, the provider's configuration and the type's own rules. */
import type { TypeFacts } from "../provider/facts.ts";
import { labelOutputs, settle } from "../provider/outputs.ts";
import { type Properties, UNKNOWN, type Value } from "../provider/values.ts";
import type { ResourceType, Scope } from "../types/resource-type.ts";

/** What to complete. */
export interface CompletionRequest {
	readonly facts: TypeFacts;
	readonly type: ResourceType;
	readonly scope: Scope;
	/** The provider's labels. */
	readonly defaultLabels: Properties;
	/** Checked inputs, without secret marks. */
	readonly inputs: Properties;
	/** The state before; undefined when the resource is created. */
	readonly prior?: Properties | undefined;
	/** Leave unknown what only the API can tell. */
	readonly preview: boolean;
}

/** Completes the properties, as far as they can be known. */
export function complete(request: CompletionRequest): Properties {
	const { facts, type, scope, defaultLabels, inputs, prior, preview } = request;
	const properties = settle(facts.properties, { inputs, prior, preview });
	const isKnown = (key: string) =>
		!preview || facts.previewKnown?.includes(key) === true;
	const isOpen = (value: Value | undefined) =>
		value === UNKNOWN || value === "" || value === null;
	const standIn = (key: string, value: string, known: boolean) => {
		if (key in facts.properties && known && isOpen(properties[key]))
			properties[key] = value;
	};
	standIn("deletionPolicy", "DELETE", isKnown("deletionPolicy"));
	standIn("project", scope.project, !preview || facts.providerProject === true);
	standIn("region", scope.region, !preview || facts.providerRegion === true);
	if (facts.properties.location?.computed)
		standIn("location", scope.region, !preview);
	Object.assign(
		properties,
		labelOutputs(facts, inputs.labels, defaultLabels, { prior, preview }),
	);
	return { ...properties, ...type.planned?.(properties, scope) };
}
