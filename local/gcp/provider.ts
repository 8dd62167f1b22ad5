/** The stand-in for the gcp provider: what the real one answers to the engine, with {@link CloudApi} in place of Google. */
import { projectNumber } from "../cloud/world.ts";
import { type FaultMoment, type FaultOperation, Faults } from "../faults.ts";
import type { DataPlane } from "../plane/data-plane.ts";
import { checkInputs } from "../provider/check.ts";
import {
	type CheckRequest,
	type CheckResult,
	CloudError,
	type CreateRequest,
	type DeleteRequest,
	type DiffRequest,
	type DiffResult,
	type Provider,
	type ReadRequest,
	type ReadResult,
	type Subject,
	type UpdateRequest,
} from "../provider/core.ts";
import { diffResource } from "../provider/diff.ts";
import { importedInputs, refreshedInputs } from "../provider/inputs.ts";
import { markSecrets } from "../provider/outputs.ts";
import {
	type Properties,
	plainProperties,
	textAt,
} from "../provider/values.ts";
import { answer, type RestAnswer, type RestRequest } from "../rest/answer.ts";
import type { Scope } from "../types/resource-type.ts";
import { CloudApi } from "./api.ts";
import { complete } from "./completion.ts";
import {
	configChanges,
	configFailures,
	type GcpConfig,
	readConfig,
} from "./config.ts";
import { dataSource } from "./data-sources.ts";
import { failed, partial } from "./failures.ts";
import { withLabelChanges } from "./label-changes.ts";
import { readBack } from "./read-back.ts";
import { faultPoint, isStateOnly, known } from "./subjects.ts";

/** Where the provider stands. */
export interface GcpOptions {
	/** The stand-in's folder. */
	readonly directory: string;
	readonly plane: DataPlane;
	/** By which programs ask the REST answers. @default none, as where nobody is logged in */
	readonly accessToken?: string | undefined;
}

export class GcpProvider implements Provider {
	readonly name = "gcp";
	readonly version = "9.35.0";
	readonly #options: GcpOptions;
	readonly #faults: Faults;
	#config: GcpConfig = readConfig({});
	#opened: CloudApi | undefined;

	constructor(options: GcpOptions) {
		this.#options = options;
		this.#faults = new Faults(options.directory);
	}

	cancel(): void {
		this.#faults.cancel();
	}

	checkConfig(news: Properties): CheckResult {
		return { inputs: news, failures: configFailures(plainProperties(news)) };
	}

	diffConfig(olds: Properties, news: Properties): DiffResult {
		return configChanges(olds, news);
	}

	configure(config: Properties): void {
		this.#config = readConfig(plainProperties(config));
		this.#opened = undefined;
	}

	check(request: CheckRequest): CheckResult {
		const { facts } = known(request.type);
		const olds = request.olds && plainProperties(request.olds);
		const result = checkInputs(facts, { ...request, olds });
		const failure = this.#faults.outcome(
			faultPoint("check", "before", request, result.inputs),
		);
		const failures =
			failure === undefined
				? result.failures
				: [...result.failures, { reason: failure }];
		return { inputs: markSecrets(facts.properties, result.inputs), failures };
	}

	diff(request: DiffRequest): DiffResult {
		const { facts } = known(request.type);
		const olds = plainProperties(request.olds);
		const news = plainProperties(request.news);
		const result = diffResource(facts, { ...request, olds, news });
		return withLabelChanges(result, facts, {
			olds,
			news,
			defaults: this.#config.defaultLabels,
		});
	}

	async create(
		request: CreateRequest,
	): Promise<{ id: string; outputs: Properties }> {
		const { facts, rules } = known(request.type);
		const inputs = plainProperties(request.inputs);
		const properties = this.#complete(
			request.type,
			inputs,
			undefined,
			request.preview,
		);
		if (request.preview)
			return { id: "", outputs: markSecrets(facts.properties, properties) };
		await this.#strike("create", "before", request, properties);
		const { id, failure } = await this.#asking(() =>
			this.#api().create({ ...request, inputs, properties }),
		);
		// What took effect although the answer got lost is not recorded: the next creation meets it.
		await this.#strike("create", "after", request, properties, id);
		const outputs = await this.#outputs(
			request.type,
			id,
			properties,
			rules.shownOnce,
		);
		if (failure !== undefined)
			throw partial("creating", request.urn, id, outputs, failure);
		return { id, outputs };
	}

	async read(request: ReadRequest): Promise<ReadResult> {
		const { facts, rules } = known(request.type);
		await this.#strike(
			"read",
			"before",
			request,
			request.state ?? {},
			request.id,
		);
		const isImport = Object.keys(request.state ?? {}).length === 0;
		const id = isImport
			? (rules.importId?.(request.id, this.#scope()) ?? request.id)
			: request.id;
		const entry = await this.#api().look(request.type, id);
		if (entry === undefined) return undefined;
		const state = isImport ? undefined : plainProperties(request.state ?? {});
		const outputs = readBack(facts, rules, entry.properties, state);
		const old = plainProperties(request.inputs ?? {});
		const inputs =
			Object.keys(old).length === 0
				? importedInputs(facts.properties, outputs)
				: refreshedInputs(facts.properties, old, outputs);
		return {
			id,
			inputs: markSecrets(facts.properties, inputs),
			outputs: markSecrets(facts.properties, { ...outputs, id }),
		};
	}

	async update(request: UpdateRequest): Promise<Properties> {
		const { facts, rules } = known(request.type);
		const { id, urn } = request;
		const olds = plainProperties(request.olds);
		const inputs = plainProperties(request.news);
		const completed = this.#complete(
			request.type,
			inputs,
			olds,
			request.preview,
		);
		const properties = { ...completed, id };
		const planned = markSecrets(facts.properties, properties);
		// The engine also asks where nothing but a failure is on record. There is nothing to send then, and nobody is asked.
		const { diffs } = this.diff(request);
		if (request.preview || diffs.every((key) => isStateOnly(rules, key)))
			return planned;
		try {
			await this.#strike("update", "before", request, properties, id);
			const { failure } = await this.#api().update(
				{ ...request, inputs, properties },
				id,
			);
			await this.#strike("update", "after", request, properties, id);
			if (failure !== undefined) throw failure;
		} catch (error) {
			// Whatever failed, the real provider makes the engine record the update as done.
			throw error instanceof CloudError
				? partial("updating", urn, id, planned, error)
				: error;
		}
		return this.#outputs(request.type, id, properties);
	}

	async delete(request: DeleteRequest): Promise<void> {
		const { rules } = known(request.type);
		const state = plainProperties(request.olds);
		const { id, type } = request;
		const policy = textAt(state, "deletionPolicy");
		if (policy === "ABANDON") return;
		if (policy === "PREVENT")
			throw failed(
				`cannot destroy ${id}: its deletion_policy is PREVENT. Set it to DELETE with an update first`,
			);
		if (rules.protection !== undefined && state.deletionProtection === true)
			throw failed(rules.protection);
		await this.#strike("delete", "before", request, state, id);
		await this.#asking(() => this.#api().delete(type, id, policy, state));
		await this.#strike("delete", "after", request, state, id);
	}

	async invoke(token: string, args: Properties): Promise<Properties> {
		const given = plainProperties(args);
		const names = Object.values(given).filter(
			(value) => typeof value === "string",
		);
		try {
			await this.#faults.strike({
				operation: "invoke",
				type: token,
				names,
				when: "before",
			});
			const { accessToken = "" } = this.#options;
			return await dataSource(token, given, this.#api(), {
				...this.#config,
				...this.#scope(),
				accessToken,
			});
		} catch (error) {
			if (!(error instanceof CloudError)) throw error;
			throw new CloudError(
				`invoking ${token}: ${failed(error.message).message}`,
			);
		}
	}

	/**
	 * Answers a request to a REST API.
	 * @throws {CloudError} where a fault strikes.
	 */
	async answer(request: RestRequest): Promise<RestAnswer> {
		await this.#faults.strike({
			operation: "request",
			type: request.method,
			names: [request.path],
			when: "before",
		});
		return this.#api().view((world) => answer(request, world));
	}

	#scope(): Scope {
		const { project, region } = this.#config;
		if (project === "")
			throw new CloudError("project: required field is not set");
		return { project, region, number: projectNumber(project) };
	}

	#api(): CloudApi {
		this.#opened ??= new CloudApi({
			...this.#options,
			faults: this.#faults,
			scope: this.#scope(),
		});
		return this.#opened;
	}

	#complete(
		token: string,
		inputs: Properties,
		prior: Properties | undefined,
		preview: boolean,
	): Properties {
		const { facts, rules } = known(token);
		const { defaultLabels } = this.#config;
		return complete({
			facts,
			type: rules,
			scope: this.#scope(),
			defaultLabels,
			inputs,
			prior,
			preview,
		});
	}

	/** What the state records after a success: what the cloud holds, and what only the state holds. */
	async #outputs(
		token: string,
		id: string,
		properties: Properties,
		shown: readonly string[] = [],
	): Promise<Properties> {
		const { facts, rules } = known(token);
		const entry = await this.#api().look(token, id);
		const outputs =
			entry === undefined
				? properties
				: readBack(facts, rules, entry.properties, properties);
		for (const key of shown) outputs[key] = entry?.properties[key] ?? null;
		return markSecrets(facts.properties, { ...outputs, id });
	}

	/** Asks the API, and gives its refusals the provider's form. */
	async #asking<T>(ask: () => Promise<T>): Promise<T> {
		try {
			return await ask();
		} catch (error) {
			throw error instanceof CloudError ? failed(error.message) : error;
		}
	}

	#strike(
		operation: FaultOperation,
		when: FaultMoment,
		subject: Subject,
		properties: Properties,
		id?: string,
	) {
		return this.#asking(() =>
			this.#faults.strike(faultPoint(operation, when, subject, properties, id)),
		);
	}
}
