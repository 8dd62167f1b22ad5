/** Brings steps and states of the engine and of this one into one form, without random parts, to be compared. */
import {
	isObject,
	type Properties,
	Secret,
	UNKNOWN,
	type Value,
} from "../../local/provider/values.ts";
import type { ResourceState } from "./state.ts";
import type { Step } from "./step.ts";

export type Json =
	| string
	| number
	| boolean
	| null
	| Json[]
	| { [key: string]: Json };

/**
 * Text without its random parts: hashes, marks and the ends of made-up names are six to eight hex digits beside a dash.
 * Digests of images stay.
 */
export function normalised(text: string): string {
	return text.replace(
		/(?<![0-9a-z:])(?:(?<=-)[0-9a-f]{6,8}|[0-9a-f]{6,8}(?=-))(?![0-9a-z])/g,
		"<random>",
	);
}

/** A value as the engine shows it: a secret is a mark, and so is what a preview does not know. */
function shown(value: Value): Json {
	if (value === UNKNOWN) return "[unknown]";
	if (value instanceof Secret) return "[secret]";
	if (typeof value === "string") return normalised(value);
	if (Array.isArray(value)) return value.map(shown);
	if (!isObject(value)) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [key, shown(inner)]),
	);
}

/** How the engine writes an unknown value where it can't leave it out. */
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A step of `preview --json`. */
export type WrittenStep = {
	op: string;
	urn: string;
	newState?: {
		custom: boolean;
		inputs?: Json;
		parent?: string;
		protect?: boolean;
		dependencies?: string[];
		propertyDependencies?: Record<string, string[]>;
		ignoreChanges?: string[];
		additionalSecretOutputs?: string[];
	};
	diffReasons?: string[];
	replaceReasons?: string[];
};

/** The engine names one step for a replacement, and none for its own providers; components have no inputs. */
export function writtenSteps(output: string): object[] {
	const { steps } = JSON.parse(output) as { steps: WrittenStep[] };
	return sortedByUrn(
		steps
			.filter(({ op }) => op !== "same")
			.map(({ op, urn, newState, diffReasons = [], replaceReasons = [] }) => ({
				op,
				urn,
				keys: [...diffReasons].sort(),
				replaceKeys: [...replaceReasons].sort(),
				...(newState && {
					parent: newState.parent ?? "",
					protect: newState.protect ?? false,
					ignoreChanges: newState.ignoreChanges ?? [],
					additionalSecretOutputs: newState.additionalSecretOutputs ?? [],
					dependencies: [...(newState.dependencies ?? [])].sort(),
					propertyDependencies: Object.fromEntries(
						Object.entries(newState.propertyDependencies ?? {}).map(
							([key, urns]) => [key, [...(urns ?? [])].sort()],
						),
					),
					inputs: withoutRandom(newState.inputs ?? {}),
				}),
			})),
	);
}

function withoutRandom(json: Json): Json {
	return JSON.parse(JSON.stringify(json), (_, value) =>
		typeof value !== "string"
			? value
			: value === unknownText
				? "[unknown]"
				: normalised(value),
	);
}

export function ownSteps(steps: readonly Step[]): object[] {
	return sortedByUrn(
		steps
			.filter(
				({ op, urn }) =>
					!["same", "create-replacement", "delete-replaced"].includes(op) &&
					!urn.includes("::pulumi:providers:"),
			)
			.map(({ op, urn, keys, replaceKeys, next }) => ({
				op,
				urn,
				keys: [...keys].sort(),
				replaceKeys: [...replaceKeys].sort(),
				...(next && described(next)),
			})),
	);
}

function described(state: ResourceState) {
	const { parent, options, dependencies, propertyDependencies } = state;
	return {
		parent,
		protect: options.protect ?? false,
		ignoreChanges: options.ignoreChanges ?? [],
		additionalSecretOutputs: options.additionalSecretOutputs ?? [],
		dependencies,
		propertyDependencies,
		inputs: shown(state.inputs),
	};
}

/** What a state holds: everything of the resources' inputs, of the outputs the form. */
export function heldBy(state: readonly ResourceState[]): object[] {
	return sortedByUrn(
		state
			.filter(({ urn }) => !urn.includes("::pulumi:providers:"))
			.map((each) => ({
				urn: each.urn,
				...described(each),
				id: normalised(each.id),
				outputs: formOf(each.outputs),
			})),
	);
}

/** Types in place of values. */
function formOf(value: Value): unknown {
	if (value === UNKNOWN) return "unknown";
	if (value instanceof Secret) return { secret: formOf(value.value) };
	if (Array.isArray(value)) return value.map(formOf);
	if (!isObject(value)) return value === null ? "null" : typeof value;
	return Object.fromEntries(
		Object.entries(value as Properties)
			.sort(([one], [other]) => (one < other ? -1 : 1))
			.map(([key, inner]) => [key, formOf(inner)]),
	);
}

function sortedByUrn<T extends { urn: string }>(items: T[]): T[] {
	return items.sort((one, other) => (one.urn < other.urn ? -1 : 1));
}
