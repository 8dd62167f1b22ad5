/** What runs, for a person to read. No secrets. */
import type { RevisionState } from "./revision.ts";

export type RevisionStatus = {
	name: string;
	state: RevisionState;
	/** Its share of the requests. */
	percent: number;
	/** Why it failed. */
	message: string;
};

export type ServiceStatus = {
	project: string;
	name: string;
	/** Of the front door. */
	url: string;
	/** Of the startup probe, which stands for readiness; undefined where it is no HTTP probe. */
	readyPath: string | undefined;
	livePath: string | undefined;
	revisions: RevisionStatus[];
};

export type PlaneStatus = {
	supervisor: { pid: number };
	/** The folder of the logs. */
	logs: string;
	services: ServiceStatus[];
	/** Servers and the ports of 127.0.0.1 that they listen on. */
	servers: { what: string; port: number }[];
	/** What should run and does not. */
	problems: string[];
};
