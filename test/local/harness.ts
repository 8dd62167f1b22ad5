/** A stand-in in a folder of its own, driven as the engine drives it, without the engine. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";
import { CloudStore } from "../../local/cloud/store.ts";
import { projectNumber, type World } from "../../local/cloud/world.ts";
import { type FaultRule, Faults } from "../../local/faults.ts";
import { CloudApi } from "../../local/gcp/api.ts";
import { GcpProvider } from "../../local/gcp/provider.ts";
import type { DataPlane } from "../../local/plane/data-plane.ts";
import { SimulatedPlane } from "../../local/plane/simulated.ts";
import {
	type DiffResult,
	PartialFailure,
	type Provider,
} from "../../local/provider/core.ts";
import {
	type Properties,
	plainProperties,
	UNKNOWN,
	type Value,
} from "../../local/provider/values.ts";

export const PROJECT = "demo-1";
export const REGION = "us-central1";

const folders: string[] = [];
afterAll(() => {
	for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A folder that is removed after the file's tests. */
export function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), "stand-in-"));
	folders.push(folder);
	return folder;
}

/** A resource as the engine's state records it. */
export interface Recorded {
	type: string;
	name: string;
	id: string;
	inputs: Properties;
	outputs: Properties;
}

/** A stand-in and the steps by which an engine would use it. */
export class StandIn {
	readonly directory = temporaryFolder();
	readonly provider: Provider;
	readonly #project: string;

	constructor(options: { project?: string; plane?: DataPlane } = {}) {
		this.#project = options.project ?? PROJECT;
		this.provider = this.another(options.plane);
	}

	/** A second process that uses the same cloud. */
	another(plane: DataPlane = new SimulatedPlane()): Provider {
		const provider = new GcpProvider({ directory: this.directory, plane });
		provider.configure({ project: this.#project, region: REGION });
		return provider;
	}

	/** The API behind the provider, for what nobody asks of a provider. */
	get api(): CloudApi {
		const { directory } = this;
		return new CloudApi({
			directory,
			plane: new SimulatedPlane(),
			faults: new Faults(directory),
			scope: {
				project: this.#project,
				region: REGION,
				number: projectNumber(this.#project),
			},
		});
	}

	/** Looks into the cloud's file, or changes something there by hand. */
	cloud<T>(action: (world: World) => T): T {
		return new CloudStore(this.directory, this.#project, () => {}).update(
			action,
		);
	}

	/** Scripts faults. */
	script(...rules: FaultRule[]): void {
		writeFileSync(
			join(this.directory, "faults.json"),
			JSON.stringify({ rules }),
		);
	}

	/** The ids of the rules that struck, in order. */
	struck(): string[] {
		const log = readFileSync(join(this.directory, "faults.log"), "utf8");
		return log
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line).rule);
	}

	/** What Check says is wrong. */
	failures(type: string, news: Properties, name = "thing"): string[] {
		const { failures } = this.provider.check({ ...subject(type, name), news });
		return failures.map(({ reason }) => reason);
	}

	/** Checks and creates. A creation that the engine would record although it failed throws the same. */
	async create(
		type: string,
		name: string,
		news: Properties,
	): Promise<Recorded> {
		const inputs = this.check(type, name, news);
		const { id, outputs } = await this.provider.create({
			...subject(type, name),
			inputs,
			preview: false,
		});
		return { type, name, id, inputs, outputs: plainProperties(outputs) };
	}

	/** Checked inputs; throws the failures. */
	check(
		type: string,
		name: string,
		news: Properties,
		olds?: Properties,
	): Properties {
		const { inputs, failures } = this.provider.check({
			...subject(type, name),
			news,
			olds,
		});
		if (failures.length > 0)
			throw new Error(failures.map(({ reason }) => reason).join("\n"));
		return plainProperties(inputs);
	}

	/** What the engine would plan for new inputs. */
	plan(
		resource: Recorded,
		news: Properties,
		ignoreChanges: string[] = [],
	): DiffResult {
		const { type, name, id, outputs } = resource;
		const inputs = this.check(type, name, news, resource.inputs);
		return this.provider.diff({
			...subject(type, name),
			id,
			olds: outputs,
			news: inputs,
			ignoreChanges,
		});
	}

	/** Updates in place, whether or not something differs. */
	async update(resource: Recorded, news: Properties): Promise<Recorded> {
		const { type, name, id, outputs } = resource;
		const inputs = this.check(type, name, news, resource.inputs);
		const updated = await this.provider.update({
			...subject(type, name),
			id,
			olds: outputs,
			news: inputs,
			preview: false,
		});
		return { ...resource, inputs, outputs: plainProperties(updated) };
	}

	/** The same for an update that is expected to fail and to be recorded nevertheless. */
	async failingUpdate(
		resource: Recorded,
		news: Properties,
	): Promise<{ reason: string; recorded: Recorded }> {
		return recordedFailure(
			resource,
			this.check(resource.type, resource.name, news, resource.inputs),
			() => this.update(resource, news),
		);
	}

	/** A creation that is expected to fail and to be recorded nevertheless. */
	async failingCreate(
		type: string,
		name: string,
		news: Properties,
	): Promise<{ reason: string; recorded: Recorded }> {
		const inputs = this.check(type, name, news);
		return recordedFailure(
			{ type, name, id: "", inputs, outputs: {} },
			inputs,
			() => this.create(type, name, news),
		);
	}

	/** Refreshes; undefined where the resource is gone. */
	async refresh(resource: Recorded): Promise<Recorded | undefined> {
		const { type, name, id } = resource;
		const read = await this.provider.read({
			...subject(type, name),
			id,
			inputs: resource.inputs,
			state: resource.outputs,
		});
		return (
			read && {
				...resource,
				id: read.id,
				inputs: plainProperties(read.inputs),
				outputs: plainProperties(read.outputs),
			}
		);
	}

	/** Imports by id. */
	async import(type: string, id: string): Promise<Recorded | undefined> {
		const read = await this.provider.read({ ...subject(type, "imported"), id });
		return (
			read && {
				type,
				name: "imported",
				id: read.id,
				inputs: plainProperties(read.inputs),
				outputs: plainProperties(read.outputs),
			}
		);
	}

	async delete({ type, name, id, outputs }: Recorded): Promise<void> {
		await this.provider.delete({ ...subject(type, name), id, olds: outputs });
	}
}

async function recordedFailure(
	resource: Recorded,
	inputs: Properties,
	action: () => Promise<unknown>,
) {
	const error = await action().then(
		() => undefined,
		(thrown) => thrown,
	);
	if (!(error instanceof PartialFailure))
		throw error ?? new Error("expected a failure that is recorded");
	return {
		reason: error.message,
		recorded: {
			...resource,
			id: error.id,
			inputs,
			outputs: plainProperties(error.outputs),
		},
	};
}

/** The engine's way to name a resource. */
export function subject(type: string, name: string) {
	return { urn: `urn:pulumi:dev::toy::${type}::${name}`, type, name };
}

/** The samples write unknown values as `<unknown>`, and secrets in a preview as `[secret]`. */
export function fromSample(value: unknown): Value {
	if (value === "<unknown>") return UNKNOWN;
	if (value === "[secret]") return "a secret of the program";
	if (Array.isArray(value)) return value.map(fromSample);
	if (typeof value !== "object" || value === null) return value as Value;
	const entries = Object.entries(value).filter(([key]) => key !== "__defaults");
	return Object.fromEntries(
		entries.map(([key, inner]) => [key, fromSample(inner)]),
	);
}

/** A plain object without the names that were filled in by default. */
export function withoutDefaults(news: Properties): Properties {
	const listed = Array.isArray(news.__defaults) ? news.__defaults : [];
	return fromSample(
		Object.fromEntries(
			Object.entries(news).filter(([key]) => !listed.includes(key)),
		),
	) as Properties;
}
