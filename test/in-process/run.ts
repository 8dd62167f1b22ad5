/** What a test reads of a preview or an update. */
import {
	type Properties,
	plainProperties,
} from "../../local/provider/values.ts";
import type { Deployment } from "./deployment.ts";
import { type Registration, registrationOf } from "./registration.ts";
import { isDeclared } from "./stack-state.ts";
import type { Message, Step } from "./step.ts";
import { STACK_TYPE, shortName, typeIn } from "./urn.ts";

/** How a preview or an update ended. */
export type Run = {
	/** Nothing failed. */
	ok: boolean;
	/** What happened to each resource of the cloud, what stays as it is included. A replacement is one step. */
	steps: PlannedStep[];
	/** The steps that change something, by operation: `Type name`, sorted. */
	changes: Record<string, string[]>;
	/** Every step as the engine takes it. */
	engineSteps: readonly Step[];
	registrations: Registration[];
	/** The stack's outputs; empty after a failure. */
	outputs: Properties;
	/** What the program said, and why the run failed; without the advice of policies. */
	messages: string[];
	/** The messages as one text. */
	output: string;
	/** The same with the resource that each is about, and with advice. */
	diagnostics: readonly Message[];
};

export type Op = "create" | "update" | "replace" | "same" | "delete";

export type PlannedStep = {
	op: Op;
	urn: string;
	/** The properties that differ; for a replacement those that make it one. */
	keys: string[];
};

const ops: readonly string[] = [
	"create",
	"update",
	"replace",
	"same",
	"delete",
] satisfies Op[];

export function runOf(deployment: Deployment): Run {
	const { steps, messages, goals, state, failed } = deployment;
	const root = state.find(({ type }) => type === STACK_TYPE);
	const planned = steps.flatMap(({ op, urn, keys, replaceKeys, next, old }) =>
		ops.includes(op) &&
		(next ?? old)?.custom &&
		isDeclared({ type: typeIn(urn) })
			? [
					{
						op: op as Op,
						urn,
						keys: [...(op === "replace" ? replaceKeys : keys)],
					},
				]
			: [],
	);
	const said = messages
		.filter(({ severity }) => severity !== "advice")
		.map(({ text }) => text);
	return {
		ok: !failed,
		steps: planned,
		changes: changesIn(planned),
		engineSteps: steps,
		registrations: goals
			.filter(({ type }) => !type.startsWith("pulumi:providers:"))
			.map(registrationOf),
		outputs: failed ? {} : plainProperties(root?.outputs ?? {}),
		messages: said,
		output: said.join("\n"),
		diagnostics: messages,
	};
}

function changesIn(steps: readonly PlannedStep[]): Record<string, string[]> {
	const changes: Record<string, string[]> = {};
	for (const { op, urn } of steps) {
		if (op === "same") continue;
		changes[op] = [...(changes[op] ?? []), shortName(urn)].sort();
	}
	return changes;
}
