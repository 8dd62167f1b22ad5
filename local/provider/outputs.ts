/** What comes out of a resource: the inputs, completed as the API completes them. */
import type { PropertyFacts, TypeFacts } from "./facts.ts";
import {
	DEFAULTS,
	isObject,
	type Properties,
	Secret,
	UNKNOWN,
	type Value,
} from "./values.ts";

/** What the outputs are made from. */
export interface SettleRequest {
	/** Checked inputs, without secret marks. */
	readonly inputs: Properties;
	/** The state before; undefined when the resource is created. */
	readonly prior?: Properties | undefined;
	/** Leave unknown what only the API can tell. */
	readonly preview: boolean;
}

/**
 * Completes the inputs: what the program gave, then the default, then what was there before (where the API fills in a
 * value itself), then what the API answers for something left out.
 */
export function settle(
	props: Readonly<Record<string, PropertyFacts>>,
	{ inputs, prior, preview }: SettleRequest,
): Properties {
	const outputs: Properties = {};
	for (const [key, facts] of Object.entries(props)) {
		const input = inputs[key];
		if (facts.writeOnly) outputs[key] = null;
		else if (input !== undefined && input !== null)
			outputs[key] = settleValue(facts, input, prior?.[key], preview);
		else outputs[key] = leftOut(facts, prior, key, preview);
	}
	return outputs;
}

function leftOut(
	facts: PropertyFacts,
	prior: Properties | undefined,
	key: string,
	preview: boolean,
): Value {
	if (facts.default !== undefined) return facts.default;
	if (facts.computed && prior?.[key] !== undefined) return prior[key];
	if (facts.computed && preview) return UNKNOWN;
	return preview ? null : unset(facts);
}

/** What the API answers for a property that was left out. */
export function unset(facts: PropertyFacts): Value {
	if (facts.unset !== undefined) return structuredClone(facts.unset);
	switch (facts.type) {
		case "string":
			return "";
		case "number":
			return 0;
		case "boolean":
			return false;
		case "list":
		case "set":
			return [];
		default:
			return null;
	}
}

function settleValue(
	facts: PropertyFacts,
	input: Value,
	prior: Value | undefined,
	preview: boolean,
): Value {
	if (Array.isArray(input)) {
		// A set's elements have no place by which to find what they were before.
		const priors = facts.type === "list" && Array.isArray(prior) ? prior : [];
		return input.map((element, index) =>
			settleBlock(facts, element, priors[index], preview),
		);
	}
	return settleBlock(facts, input, prior, preview);
}

function settleBlock(
	facts: PropertyFacts,
	input: Value,
	prior: Value | undefined,
	preview: boolean,
): Value {
	if (!isObject(input)) return input;
	if (facts.props === undefined) return withoutDefaults(input);
	return settle(facts.props, {
		inputs: input,
		prior: isObject(prior) ? prior : undefined,
		preview,
	});
}

function withoutDefaults(map: Properties): Properties {
	const { [DEFAULTS]: _, ...rest } = map;
	return rest;
}

/** Wraps what the facts call secret, at any depth. */
export function markSecrets(
	props: Readonly<Record<string, PropertyFacts>>,
	properties: Properties,
): Properties {
	return Object.fromEntries(
		Object.entries(properties).map(([key, value]) => {
			const facts = props[key];
			return [key, facts === undefined ? value : mark(facts, value)];
		}),
	);
}

function mark(facts: PropertyFacts, value: Value): Value {
	if (value instanceof Secret) return value;
	if (facts.secret) return new Secret(value);
	const { props } = facts;
	if (props === undefined) return value;
	if (Array.isArray(value))
		return value.map((element) =>
			isObject(element) ? markSecrets(props, element) : element,
		);
	return isObject(value) ? markSecrets(props, value) : value;
}

/** The provider's own label, which shows that Pulumi made the resource. */
const ATTRIBUTION = "goog-pulumi-provisioned";

/**
 * The labels that the provider manages and the labels that the resource carries, or nothing where the type has none.
 * The provider's own label is added when a resource is created, never later.
 */
export function labelOutputs(
	facts: TypeFacts,
	labels: Value | undefined,
	defaults: Properties,
	{ prior, preview }: Pick<SettleRequest, "prior" | "preview">,
): Properties {
	if (facts.labels === undefined) return {};
	const given = isObject(labels) ? labels : {};
	const isUnknown =
		labels === UNKNOWN || Object.values(given).includes(UNKNOWN);
	const old = prior?.pulumiLabels;
	const attributed =
		facts.labels === "attributed" &&
		(prior === undefined || (isObject(old) && ATTRIBUTION in old));
	const managed: Properties = {
		...defaults,
		...given,
		...(attributed ? { [ATTRIBUTION]: "true" } : {}),
	};
	const isEmpty = Object.keys(managed).length === 0;
	if (isUnknown || (preview && prior === undefined && isEmpty))
		return { pulumiLabels: UNKNOWN, effectiveLabels: UNKNOWN };
	return { pulumiLabels: managed, effectiveLabels: { ...managed } };
}
