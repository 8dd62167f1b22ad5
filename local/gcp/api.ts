/** The cloud's side of a request: what Google's APIs would accept, keep and do. */
import { CloudStore } from "../cloud/store.ts";
import { type Entry, find, put, remove, type World } from "../cloud/world.ts";
import type { Faults } from "../faults.ts";
import type { DataPlane } from "../plane/data-plane.ts";
import { CloudError } from "../provider/core.ts";
import { factsOf } from "../provider/facts.ts";
import type { Properties } from "../provider/values.ts";
import { seedProject } from "../seed.ts";
import { fillIn, fillTemplate } from "../types/fill-in.ts";
import { acceptRequest, executionsOf } from "../types/job.ts";
import type { Operation, ResourceType, Scope } from "../types/resource-type.ts";
import { table } from "../types/table.ts";
import { JOB } from "../types/tokens.ts";

/** What an API works with. */
export interface ApiOptions {
	/** The stand-in's folder. */
	readonly directory: string;
	readonly plane: DataPlane;
	readonly faults: Faults;
	readonly scope: Scope;
}

/** A request to create or to change a resource. */
export interface ApiRequest {
	/** The type's token. */
	readonly type: string;
	/** The resource's name in the program. */
	readonly name: string;
	/** Checked inputs; they alone hold write-only values. */
	readonly inputs: Properties;
	/** What the resource is to be, completed. */
	readonly properties: Properties;
}

/** How a request ended that the API accepted. */
export interface ApiResult {
	readonly id: string;
	/** The outcome failed, although the API keeps the change: a revision that did not start, an execution that failed. */
	readonly failure: CloudError | undefined;
}

/** Every refusal is a {@link CloudError}, after which the cloud is as it was. */
export class CloudApi {
	readonly #options: ApiOptions;
	readonly #store: CloudStore;

	constructor(options: ApiOptions) {
		this.#options = options;
		this.#store = new CloudStore(
			options.directory,
			options.scope.project,
			seedProject,
		);
	}

	/** A resource as it is now; undefined where it does not exist, or counts as gone. */
	async look(type: string, id: string): Promise<Entry | undefined> {
		await this.#settle(type, id);
		return this.#store.update((world) => {
			const entry = find(world, type, id);
			if (entry === undefined) return undefined;
			if (table[type]?.refreshed?.(entry, world) === false) return undefined;
			return structuredClone(entry);
		});
	}

	/** Looks at the whole project. */
	view<T>(read: (world: World) => T): T {
		return this.#store.view(read);
	}

	/** Creates a resource, and waits until it is ready. */
	async create(request: ApiRequest): Promise<ApiResult> {
		const operation = this.#store.update((world) =>
			this.#reserve(request, world),
		);
		const { type, id } = operation;
		return this.#finish(operation, (world) => remove(world, type, id));
	}

	/** Changes a resource, and waits until it is ready again. */
	async update(request: ApiRequest, id: string): Promise<ApiResult> {
		const { operation, prior } = this.#store.update((world) =>
			this.#change(request, id, world),
		);
		return this.#finish(operation, (world) =>
			put(world, request.type, id, prior),
		);
	}

	/**
	 * Executes a job once more, as a person or a schedule does, and waits for its end.
	 * @returns why the execution failed; undefined where it did not.
	 * @throws {CloudError} where there is no such job.
	 */
	async execute(id: string): Promise<string | undefined> {
		let execution = "";
		const { operation, prior } = this.#store.update((world) => {
			const entry = find(world, JOB, id);
			if (entry === undefined) throw new CloudError(`Job [${id}] not found.`);
			const prior = structuredClone(entry);
			const properties = structuredClone(entry.properties);
			const request = { type: JOB, name: "", inputs: {}, properties };
			const operation = { ...this.#operation(request, id), prior };
			execution = acceptRequest(operation, entry, world);
			return { operation, prior };
		});
		await this.#finish(operation, (world) => put(world, JOB, id, prior));
		const message = this.#store.view(
			(world) =>
				executionsOf(find(world, JOB, id) as Entry).executions[execution]
					?.message,
		);
		return message === "" ? undefined : message;
	}

	/** Deletes a resource, or does with it what its deletion policy says; nothing where there is none. */
	async delete(
		type: string,
		id: string,
		policy: string,
		state: Properties = {},
	): Promise<void> {
		const rules = table[type];
		const entry = await this.look(type, id);
		if (rules === undefined || entry === undefined || rules.forgets === true)
			return;
		const refusal = rules.guarded?.(entry, state);
		if (refusal !== undefined) throw new CloudError(refusal);
		const { scope, plane } = this.#options;
		if (rules.retire === undefined)
			await rules.dispose?.({ scope, plane, properties: entry.properties });
		this.#store.update((world) => takeAway(rules, policy, type, id, world));
	}

	/** Ends what a killed process was waiting for. */
	async #settle(type: string, id: string): Promise<void> {
		const rules = table[type];
		if (rules?.settle === undefined) return;
		const { scope, plane } = this.#options;
		const operation = { scope, plane, id };
		const found = this.#store.view((world) => find(world, type, id));
		const end = found && (await rules.settle(operation, found));
		if (end === undefined) return;
		const entry = this.#store.update((world) => {
			const entry = find(world, type, id);
			if (entry !== undefined) end(entry);
			return structuredClone(entry);
		});
		if (entry !== undefined) await rules.follow?.(operation, entry);
	}

	/** Takes the place of a new resource, if the API accepts it. */
	#reserve(request: ApiRequest, world: World): Operation {
		const { type, properties: completed } = request;
		const rules = rulesOf(type);
		const { scope } = this.#options;
		const id =
			typeof rules.id === "string"
				? fillTemplate(rules.id, completed, scope)
				: rules.id(completed, scope, world);
		if (rules.adopts !== true && find(world, type, id) !== undefined)
			throw new CloudError(
				`Error creating ${kindOf(type)}: googleapi: Error 409: Resource '${id}' already exists., alreadyExists`,
			);
		const filled = fillIn(rules.filled, { ...completed, id }, scope);
		const properties = { ...completed, ...filled };
		const operation = this.#operation({ ...request, properties }, id);
		const entry: Entry = { properties, hidden: {} };
		rules.accept?.(operation, entry, world);
		put(world, type, id, structuredClone(entry));
		return operation;
	}

	/** Changes a resource's entry, if the API accepts the change. */
	#change(
		request: ApiRequest,
		id: string,
		world: World,
	): { operation: Operation; prior: Entry } {
		const { type, properties: completed } = request;
		const found = find(world, type, id);
		if (found === undefined)
			throw new CloudError(
				`Error updating ${kindOf(type)} "${id}": googleapi: Error 404: Resource '${id}' was not found, notFound`,
			);
		const prior = structuredClone(found);
		// What the API fills in is the cloud's, not the state's.
		const properties = { ...completed, ...apiOwned(type, found.properties) };
		const operation = {
			...this.#operation({ ...request, properties }, id),
			prior,
		};
		const entry: Entry = { properties, hidden: structuredClone(found.hidden) };
		rulesOf(type).accept?.(operation, entry, world);
		put(world, type, id, structuredClone(entry));
		return { operation, prior };
	}

	#operation(request: ApiRequest, id: string): Operation {
		const { scope, plane, faults } = this.#options;
		return { ...request, scope, plane, faults, id, scratch: {} };
	}

	/** Does what takes time; where that is refused, takes the change back. */
	async #finish(
		operation: Operation,
		takeBack: (world: World) => void,
	): Promise<ApiResult> {
		const { type, id } = operation;
		try {
			const rules = rulesOf(type);
			const finish = await rules.apply?.(operation);
			const failure = this.#store.update((world) => {
				const entry = find(world, type, id);
				return entry && finish?.(entry, world);
			});
			const entry = await this.look(type, id);
			if (entry !== undefined) await rules.follow?.(operation, entry);
			return { id, failure };
		} catch (error) {
			this.#store.update(takeBack);
			throw error;
		}
	}
}

/** The type's short name, as the provider's messages use it. */
const kindOf = (token: string) => token.split(":").at(-1) ?? token;

/**
 * What a type adds to its facts.
 * @throws {CloudError} for a type that the stand-in does not know.
 */
export function rulesOf(token: string): ResourceType {
	const rules = table[token];
	if (rules === undefined)
		throw new CloudError(
			`the stand-in does not know the resource type ${token}; local/README.md lists what it knows`,
		);
	return rules;
}

/** The properties that no program sets. */
function apiOwned(token: string, properties: Properties): Properties {
	const facts = factsOf(token)?.properties ?? {};
	return Object.fromEntries(
		Object.entries(properties).filter(([key]) => {
			const property = facts[key];
			const isLabel = key === "pulumiLabels" || key === "effectiveLabels";
			return !property?.required && !property?.optional && !isLabel;
		}),
	);
}

function takeAway(
	rules: ResourceType,
	policy: string,
	type: string,
	id: string,
	world: World,
): void {
	const entry = find(world, type, id);
	if (entry === undefined || rules.retire?.(policy, entry) === true) return;
	remove(world, type, id);
	rules.removed?.({ id, properties: entry.properties }, world);
}
