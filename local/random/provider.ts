/** The stand-in for the random provider. It has no cloud: what it makes lives in Pulumi's state alone. */
import { checkInputs } from "../provider/check.ts";
import {
	type CheckRequest,
	type CheckResult,
	CloudError,
	type CreateRequest,
	type DiffRequest,
	type DiffResult,
	type Provider,
	type ReadRequest,
	type ReadResult,
	type UpdateRequest,
} from "../provider/core.ts";
import { diffResource } from "../provider/diff.ts";
import { factsOf, type TypeFacts } from "../provider/facts.ts";
import { markSecrets, settle } from "../provider/outputs.ts";
import {
	hasUnknown,
	type Properties,
	plainProperties,
} from "../provider/values.ts";
import { type Kind, kinds } from "./kinds.ts";

/** The provider's types, with what is known of each. */
function known(token: string): { facts: TypeFacts; kind: Kind } {
	const facts = factsOf(token);
	const kind = kinds[token];
	if (facts === undefined || kind === undefined)
		throw new CloudError(
			`the stand-in does not know the resource type ${token}; local/README.md lists what it knows`,
		);
	return { facts, kind };
}

/** Without what was never given: this provider leaves such properties out instead of showing null. */
function onlyGiven(properties: Properties): Properties {
	return Object.fromEntries(
		Object.entries(properties).filter(
			([key, value]) =>
				value !== null &&
				!(key === "overrideSpecial" && value === "") &&
				!(key === "prefix" && value === ""),
		),
	);
}

function completed(
	facts: TypeFacts,
	inputs: Properties,
	prior: Properties | undefined,
	preview: boolean,
): Properties {
	const given = { ...inputs };
	// `number` is the old name of `numeric`: each follows the other.
	const numeric = inputs.numeric ?? inputs.number;
	if (numeric !== undefined && "numeric" in facts.properties)
		Object.assign(given, { numeric, number: numeric });
	return onlyGiven(settle(facts.properties, { inputs: given, prior, preview }));
}

export class RandomProvider implements Provider {
	readonly name = "random";
	readonly version = "4.21.1";

	cancel(): void {}

	checkConfig(news: Properties): CheckResult {
		const unknown = Object.keys(news).filter(
			(key) => key !== "version" && key !== "pluginDownloadURL",
		);
		return {
			inputs: news,
			failures: unknown.map((key) => ({
				reason: `\`random:${key}\` is not a valid configuration key for the random provider`,
			})),
		};
	}

	diffConfig(): DiffResult {
		return {
			changes: false,
			replaces: [],
			diffs: [],
			deleteBeforeReplace: false,
		};
	}

	configure(): void {}

	check(request: CheckRequest): CheckResult {
		const { facts, kind } = known(request.type);
		const { inputs, failures } = checkInputs(facts, request, {
			defaults: false,
		});
		const plain = plainProperties(inputs);
		const problem =
			failures.length > 0 || hasUnknown(plain)
				? undefined
				: kind.problem(plain);
		return {
			inputs,
			failures:
				problem === undefined
					? failures
					: [
							...failures,
							{ reason: `${problem}. Examine values at '${request.name}'.` },
						],
		};
	}

	diff(request: DiffRequest): DiffResult {
		const { facts } = known(request.type);
		const olds = plainProperties(request.olds);
		const news = completed(facts, plainProperties(request.news), olds, true);
		// This provider says which properties change, but not how.
		return {
			...diffResource(facts, { ...request, olds, news }),
			detailed: undefined,
			deleteBeforeReplace: false,
		};
	}

	async create(
		request: CreateRequest,
	): Promise<{ id: string; outputs: Properties }> {
		const { facts, kind } = known(request.type);
		const properties = completed(
			facts,
			plainProperties(request.inputs),
			undefined,
			request.preview,
		);
		if (request.preview)
			return { id: "", outputs: markSecrets(facts.properties, properties) };
		Object.assign(properties, made(kind, properties));
		const id = kind.id(properties);
		return {
			id,
			outputs: markSecrets(facts.properties, { ...properties, id }),
		};
	}

	async read(request: ReadRequest): Promise<ReadResult> {
		const { facts, kind } = known(request.type);
		const { state, id, inputs } = request;
		if (state !== undefined && Object.keys(state).length > 0)
			return { id, inputs: inputs ?? {}, outputs: state };
		const outputs = kind.imported(id);
		const settable = Object.entries(outputs).filter(
			([key]) =>
				facts.properties[key]?.optional || facts.properties[key]?.required,
		);
		const own = kind.id(outputs);
		return {
			id: own,
			inputs: Object.fromEntries(settable),
			outputs: markSecrets(facts.properties, { ...outputs, id: own }),
		};
	}

	async update(request: UpdateRequest): Promise<Properties> {
		const { facts } = known(request.type);
		const olds = plainProperties(request.olds);
		const properties = completed(
			facts,
			plainProperties(request.news),
			olds,
			request.preview,
		);
		return markSecrets(facts.properties, { ...properties, id: request.id });
	}

	async delete(): Promise<void> {}

	async invoke(token: string): Promise<Properties> {
		throw new CloudError(`the stand-in does not know the data source ${token}`);
	}
}

/** Makes what is random; a set of characters that leaves nothing to draw from is the program's mistake. */
function made(kind: Kind, properties: Properties): Properties {
	try {
		return kind.make(properties);
	} catch (error) {
		throw error instanceof RangeError ? new CloudError(error.message) : error;
	}
}
