/** What is deleted, and in which order. */
import {
	type Properties,
	UNKNOWN,
	type Value,
} from "../../local/provider/values.ts";
import { wouldReplace } from "./decision.ts";
import { type Plugins, providerOf } from "./providers.ts";
import { type ResourceState, type State, sourcesOf } from "./state.ts";

/**
 * What has to be deleted before a resource can be, to be replaced after it: what comes after it, directly or not, and
 * would be replaced if the properties changed that it made of the resource.
 * @param seen URNs that the program registered already; they can't depend on the resource any more
 * @returns dependants, each after what it depends on
 */
export function dependantsToReplace(
	root: ResourceState,
	state: State,
	seen: ReadonlySet<string>,
	plugins: Plugins,
): ResourceState[] {
	const reached = new Set([root.urn]);
	const replaced = new Set([root.urn]);
	const found: ResourceState[] = [];
	for (const each of state.slice(state.indexOf(root) + 1)) {
		if (seen.has(each.urn)) continue;
		if (!sourcesOf(each).some((urn) => reached.has(urn))) continue;
		reached.add(each.urn);
		const provider = providerOf(each, plugins);
		const inputs = withUnknowns(each, replaced);
		if (
			provider !== undefined &&
			inputs !== undefined &&
			wouldReplace(each, inputs, provider)
		) {
			replaced.add(each.urn);
			found.push(each);
		}
	}
	return found;
}

/** Inputs in which everything is unknown that was made of a replaced resource; undefined where nothing was. */
function withUnknowns(
	{ inputs, propertyDependencies }: ResourceState,
	replaced: ReadonlySet<string>,
): Properties | undefined {
	let isTouched = false;
	const entries = Object.entries(inputs).map(
		([key, value]): [string, Value] => {
			const follows = (propertyDependencies[key] ?? []).some((urn) =>
				replaced.has(urn),
			);
			isTouched ||= follows;
			return [key, follows ? UNKNOWN : value];
		},
	);
	return isTouched ? Object.fromEntries(entries) : undefined;
}

/** Resources in an order in which they can be deleted: what depends on others goes first. */
export function inOrderOfDeletion(
	condemned: readonly ResourceState[],
): ResourceState[] {
	const left = [...condemned];
	const order: ResourceState[] = [];
	while (left.length > 0) {
		const free = left.findLastIndex(
			(each) =>
				!left.some(
					(other) =>
						other !== each &&
						(sourcesOf(other).includes(each.urn) ||
							other.parent === each.urn) &&
						other.urn !== each.urn,
				),
		);
		order.push(...left.splice(free === -1 ? left.length - 1 : free, 1));
	}
	return order;
}
