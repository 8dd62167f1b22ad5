/** Finds what is recorded for a resource, also under a name that it had before. */
import type { Alias, Goal, ResourceState } from "./state.ts";
import { typeIn, urnOf } from "./urn.ts";

/** What is recorded, by URN. */
export type Olds = ReadonlyMap<string, ResourceState>;

/**
 * @param renamed the URN by which each resource was found that has another one now; the answer is added
 * @returns what is recorded under the resource's URN, or else under the first of its aliases that is
 */
export function findOld(
	stack: string,
	goal: Goal,
	olds: Olds,
	renamed: Map<string, string>,
): ResourceState | undefined {
	const candidates = [
		goal.urn,
		...(goal.options.aliases ?? []).map((alias) =>
			aliasUrn(stack, goal, alias, renamed),
		),
		...inherited(stack, goal, renamed),
	];
	const found = candidates.find((urn) => olds.has(urn));
	if (found !== undefined && found !== goal.urn) renamed.set(goal.urn, found);
	return found === undefined ? undefined : olds.get(found);
}

function aliasUrn(
	stack: string,
	goal: Goal,
	alias: Alias,
	renamed: ReadonlyMap<string, string>,
): string {
	if ("urn" in alias) return alias.urn;
	const parent = alias.noParent ? "" : (alias.parent ?? goal.parent);
	return urnOf(
		stack,
		alias.type ?? goal.type,
		alias.name ?? goal.name,
		renamed.get(parent) ?? parent,
	);
}

/** A resource whose parent was renamed had the parent's old name in its own. */
function inherited(
	stack: string,
	{ parent, type, name }: Goal,
	renamed: ReadonlyMap<string, string>,
): string[] {
	const old = renamed.get(parent);
	if (old === undefined) return [];
	const last = (urn: string) => urn.split("::").at(-1) ?? "";
	const oldName = name.startsWith(last(parent))
		? last(old) + name.slice(last(parent).length)
		: name;
	return [urnOf(stack, type, oldName, old)];
}

/** The package of a resource's type or of a data source, such as `gcp`. */
export function packageOf(token: string): string {
	return token.split(":")[0] ?? "";
}

/** Whether a resource is the configuration of a provider. */
export function isProvider(urn: string): boolean {
	return typeIn(urn).startsWith("pulumi:providers:");
}
