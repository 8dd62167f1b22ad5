/** What does the work behind the control plane: databases, caches, containers. Simulated, or real processes. */
import type { Properties } from "../provider/values.ts";

/** A certificate authority's certificate, and what it covers. */
export interface Certificate {
	/** PEM. */
	readonly cert: string;
	/** The subject's common name. */
	readonly commonName: string;
	/** SHA-1 of the DER form, in hex. */
	readonly sha1Fingerprint: string;
	/** From when it is valid; RFC 3339. */
	readonly createTime: string;
	/** Until when it is valid; RFC 3339. */
	readonly expireTime: string;
}

/** A running Cloud SQL instance. */
export interface SqlEndpoint {
	/** The address in the network. */
	readonly privateAddress: string;
	/** The address in the internet; empty where there is none. */
	readonly publicAddress: string;
	readonly authority: Certificate;
}

/** A running Memorystore instance. */
export interface RedisEndpoint {
	readonly host: string;
	readonly port: number;
	/** Empty where AUTH is off. */
	readonly authString: string;
	readonly authorities: readonly Certificate[];
}

/** What one container is started with, secrets included. Never logged. */
export interface Workload {
	readonly project: string;
	readonly location: string;
	/** The service's or the job's name. */
	readonly owner: string;
	/** The revision's or the execution's name. */
	readonly name: string;
	/** The template as the API holds it. */
	readonly template: Properties;
	/** Every variable of the first container. */
	readonly environment: Readonly<Record<string, string>>;
	/** Every file that a secret volume holds, by its path in the container. */
	readonly files: Readonly<Record<string, string>>;
}

/** How a revision's start or an execution ended. */
export type Outcome =
	| { readonly ok: true }
	| { readonly ok: false; readonly message: string };

/** The share of a revision. */
export interface Share {
	readonly revision: string;
	readonly percent: number;
}

/**
 * The data plane. Whatever fails throws a `CloudError`, and the control plane takes the change back; a revision or an
 * execution that fails is an {@link Outcome}, which the control plane keeps. Every call may come again after a crash.
 */
export interface DataPlane {
	startSqlInstance(project: string, instance: Properties): Promise<SqlEndpoint>;
	stopSqlInstance(project: string, instance: string): Promise<void>;
	createDatabase(
		project: string,
		instance: string,
		database: string,
	): Promise<void>;
	dropDatabase(
		project: string,
		instance: string,
		database: string,
	): Promise<void>;
	/** Creates a login or changes its password. */
	setUser(
		project: string,
		instance: string,
		user: string,
		password: string,
	): Promise<void>;
	dropUser(project: string, instance: string, user: string): Promise<void>;
	startRedis(
		project: string,
		instance: Properties,
		prior: RedisEndpoint | undefined,
	): Promise<RedisEndpoint>;
	stopRedis(project: string, instance: string): Promise<void>;
	/** Starts a revision and waits for its startup probe. */
	startRevision(workload: Workload): Promise<Outcome>;
	/** How the start of a revision or an execution ends that was asked for before: what a killed command was waiting for. */
	outcomeOf(project: string, owner: string, name: string): Promise<Outcome>;
	/** Gives each revision its share of a service's requests; revisions without a share may end. */
	route(
		project: string,
		service: string,
		shares: readonly Share[],
	): Promise<void>;
	stopService(project: string, service: string): Promise<void>;
	/** Runs a job to its end. */
	runExecution(workload: Workload): Promise<Outcome>;
	stopJob(project: string, job: string): Promise<void>;
}
