/** Compares the state with checked inputs, property by property, as Terraform's planner does for the real provider. */
import type { DiffKind, DiffRequest, DiffResult } from "./core.ts";
import type { PropertyFacts, TypeFacts } from "./facts.ts";
import { specialChanges } from "./special-changes.ts";
import { suppressed } from "./suppress.ts";
import {
	DEFAULTS,
	hasUnknown,
	isObject,
	isZero,
	type Properties,
	UNKNOWN,
	type Value,
} from "./values.ts";

/** Changes by path. */
export type Changes = Map<string, DiffKind>;

/** Compares the state of one resource with its inputs. */
export function diffResource(
	facts: TypeFacts,
	request: Pick<DiffRequest, "olds" | "news" | "ignoreChanges">,
): DiffResult {
	const { olds, news, ignoreChanges = [] } = request;
	const changes: Changes = new Map();
	block(facts.properties, olds, news, "", changes);
	const { replaces: special } = specialChanges(
		facts.token,
		olds,
		news,
		changes,
	);
	for (const path of [...changes.keys()])
		if (ignoreChanges.some((ignored) => covers(ignored, path)))
			changes.delete(path);
	const top = (path: string) => path.split(/[.[]/)[0] ?? "";
	const replaced = [...changes].filter(([, kind]) => kind.endsWith("-replace"));
	const replaces = [...new Set(replaced.map(([path]) => top(path)))];
	if (changes.size > 0 && special) replaces.push("__meta");
	return {
		changes: changes.size > 0,
		replaces: replaces.sort(),
		diffs: [...new Set([...changes.keys()].map(top))].sort(),
		detailed: Object.fromEntries(changes),
		deleteBeforeReplace:
			replaces.length > 0 &&
			(facts.deleteBeforeReplace === true || namedByProgram(facts, news)),
	};
}

/** A name that the program gives is taken until the old resource is gone. */
function namedByProgram(facts: TypeFacts, news: Properties): boolean {
	const defaults = Array.isArray(news[DEFAULTS]) ? news[DEFAULTS] : [];
	return Object.entries(facts.properties).some(
		([key, property]) =>
			property.autoName !== undefined && !defaults.includes(key),
	);
}

/** Whether an `ignoreChanges` path covers a property's path; `*` stands for any step. */
function covers(ignored: string, path: string): boolean {
	const steps = (text: string) =>
		text.split(/[.[\]"]+/).filter((step) => step !== "");
	const wanted = steps(ignored);
	const actual = steps(path);
	return (
		wanted.length <= actual.length &&
		wanted.every((step, index) => step === "*" || step === actual[index])
	);
}

function block(
	props: Readonly<Record<string, PropertyFacts>>,
	olds: Properties,
	news: Properties,
	prefix: string,
	changes: Changes,
): void {
	for (const [key, facts] of Object.entries(props)) {
		if (facts.writeOnly || (!facts.required && !facts.optional)) continue;
		property(
			facts,
			olds[key] ?? undefined,
			news[key] ?? undefined,
			`${prefix}${key}`,
			changes,
		);
	}
}

function property(
	facts: PropertyFacts,
	old: Value | undefined,
	next: Value | undefined,
	path: string,
	changes: Changes,
): void {
	if (next === undefined && facts.computed) return;
	// A default that is zero is not among the inputs, but it is what the property goes back to.
	const wanted = next ?? (isZero(facts.default) ? undefined : facts.default);
	// Blocks count by being there, even when everything in them is left out.
	const isNewBlock = isObject(wanted) && old === undefined;
	const isLostBlock =
		isObject(old) &&
		facts.type === "object" &&
		wanted === undefined &&
		facts.unset === undefined;
	if (isZero(old) && isZero(wanted) && !isNewBlock && !isLostBlock) return;
	if (suppressed(facts.diffSuppress, old, wanted)) return;
	if (wanted === UNKNOWN)
		record(facts, old === undefined ? "add" : "update", path, changes);
	else if (wanted === undefined) record(facts, "delete", path, changes);
	else if (old === undefined && facts.type !== "map")
		record(facts, "add", path, changes, wanted);
	else compare(facts, old, wanted, path, changes);
}

/** Compares two values that are both there. */
function compare(
	facts: PropertyFacts,
	old: Value | undefined,
	wanted: Value,
	path: string,
	changes: Changes,
): void {
	switch (facts.type) {
		case "object":
			block(
				facts.props ?? {},
				asBlock(old),
				asBlock(wanted),
				`${path}.`,
				changes,
			);
			break;
		case "map":
			map(facts, asBlock(old), asBlock(wanted), path, changes);
			break;
		case "list":
			list(facts, asList(old), asList(wanted), path, changes);
			break;
		case "set":
			if (!sameSet(facts, asList(old), asList(wanted)))
				record(facts, "update", path, changes, wanted);
			break;
		default:
			if (old !== wanted)
				record(facts, scalarChange(old, wanted), path, changes);
	}
}

function scalarChange(old: Value | undefined, wanted: Value): DiffKind {
	if (isZero(old)) return "add";
	return isZero(wanted) ? "delete" : "update";
}

function asBlock(value: Value | undefined): Properties {
	return isObject(value) ? value : {};
}

function asList(value: Value | undefined): Value[] {
	return Array.isArray(value) ? value : [];
}

function record(
	facts: PropertyFacts,
	kind: DiffKind,
	path: string,
	changes: Changes,
	added?: Value | undefined,
): void {
	const replaces =
		facts.forceNew || (added !== undefined && forcesInside(facts, added));
	changes.set(path, replaces ? (`${kind}-replace` as DiffKind) : kind);
}

/** Whether a block that comes anew holds a property whose change replaces. */
function forcesInside(facts: PropertyFacts, added: Value): boolean {
	const { props } = facts;
	if (props === undefined) return false;
	const blocks: readonly Value[] = Array.isArray(added) ? added : [added];
	return blocks.some(
		(element) =>
			isObject(element) &&
			Object.entries(props).some(
				([key, inner]) =>
					!isZero(element[key]) &&
					(inner.forceNew || forcesInside(inner, element[key] ?? null)),
			),
	);
}

function map(
	facts: PropertyFacts,
	old: Properties,
	next: Properties,
	path: string,
	changes: Changes,
): void {
	for (const key of new Set([...Object.keys(old), ...Object.keys(next)])) {
		if (key === DEFAULTS || old[key] === next[key]) continue;
		const step = /^[\w$]+$/.test(key) ? `${path}.${key}` : `${path}["${key}"]`;
		record(
			facts,
			!(key in old) ? "add" : !(key in next) ? "delete" : "update",
			step,
			changes,
		);
	}
}

function list(
	facts: PropertyFacts,
	old: Value[],
	next: Value[],
	path: string,
	changes: Changes,
): void {
	for (let index = 0; index < Math.max(old.length, next.length); index++) {
		const at = `${path}[${index}]`;
		const before = old[index];
		const after = next[index];
		const hides = facts.elemDiffSuppress ?? facts.diffSuppress;
		if (after === undefined) record(facts, "delete", at, changes);
		else if (before === undefined) record(facts, "add", at, changes, after);
		else if (facts.props !== undefined && isObject(before) && isObject(after))
			block(facts.props, before, after, `${at}.`, changes);
		else if (before !== after && !suppressed(hides, before, after))
			record(facts, "update", at, changes);
	}
}

/** Whether two sets hold the same elements, whatever their order. */
function sameSet(facts: PropertyFacts, old: Value[], next: Value[]): boolean {
	if (old.length !== next.length || next.some(hasUnknown)) return false;
	const rest = [...old];
	return next.every((element) => {
		const index = rest.findIndex((candidate) =>
			sameElement(facts, candidate, element),
		);
		if (index >= 0) rest.splice(index, 1);
		return index >= 0;
	});
}

function sameElement(facts: PropertyFacts, old: Value, next: Value): boolean {
	if (facts.props === undefined || !isObject(old) || !isObject(next))
		return old === next || suppressed(facts.diffSuppress, old, next);
	const inner: Changes = new Map();
	block(facts.props, old, next, "", inner);
	return inner.size === 0;
}
