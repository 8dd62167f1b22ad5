/** Has a deployment judged by the policy pack, as the engine has it judged. */
import { Secret, UNKNOWN, type Value } from "../../local/provider/values.ts";
import * as fixture from "../fixtures/resources.ts";
import {
	type Diagnostic,
	type JudgeOptions,
	judgeResource,
	judgeUpdated,
} from "../policies/engine.ts";
import { packageOf } from "./aliases.ts";
import type { Config } from "./providers.ts";
import type { Run } from "./run.ts";
import type { Goal, ResourceState } from "./state.ts";
import type { Message } from "./step.ts";
import { nameIn, STACK_TYPE, typeIn } from "./urn.ts";

export type Policies = {
	/** Of a resource's checked inputs, before anything is done. Errors are mandatory violations. */
	ofResource: (goal: Goal) => Promise<Message[]>;
	/** Of the whole stack, at the end. */
	ofStack: (state: readonly ResourceState[]) => Promise<Message[]>;
};

/** The shipped pack, in the stack and the project that a configuration names. */
export function packPolicies(
	stack: string,
	config: Config,
	preview: boolean,
	changed: JudgeOptions = {},
): Policies {
	const options = { ...changed, stack, dryRun: preview };
	const project = config["gcp:project"] ?? "";
	return {
		ofResource: async (goal) =>
			(await judgeResource(seen(goal, goal.inputs, project), options)).map(
				(said) => messageOf(said, goal.urn),
			),
		ofStack: async (state) => {
			const urns = new Map(state.map((each) => [keyOf(each.urn), each.urn]));
			const said = await judgeUpdated(seenStack(state, project), options);
			return said.map((each) => {
				const [, , type = "", ...name] = each.urn.split("::");
				return messageOf(
					each,
					urns.get(`${type}::${name.join("::")}`) ?? each.urn,
				);
			});
		},
	};
}

/** What the pack's stack policy sees of a run. */
export function seenOf(
	{ engineSteps }: Run,
	project: string,
): fixture.Resource[] {
	// A replacement is two steps with one state.
	const made = engineSteps.filter(({ op }) => op !== "replace");
	return seenStack(
		made.flatMap(({ next }) => next ?? []),
		project,
	);
}

/** What the pack's stack policy sees of a state: outputs, with what a preview does not know. */
export function seenStack(
	state: readonly ResourceState[],
	project: string,
): fixture.Resource[] {
	return state
		.filter(({ type }) => type !== STACK_TYPE)
		.map((each) => seen(each, each.outputs, project));
}

function seen(
	goal: Goal,
	properties: Goal["inputs"],
	project: string,
): fixture.Resource {
	return {
		type: goal.type,
		name: goal.name,
		properties: plainly(properties) as fixture.Properties,
		protect: goal.options.protect ?? false,
		ignoreChanges: goal.options.ignoreChanges ?? [],
		dependsOn: goal.dependencies.map(keyOf),
		// The engine leaves out what depends on nothing.
		propertyDependencies: Object.fromEntries(
			Object.entries(goal.propertyDependencies)
				.filter(([, urns]) => urns.length > 0)
				.map(([key, urns]) => [key, urns.map(keyOf)]),
		),
		project: packageOf(goal.type) === "gcp" ? project : "",
	};
}

/** Policies see secrets as values. Lists are made here: those of a cloned value are another context's, which the SDK takes for something else. */
function plainly(value: Value): fixture.Value {
	if (value === UNKNOWN) return fixture.UNKNOWN;
	if (value instanceof Secret) return plainly(value.value);
	if (Array.isArray(value)) return Array.from(value, plainly);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value as Goal["inputs"]).map(([key, inner]) => [
			key,
			plainly(inner),
		]),
	);
}

function messageOf(
	{ rule, mandatory, message }: Diagnostic,
	urn: string,
): Message {
	return {
		severity: mandatory ? "error" : "advice",
		urn,
		text: `[${mandatory ? "mandatory" : "advisory"}] ${rule}\n${message}`,
	};
}

const keyOf = (urn: string) => `${typeIn(urn)}::${nameIn(urn)}`;
