/** What a command of the stand-in's gcloud is. */
import type { CloudStore } from "../cloud/store.ts";
import type { CloudApi } from "../gcp/api.ts";

export type Flags = Record<string, string>;

/** A command: its flags and what it prints. */
export type Command = {
	/** All of them must be given. */
	flags: string[];
	optional?: string[];
	run: (cloud: Cloud, flags: Flags, argument: string) => unknown;
};

/** A project's cloud: as it is kept, and as its API serves it. */
export type Cloud = { store: CloudStore; api: CloudApi };
