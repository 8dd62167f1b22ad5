/** What differs between two plans, in words. */
import type { Plan } from "./plans.ts";

/** One line for each difference; none where the plans say the same. */
export function differencesBetween(before: Plan, after: Plan): string[] {
	const names = [...new Set([...before.keys(), ...after.keys()])].sort();
	return names.flatMap((name) => {
		const [one, other] = [before.get(name), after.get(name)];
		if (one === undefined) return [`${name}: is new`];
		if (other === undefined) return [`${name}: is gone`];
		return inResource(one, other).map((change) => `${name}: ${change}`);
	});
}

function inResource(
	before: ReadonlyMap<string, string>,
	after: ReadonlyMap<string, string>,
): string[] {
	const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
	return keys.flatMap((key) => {
		const [from, to] = [before.get(key), after.get(key)];
		if (from === to) return [];
		const isLink =
			key.startsWith("depends on ") || key.includes(" is made from ");
		if (from === undefined)
			return [isLink ? `now ${key}` : `${key} is set to ${to}`];
		if (to === undefined) {
			return [isLink ? `no longer ${key}` : `${key} is gone, it was ${from}`];
		}
		return [`${key} changed from ${from} to ${to}`];
	});
}
