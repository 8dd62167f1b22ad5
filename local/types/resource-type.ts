/** What a resource type adds to the facts about it: its id, what the API fills in, and what its changes do. */
import type { Entry, World } from "../cloud/world.ts";
import type { Faults } from "../faults.ts";
import type { DataPlane } from "../plane/data-plane.ts";
import type { CloudError } from "../provider/core.ts";
import type { Properties } from "../provider/values.ts";

/** The provider's configuration, and where it stands. */
export interface Scope {
	/** The project's id. */
	readonly project: string;
	/** The project's number. */
	readonly number: string;
	/** The provider's region; empty where none is configured. */
	readonly region: string;
}

/** One creation or update, as a type's code sees it. */
export interface Operation {
	readonly scope: Scope;
	readonly plane: DataPlane;
	readonly faults: Faults;
	/** The type's token. */
	readonly type: string;
	/** The resource's name in the program. */
	readonly name: string;
	/** The resource's id in the cloud. */
	readonly id: string;
	/** What it is to be, completed. */
	readonly properties: Properties;
	/** Checked inputs; they alone hold write-only values. */
	readonly inputs: Properties;
	/** What the cloud held before; undefined when the resource is created. */
	readonly prior?: Entry | undefined;
	/** What `accept` hands over to `apply`. Secrets stay in here and are never written. */
	readonly scratch: Record<string, unknown>;
}

/**
 * Records how an operation ended, under the cloud's lock.
 * @returns the reason why it failed although the API keeps the change, as Cloud Run does with a revision that does not start.
 */
export type Finish = (entry: Entry, world: World) => CloudError | undefined;

/** A resource type. Every part but the id is optional: the facts say the rest. */
export interface ResourceType {
	/** The resource's id; `{property}` stands for the property's value, `{number}` for the project's number. */
	readonly id:
		| string
		| ((properties: Properties, scope: Scope, world: World) => string);
	/** What the API fills in when the resource is created; see `fill-in.ts`. */
	readonly filled?: Readonly<Record<string, string>>;
	/** Turns what a person types for an import into the id. */
	readonly importId?: (given: string, scope: Scope) => string;
	/** What is known before the resource exists, beyond its inputs. */
	readonly planned?: (properties: Properties, scope: Scope) => Properties;
	/** Properties that only Pulumi's state holds: nothing is sent when they change. */
	readonly stateOnly?: readonly string[];
	/** Properties that the API takes and never tells: a refresh leaves them as the state has them. */
	readonly unread?: readonly string[];
	/** Properties that the answer to the creation alone tells: a refresh leaves them as the state has them, an import has none. */
	readonly shownOnce?: readonly string[];
	/** The message with which the provider refuses to delete a protected resource. */
	readonly protection?: string;
	/** Creating what exists already is no error. */
	readonly adopts?: boolean;
	/** Why API or provider refuse to delete the resource as the state has it, if they do. */
	readonly guarded?: (entry: Entry, state: Properties) => string | undefined;
	/** Deleting only forgets the resource: the API can't delete it, or is not asked to. */
	readonly forgets?: boolean;
	/** Accepts or rejects a change, and does what the API does at once. Under the cloud's lock. */
	readonly accept?: (operation: Operation, entry: Entry, world: World) => void;
	/**
	 * Does what takes time: the data plane's part. A thrown {@link CloudError} takes the change back.
	 */
	readonly apply?: (operation: Operation) => Promise<Finish | undefined>;
	/** What the data plane does once the outcome is recorded. */
	readonly follow?: (
		operation: Pick<Operation, "scope" | "plane" | "id">,
		entry: Entry,
	) => Promise<void>;
	/** The data plane's part of a deletion. */
	readonly dispose?: (
		operation: Pick<Operation, "scope" | "plane" | "properties">,
	) => Promise<void>;
	/** What else goes when the resource goes. Under the cloud's lock, after the resource was taken away. */
	readonly removed?: (
		operation: Pick<Operation, "id" | "properties">,
		world: World,
	) => void;
	/** A delete that is not the end of the resource: returns true if the entry stays. */
	readonly retire?: (policy: string, entry: Entry) => boolean;
	/** Ends what a killed process was waiting for, as the API does by itself. Undefined where nothing waits. */
	readonly settle?: (
		operation: Pick<Operation, "scope" | "plane" | "id">,
		entry: Entry,
	) => Promise<((entry: Entry) => void) | undefined>;
	/** Looks at the resource before it is read: what changed by itself in the meantime. Returns false if it counts as gone. */
	readonly refreshed?: (entry: Entry, world: World) => boolean;
}
