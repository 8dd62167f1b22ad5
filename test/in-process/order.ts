/** What a resource waits for, read from what the program registered. */
import type { Registration } from "./registration.ts";

/** `type::name`, without the components around it. */
export const keyOf = ({ type, name }: Registration): string =>
	`${type}::${name}`;

/** Everything that must be there before a resource is made, directly or through others. */
export function waitedFor(
	registrations: readonly Registration[],
	key: string,
): ReadonlySet<string> {
	const byUrn = new Map(registrations.map((each) => [each.urn, each]));
	const reached = new Set<string>();
	const open = registrations.filter((each) => keyOf(each) === key);
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		const urns = [
			...next.dependencies,
			...Object.values(next.propertyDependencies).flat(),
		];
		for (const each of urns.flatMap((urn) => byUrn.get(urn) ?? [])) {
			if (!reached.has(keyOf(each))) {
				reached.add(keyOf(each));
				open.push(each);
			}
		}
	}
	return reached;
}
