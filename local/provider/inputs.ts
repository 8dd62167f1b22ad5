/** The inputs that a program would need for what the cloud holds: what a refresh and an import give to the engine. */
import type { PropertyFacts } from "./facts.ts";
import { suppressed } from "./suppress.ts";
import {
	DEFAULTS,
	isObject,
	isZero,
	type Properties,
	type Value,
} from "./values.ts";

type Props = Readonly<Record<string, PropertyFacts>>;

/**
 * The old inputs with the values that the cloud holds now. A default stays listed as one, which is how a change made by
 * hand to a property that was left to its default is adopted.
 */
export function refreshedInputs(
	props: Props,
	inputs: Properties,
	outputs: Properties,
): Properties {
	return Object.fromEntries(
		Object.entries(inputs).map(([key, input]) => {
			const facts = props[key];
			return [
				key,
				facts === undefined || facts.writeOnly
					? input
					: refreshed(facts, input, outputs[key] ?? null),
			];
		}),
	);
}

function refreshed(facts: PropertyFacts, input: Value, output: Value): Value {
	if (isZero(input) && isZero(output)) return input;
	if (suppressed(facts.diffSuppress, output, input)) return input;
	const { props } = facts;
	if (props === undefined) return output;
	if (isObject(input) && isObject(output))
		return refreshedInputs(props, input, output);
	if (Array.isArray(input) && Array.isArray(output))
		return output.map((element, index) => {
			const old = input[index];
			if (!isObject(element)) return element;
			return isObject(old)
				? refreshedInputs(props, old, element)
				: importedInputs(props, element);
		});
	return output;
}

/** Inputs for a resource that Pulumi has not seen before: everything that a program can set and that is not a default. */
export function importedInputs(props: Props, outputs: Properties): Properties {
	const inputs: Properties = { [DEFAULTS]: [] };
	for (const [key, facts] of Object.entries(props)) {
		const value = outputs[key] ?? null;
		if (!facts.required && !facts.optional) continue;
		if (isZero(value) && !facts.required) continue;
		if (value === facts.default && !facts.required) continue;
		inputs[key] = imported(facts, value);
	}
	return inputs;
}

function imported({ props }: PropertyFacts, value: Value): Value {
	if (props === undefined) return value;
	if (isObject(value)) return importedInputs(props, value);
	if (!Array.isArray(value)) return value;
	return value.map((element) =>
		isObject(element) ? importedInputs(props, element) : element,
	);
}
