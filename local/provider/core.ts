/** What a provider answers to the engine, without the wire: the seam between the gRPC server, the two providers and their tests. */
import type { Properties, Value } from "./values.ts";

/** Which resource the engine is talking about. */
export interface Subject {
	/** The resource's URN. */
	readonly urn: string;
	/** The type's token. */
	readonly type: string;
	/** The resource's name in the program. */
	readonly name: string;
}

/** A request to check inputs. */
export interface CheckRequest extends Subject {
	/** The inputs of the last deployment, if any. */
	readonly olds?: Properties | undefined;
	/** The inputs of the program. */
	readonly news: Properties;
}

/** Checked inputs, with defaults and names filled in, and what is wrong with them. */
export interface CheckResult {
	readonly inputs: Properties;
	readonly failures: readonly CheckFailure[];
}

/** One thing that is wrong with the inputs. */
export interface CheckFailure {
	readonly property?: string;
	readonly reason: string;
}

/** A request to compare. */
export interface DiffRequest extends Subject {
	readonly id: string;
	/** The state: outputs of the last deployment. */
	readonly olds: Properties;
	/** Checked inputs. */
	readonly news: Properties;
	/** Property paths whose changes don't count. */
	readonly ignoreChanges?: readonly string[];
}

/** How one property changes. */
export type DiffKind =
	| "add"
	| "add-replace"
	| "delete"
	| "delete-replace"
	| "update"
	| "update-replace";

/** What a deployment would do to a resource. */
export interface DiffResult {
	readonly changes: boolean;
	/** Top-level properties that make it a replacement. */
	readonly replaces: readonly string[];
	/** Top-level properties that change. */
	readonly diffs: readonly string[];
	/** Each change by its path; undefined where the provider does not say. */
	readonly detailed?: Readonly<Record<string, DiffKind>> | undefined;
	readonly deleteBeforeReplace: boolean;
}

/** A request to create. */
export interface CreateRequest extends Subject {
	/** Checked inputs. */
	readonly inputs: Properties;
	/** Only tell what would come out. */
	readonly preview: boolean;
}

/** A request to read what the cloud holds. */
export interface ReadRequest extends Subject {
	readonly id: string;
	/** The inputs of the last deployment; undefined on an import. */
	readonly inputs?: Properties | undefined;
	/** The state; undefined on an import. */
	readonly state?: Properties | undefined;
}

/** What the cloud holds; undefined where the resource is gone. */
export type ReadResult =
	| {
			readonly id: string;
			readonly inputs: Properties;
			readonly outputs: Properties;
	  }
	| undefined;

/** A request to update in place. */
export interface UpdateRequest extends Subject {
	readonly id: string;
	readonly olds: Properties;
	readonly news: Properties;
	readonly preview: boolean;
	readonly ignoreChanges?: readonly string[];
}

/** A request to delete. */
export interface DeleteRequest extends Subject {
	readonly id: string;
	/** The state. */
	readonly olds: Properties;
}

/** A provider, as the engine sees it. */
export interface Provider {
	/** The package it stands in for. */
	readonly name: string;
	/** The version it stands in for. */
	readonly version: string;
	checkConfig(news: Properties): CheckResult;
	diffConfig(olds: Properties, news: Properties): DiffResult;
	configure(config: Properties): void;
	check(request: CheckRequest): CheckResult;
	diff(request: DiffRequest): DiffResult;
	create(request: CreateRequest): Promise<{ id: string; outputs: Properties }>;
	read(request: ReadRequest): Promise<ReadResult>;
	update(request: UpdateRequest): Promise<Properties>;
	delete(request: DeleteRequest): Promise<void>;
	invoke(token: string, args: Properties): Promise<{ [key: string]: Value }>;
	/** The engine gives up: what hangs ends with an error. */
	cancel(): void;
}

/** An answer of the cloud that a person reads; it has no stack trace. */
export class CloudError extends Error {}

/**
 * The operation failed after the resource had come to exist or to change. The engine records the outputs as the
 * resource's state, with the reason, as the real provider makes it do.
 */
export class PartialFailure extends CloudError {
	readonly id: string;
	readonly outputs: Properties;
	constructor(id: string, outputs: Properties, reason: string) {
		super(reason);
		this.id = id;
		this.outputs = outputs;
	}
}
