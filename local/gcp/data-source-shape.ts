/** Data sources show a resource's properties in a shape of their own: every block is a list, under a plural name. */
import type { PropertyFacts } from "../provider/facts.ts";
import { isObject, type Properties, type Value } from "../provider/values.ts";

/** The plural by which the SDK names a block's list: `template` is `templates`, `secretKeyRef` is `secretKeyReves`. */
function plural(name: string): string {
	if (/ss$/.test(name)) return `${name}es`;
	if (/s$/.test(name)) return name;
	if (/Ref$/.test(name)) return name.replace(/f$/, "ves");
	if (/[^aeiou]y$/.test(name)) return name.replace(/y$/, "ies");
	return `${name}s`;
}

/** The properties in the data source's shape. */
export function dataSourceShape(
	props: Readonly<Record<string, PropertyFacts>>,
	properties: Properties,
): Properties {
	return Object.fromEntries(
		Object.entries(props).map(([key, facts]) => {
			const value = properties[key] ?? null;
			if (facts.type !== "object" || facts.props === undefined)
				return [key, shaped(facts, value)];
			return [
				plural(key),
				isObject(value) ? [dataSourceShape(facts.props, value)] : [],
			];
		}),
	);
}

function shaped({ type, props }: PropertyFacts, value: Value): Value {
	if (Array.isArray(value) && props !== undefined)
		return value.map((element) =>
			isObject(element) ? dataSourceShape(props, element) : element,
		);
	if (value !== null) return value;
	return {
		string: "",
		number: 0,
		boolean: false,
		list: [],
		set: [],
		map: {},
		object: null,
	}[type];
}
