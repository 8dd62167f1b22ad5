/** What a command does, one resource at a time, and what a person reads of it. */

import { PartialFailure } from "../../local/provider/core.ts";
import {
	type Properties,
	plainProperties,
} from "../../local/provider/values.ts";
import type { Asked } from "./decision.ts";
import { withInputsSecrets, withListedSecrets } from "./properties.ts";
import type { ResourceState } from "./state.ts";

/** One operation on one resource, named as the engine names it. */
export type Step = {
	op:
		| "create"
		| "same"
		| "update"
		| "replace"
		| "create-replacement"
		| "delete-replaced"
		| "delete";
	urn: string;
	/** Top-level properties that differ. */
	keys: readonly string[];
	/** Those that make it a replacement. */
	replaceKeys: readonly string[];
	old?: ResourceState;
	next?: ResourceState;
};

/** A message of the engine, of the program or of a policy. */
export type Message = {
	severity: "info" | "warning" | "error" | "advice";
	/** The resource that it is about; empty where it is about none. */
	urn: string;
	text: string;
};

/**
 * Creates the resource, or changes it where it is recorded already, and completes the state with what came out.
 * @returns why it failed although it is recorded
 * @throws what the provider threw where nothing is to be recorded
 */
export async function apply(
	next: ResourceState,
	old: ResourceState | undefined,
	provider: Asked | undefined,
	preview: boolean,
): Promise<PartialFailure | undefined> {
	if (provider === undefined) {
		next.outputs = old?.outputs ?? {};
		return undefined;
	}
	let failure: PartialFailure | undefined;
	try {
		const answer = await ask(next, old, provider, preview);
		next.id = answer.id;
		next.outputs = answer.outputs;
	} catch (error) {
		if (!(error instanceof PartialFailure)) throw error;
		failure = error;
		next.id = error.id;
		next.outputs = error.outputs;
		next.initErrors = [error.message];
	}
	next.outputs = withListedSecrets(
		withInputsSecrets(next.outputs, next.inputs),
		next.options.additionalSecretOutputs ?? [],
	);
	return failure;
}

async function ask(
	next: ResourceState,
	old: ResourceState | undefined,
	provider: Asked,
	preview: boolean,
): Promise<{ id: string; outputs: Properties }> {
	const { urn, type, name } = next;
	const inputs = plainProperties(next.inputs);
	if (old === undefined)
		return provider.create({ urn, type, name, inputs, preview });
	const outputs = await provider.update({
		urn,
		type,
		name,
		id: old.id,
		olds: plainProperties(old.outputs),
		news: inputs,
		preview,
		ignoreChanges: next.options.ignoreChanges ?? [],
	});
	return { id: old.id, outputs };
}

/** What a person reads of whatever was thrown: answers of the cloud are sentences, anything else is a bug and keeps its stack. */
export function wording(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return error.constructor === Error || error instanceof TypeError
		? (error.stack ?? error.message)
		: error.message;
}
