/** What the program declares in each stack and phase, as text that a person can read and compare. */
import { checklistVariable } from "../../contract/checklist.ts";
import type { Environment } from "../../contract/environments.ts";
import {
	isObject,
	type Properties,
	Secret,
	UNKNOWN,
	type Value,
} from "../../local/provider/values.ts";
import type { Registration } from "../in-process/registration.ts";
import { shippedStack } from "../in-process/shipped.ts";

/** `first`: nothing exists yet. `settled`: everything does. `rotation`: everything does, and the epoch was raised. */
export const phases = ["first", "settled", "rotation"] as const;
export type Phase = (typeof phases)[number];

/** A plan: by resource, what it is declared with; keys are paths. */
export type Plan = Map<string, Map<string, string>>;

/** The plans of a shipped stack. */
export async function plansOf(
	environment: Environment,
): Promise<Record<Phase, Plan>> {
	const stack = shippedStack(environment);
	try {
		const first = await stack.preview();
		const up = await stack.up();
		const settled = await stack.preview();
		stack.set("rotationEpoch", 1);
		const rotation = await stack.preview();
		for (const { ok, messages } of [first, up, settled, rotation]) {
			if (!ok) throw new Error(messages.join("\n"));
		}
		return {
			first: planOf(first.registrations),
			settled: planOf(settled.registrations),
			rotation: planOf(rotation.registrations),
		};
	} finally {
		stack.remove();
	}
}

/** What a run declares. */
export function planOf(registrations: readonly Registration[]): Plan {
	const blocks = registrations.map((each): [string, Map<string, string>] => [
		nameOf(each.urn),
		facts(each),
	]);
	return new Map(blocks.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function facts({
	parent,
	options,
	dependencies,
	propertyDependencies,
	inputs,
}: Registration): Map<string, string> {
	const found = new Map<string, string>();
	if (parent !== "") found.set("parent", nameOf(parent));
	for (const [option, value] of Object.entries(options)) {
		found.set(`option ${option}`, JSON.stringify(value));
	}
	for (const urn of dependencies.map(nameOf).sort()) {
		found.set(`depends on ${urn}`, "");
	}
	for (const [property, urns] of byKey(propertyDependencies)) {
		for (const urn of urns.map(nameOf).sort()) {
			found.set(`${property} is made from ${urn}`, "");
		}
	}
	flatten("input", inputs, found);
	return found;
}

const byKey = <T>(entries: Record<string, T>) =>
	Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1));

/** A URN without stack and project. */
const nameOf = (urn: string) => urn.split("::").slice(2).join("::");

function flatten(path: string, value: Value, found: Map<string, string>): void {
	if (value instanceof Secret) {
		found.set(path, "[secret]");
	} else if (value === UNKNOWN) {
		found.set(path, "[unknown]");
	} else if (Array.isArray(value) && value.length > 0) {
		value.forEach((each, index) => {
			flatten(`${path}.${keyIn(each) ?? index}`, each, found);
		});
	} else if (isObject(value) && Object.keys(value).length > 0) {
		for (const [key, each] of byKey(value)) {
			flatten(`${path}.${key}`, each, found);
		}
	} else if (path.endsWith(`.${checklistVariable}.value`)) {
		flatten(path, JSON.parse(String(value)), found);
	} else {
		found.set(path, normalised(JSON.stringify(value)));
	}
}

/** Items of a list with a name are told apart by it, so that one more does not shift the others. */
const keyIn = (item: Value) =>
	isObject(item) && typeof (item as Properties).name === "string"
		? String((item as Properties).name)
		: undefined;

/** Without what is another one at each run: made-up endings of names, marks, and hashes of what holds either. */
function normalised(text: string): string {
	return text
		.replace(/"[0-9a-f]{8}-[0-9a-f]{6}"/g, '"<hash>-<mark>"')
		.replace(/(?<=-|")[0-9a-f]{8}(?=-\d+")/g, "<hash>")
		.replace(
			/(?<=(?:instance|network|subnet|vpc|services)-)[0-9a-f]{7}(?=[":/]|$)/g,
			"<random>",
		);
}

/** A plan as a file: a line for each resource, and under it one for each thing that it is declared with. */
export function textOf(plan: Plan): string {
	return [...plan]
		.map(([name, found]) =>
			[
				name,
				...[...found].map(([key, value]) => `  ${key}${value && `: ${value}`}`),
			].join("\n"),
		)
		.join("\n\n")
		.concat("\n");
}

/** Reads {@link textOf} back. */
export function planIn(text: string): Plan {
	return new Map(
		text
			.trimEnd()
			.split("\n\n")
			.map((block) => {
				const [name = "", ...lines] = block.split("\n");
				return [
					name,
					new Map(
						lines.map((line): [string, string] => {
							const [, key = "", value = ""] =
								/^ {2}(.*?)(?:: (.*))?$/.exec(line) ?? [];
							return [key, value];
						}),
					),
				];
			}),
	);
}
