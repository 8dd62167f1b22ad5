/** What the engine records of a resource. */
import type { Properties } from "../../local/provider/values.ts";
import type { Registration } from "./registration.ts";

export type Recorded = Omit<Registration, "inputs" | "options"> & {
	id: string;
	/** Checked, without marks. */
	inputs: Properties;
	/** Without marks. */
	outputs: Properties;
	/** The names of the outputs that are secret. */
	secrets: string[];
	protect: boolean;
	retainOnDelete: boolean;
	/** The API took the change, or may have, and said that it failed. */
	failed: boolean;
};

/** A stack's state: its resources in the order in which they were registered, and what replaced ones are still to be deleted. */
export type State = {
	resources: Map<string, Recorded>;
	pendingDeletes: Recorded[];
	outputs: Properties;
};

export const emptyState = (): State => ({
	resources: new Map(),
	pendingDeletes: [],
	outputs: {},
});
