/** Rules over several inputs at once: conflicts, companions, "exactly one of" and "at least one of". */
import type { PropertyFacts, TypeFacts } from "./facts.ts";
import { isObject, type Properties, Secret, type Value } from "./values.ts";

/** One broken rule. */
export interface GroupFailure {
	readonly reason: string;
	readonly path: string;
}

/** Every broken rule of the type. */
export function groupFailures(
	facts: TypeFacts,
	inputs: Properties,
): GroupFailure[] {
	const failures = companions(facts.properties, inputs, inputs, "");
	for (const group of facts.exactlyOneOf ?? []) {
		const given = group.filter((path) => isGiven(inputs, path));
		if (given.length === 1 || !blockGiven(inputs, group)) continue;
		failures.push({
			path: group[0] ?? "",
			reason:
				given.length === 0
					? `Missing required argument. "${group[0]}": one of \`${group.join(",")}\` must be specified`
					: `Invalid combination of arguments. "${group[0]}": only one of \`${group.join(",")}\` can be specified, but \`${given.join(",")}\` were specified`,
		});
	}
	for (const group of facts.atLeastOneOf ?? [])
		if (
			blockGiven(inputs, group) &&
			!group.some((path) => isGiven(inputs, path))
		)
			failures.push({
				path: group[0] ?? "",
				reason: `Missing required argument. "${group[0]}": one of \`${group.join(",")}\` must be specified`,
			});
	return failures;
}

/** What conflicts with a property that is given, and what it needs beside it. */
function companions(
	props: Readonly<Record<string, PropertyFacts>>,
	block: Properties,
	root: Properties,
	prefix: string,
): GroupFailure[] {
	return Object.entries(props).flatMap(([key, facts]) => {
		const value = open(block[key]);
		if (value === undefined || value === null) return [];
		const path = `${prefix}${key}`;
		const failures: GroupFailure[] = [];
		for (const other of facts.conflictsWith ?? [])
			if (isGiven(root, other))
				failures.push({
					path,
					reason: `Conflicting configuration arguments. "${path}": conflicts with ${other}`,
				});
		const missing = (facts.requiredWith ?? []).filter(
			(other) => !isGiven(root, other),
		);
		if (missing.length > 0)
			failures.push({
				path,
				reason: `Missing required argument. "${path}": all of \`${[path, ...missing].sort().join(",")}\` must be specified`,
			});
		if (facts.type === "object" && facts.props !== undefined && isObject(value))
			failures.push(...companions(facts.props, value, root, `${path}.`));
		return failures;
	});
}

function open(value: Value | undefined): Value | undefined {
	return value instanceof Secret ? open(value.value) : value;
}

/** Whether something stands at the path. A path through a list counts as given: the rule is the list element's own affair. */
function isGiven(root: Properties, path: string): boolean {
	let value: Value | undefined = root;
	for (const key of path.split(".")) {
		if (Array.isArray(value)) return true;
		if (!isObject(value)) return false;
		value = open(value[key]);
	}
	return value !== undefined && value !== null;
}

/** Whether the block that a group belongs to is given at all; a group of the resource's own properties always counts. */
function blockGiven(root: Properties, group: readonly string[]): boolean {
	const parents = group.map((path) => path.split(".").slice(0, -1).join("."));
	const shared = parents.every((parent) => parent === parents[0])
		? parents[0]
		: "";
	if (shared === undefined || shared === "") return true;
	let value: Value | undefined = root;
	for (const key of shared.split(".")) {
		if (!isObject(value)) return false;
		value = open(value[key]);
	}
	return isObject(value);
}
