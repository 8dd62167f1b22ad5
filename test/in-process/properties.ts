/** What the engine itself does with property values: keeps secrets secret, ignores changes. */
import {
	isObject,
	type Properties,
	Secret,
	UNKNOWN,
	type Value,
} from "../../local/provider/values.ts";

function hasSecret(value: Value): boolean {
	if (value instanceof Secret) return true;
	if (Array.isArray(value)) return value.some(hasSecret);
	return isObject(value) && Object.values(value).some(hasSecret);
}

/**
 * What a provider answered, with the marks of the inputs that it was sent without: providers that take no secrets get
 * plain values, and an output is secret where the input of its name holds one.
 */
export function withInputsSecrets(
	outputs: Properties,
	inputs: Properties,
): Properties {
	return Object.fromEntries(
		Object.entries(outputs).map(([key, output]): [string, Value] => {
			const input = inputs[key];
			if (input === undefined) return [key, output];
			if (isObject(output) && isObject(input))
				return [key, withInputsSecrets(output, input)];
			return [
				key,
				hasSecret(input) && !(output instanceof Secret)
					? new Secret(output)
					: output,
			];
		}),
	);
}

/** The same with the top-level properties marked that the SDK lists as secret. */
export function withListedSecrets(
	outputs: Properties,
	listed: readonly string[],
): Properties {
	const marked = { ...outputs };
	for (const key of listed) {
		const value = marked[key];
		if (value !== undefined && !(value instanceof Secret))
			marked[key] = new Secret(value);
	}
	return marked;
}

/** Whether two values are equal, marks included. */
export function isSame(one: Value | undefined, other: Value | undefined) {
	return JSON.stringify(marked(one)) === JSON.stringify(marked(other));
}

function marked(value: Value | undefined): unknown {
	if (value === UNKNOWN) return { unknown: true };
	if (value instanceof Secret) return { secret: marked(value.value) };
	if (Array.isArray(value)) return value.map(marked);
	if (!isObject(value)) return value;
	return Object.entries(value)
		.sort(([first], [second]) => (first < second ? -1 : 1))
		.map(([key, inner]) => [key, marked(inner)]);
}

/** New inputs in which every ignored path has the value that it had. */
export function withoutIgnored(
	news: Properties,
	olds: Properties,
	ignored: readonly string[],
): Properties {
	const kept = copied(news) as Properties;
	for (const path of ignored) reset(stepsOf(path), olds, kept);
	return kept;
}

function copied(value: Value): Value {
	if (Array.isArray(value)) return value.map(copied);
	if (!isObject(value)) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [key, copied(inner)]),
	);
}

/** The steps of a property path such as `template.containers[0].image`. */
export function stepsOf(path: string): string[] {
	return path.split(/[.[\]"]+/).filter((step) => step !== "");
}

function reset([step = "", ...rest]: string[], old: Value, next: Value): void {
	if (!isContainer(old) || !isContainer(next)) return;
	const keys =
		step === "*" ? Object.keys({ ...(old as object), ...next }) : [step];
	for (const key of keys) {
		const before = (old as Properties)[key];
		if (rest.length > 0)
			reset(rest, before ?? null, (next as Properties)[key] ?? null);
		else if (before !== undefined) (next as Properties)[key] = before;
		else delete (next as Properties)[key];
	}
}

function isContainer(value: Value): value is Value[] | Properties {
	return Array.isArray(value) || isObject(value);
}
