/** What the engine does with one resource: create, update, replace or leave it, as its provider says. */
import {
	CloudError,
	PartialFailure,
	type Provider,
} from "../../local/provider/core.ts";
import {
	type Properties,
	plainProperties,
	UNKNOWN,
} from "../../local/provider/values.ts";
import { type Registration, secretsIn, withIgnored } from "./registration.ts";
import type { Recorded, State } from "./state.ts";

export type Op = "create" | "update" | "replace" | "same" | "delete";

/** One step of a plan or of an update. */
export type Step = {
	op: Op;
	urn: string;
	/** The properties that differ; for a replacement those that make it one. */
	keys: string[];
};

/** A failure that the engine reports for a resource. */
export class StepFailure extends Error {
	readonly urn: string;
	constructor(urn: string, reason: string) {
		super(reason);
		this.urn = urn;
	}
}

export type StepArgs = {
	registration: Registration;
	provider: Provider;
	state: State;
	preview: boolean;
	/** Deleted already, since something that it hangs on was replaced. */
	deleted: boolean;
	/** Takes away what hangs on a resource that has to be deleted before it is made anew. */
	deleteFirst: (old: Recorded) => Promise<void>;
};

/** Does the step, and records it. */
export async function takeStep(
	args: StepArgs,
): Promise<{ step: Step; recorded: Recorded }> {
	const { registration, provider, state, preview, deleted } = args;
	const { urn, type, name, options } = registration;
	const subject = { urn, type, name };
	const old = state.resources.get(urn);
	const given = withIgnored(
		plainProperties(registration.inputs),
		old?.inputs ?? {},
		old === undefined ? [] : (options.ignoreChanges ?? []),
	);
	const { inputs: checked, failures } = provider.check({
		...subject,
		olds: old?.inputs,
		news: given,
	});
	if (failures.length > 0) {
		throw new StepFailure(urn, failures.map(({ reason }) => reason).join("\n"));
	}
	const inputs = plainProperties(checked);
	const record = (
		id: string,
		outputs: Properties,
		failed = false,
	): Recorded => {
		const recorded: Recorded = {
			...base(registration),
			id,
			inputs,
			outputs: plainProperties(outputs),
			secrets: [
				...new Set([
					...secretsIn(registration.inputs),
					...secretsIn(outputs),
					...(options.additionalSecretOutputs ?? []),
				]),
			],
			failed,
		};
		// A new place in the order, so that deletions go from what hangs on others to what they hang on.
		state.resources.delete(urn);
		state.resources.set(urn, recorded);
		return recorded;
	};
	const create = async (op: Op, keys: string[]) => {
		const { id, outputs } = await recordingFailure(urn, record, () =>
			provider.create({ ...subject, inputs, preview }),
		);
		return { step: { op, urn, keys }, recorded: record(id, outputs) };
	};
	if (old === undefined) {
		return create(deleted ? "replace" : "create", []);
	}
	const diff = provider.diff({
		...subject,
		id: old.id,
		olds: old.outputs,
		news: inputs,
		ignoreChanges: options.ignoreChanges ?? [],
	});
	if (diff.replaces.length > 0) {
		if (old.protect && options.protect === true) {
			throw new StepFailure(
				urn,
				`unable to replace resource "${urn}"\nas it is currently marked for protection. To unprotect the resource, remove the \`protect\` flag from the resource in your Pulumi program and run \`pulumi up\``,
			);
		}
		if (options.deleteBeforeReplace === true || diff.deleteBeforeReplace) {
			await args.deleteFirst(old);
		} else {
			state.pendingDeletes.push(old);
		}
		return create("replace", [...diff.replaces]);
	}
	if (!diff.changes && !old.failed) {
		const recorded = { ...old, ...base(registration), inputs };
		state.resources.delete(urn);
		state.resources.set(urn, recorded);
		return { step: { op: "same", urn, keys: [] }, recorded };
	}
	const outputs = await recordingFailure(urn, record, () =>
		provider.update({
			...subject,
			id: old.id,
			olds: old.outputs,
			news: inputs,
			preview,
			ignoreChanges: options.ignoreChanges ?? [],
		}),
	);
	return {
		step: { op: "update", urn, keys: [...diff.diffs] },
		recorded: record(old.id, outputs),
	};
}

const base = ({ inputs: _, options, ...rest }: Registration) => ({
	...rest,
	protect: options.protect ?? false,
	retainOnDelete: options.retainOnDelete ?? false,
});

/** A failure after which the resource counts as made or changed is recorded. */
async function recordingFailure<T>(
	urn: string,
	record: (id: string, outputs: Properties, failed: boolean) => Recorded,
	act: () => Promise<T>,
): Promise<T> {
	try {
		return await act();
	} catch (error) {
		if (error instanceof PartialFailure) {
			record(error.id, error.outputs, true);
		}
		throw error instanceof CloudError
			? new StepFailure(urn, error.message)
			: error;
	}
}

/**
 * What has to go before a resource that is deleted before it is made anew: what is made from it and would be replaced
 * with it, the last first.
 */
export function takenAlong(
	old: Recorded,
	state: State,
	providerOf: (type: string) => Provider,
): Recorded[] {
	const gone = new Set([old.urn]);
	const taken: Recorded[] = [];
	for (const each of state.resources.values()) {
		const made = Object.entries(each.propertyDependencies)
			.filter(([, urns]) => urns.some((urn) => gone.has(urn)))
			.map(([key]) => key);
		if (!each.custom || made.length === 0) continue;
		const { urn, type, name, id, outputs, inputs } = each;
		const { replaces } = providerOf(type).diff({
			urn,
			type,
			name,
			id,
			olds: outputs,
			news: {
				...inputs,
				...Object.fromEntries(made.map((key) => [key, UNKNOWN])),
			},
		});
		if (replaces.length > 0) {
			gone.add(urn);
			taken.unshift(each);
		}
	}
	return taken;
}
