/** What should run, kept on file so that it runs again after a crash or a reboot. Holds secrets; its owner alone may read it. */
import { existsSync, readFileSync } from "node:fs";
import type { Share, Workload } from "../data-plane.ts";
import { replaceFile } from "./replace-file.ts";

export type SqlRecord = {
	project: string;
	name: string;
	/** Where it listens, on 127.0.0.1. */
	port: number;
	/** What the cloud calls its private address; it stays, since secrets hold it. An older stand-in gave none. */
	address?: string;
	/** Whether it refuses connections by TCP without TLS. */
	tlsOnly: boolean;
	/** Of postgresql.conf. */
	settings: Record<string, string>;
};

export type RedisRecord = {
	project: string;
	name: string;
	port: number;
	/** Empty where AUTH is off. */
	authString: string;
	hasTls: boolean;
};

export type ServiceRecord = {
	project: string;
	name: string;
	/** Of the front door; it stays. */
	port: number;
	shares: Share[];
	/** Every revision that was ready once, by name. */
	revisions: Record<string, Workload>;
};

/** How a service logs in to somebody else's ClickHouse. */
export type ClickhouseRecord = {
	project: string;
	/** The store's name in the contract. */
	store: string;
	port: number;
	user: string;
	database: string;
	/** The id in Secret Manager. */
	passwordSecret: string;
};

export type StorageRecord = { project: string; port: number };

export type MountRecord = {
	/** The folder that containers see. */
	path: string;
	/** The topmost folder that did not exist before. */
	created: string | undefined;
	/** Whatever was put in, by path. */
	entries: string[];
};

/** By `project/name`; mounts by path, logins to ClickHouse by `service/store`. */
export type PlaneState = {
	sql: Record<string, SqlRecord>;
	redis: Record<string, RedisRecord>;
	services: Record<string, ServiceRecord>;
	mounts: Record<string, MountRecord>;
	clickhouseLogins: Record<string, ClickhouseRecord>;
	storage?: StorageRecord;
};

/** Reads the state without changing anything; empty where there is none. */
export function readState(file: string): PlaneState {
	return {
		sql: {},
		redis: {},
		services: {},
		mounts: {},
		clickhouseLogins: {},
		...(existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {}),
	};
}

/** Whether nothing is left that should run. */
export function isIdle({ sql, redis, services }: PlaneState): boolean {
	return [sql, redis, services].every(
		(records) => Object.keys(records).length === 0,
	);
}

export class StateFile {
	readonly #file: string;
	/** Changed in place; {@link save} writes it. */
	readonly state: PlaneState;

	constructor(file: string) {
		this.#file = file;
		this.state = readState(file);
	}

	save(): void {
		replaceFile(this.#file, JSON.stringify(this.state, null, "\t"));
	}
}
