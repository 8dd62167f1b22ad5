/** A data plane of real processes on this machine. They belong to a supervisor, since a provider lives for one command only. */
import { existsSync } from "node:fs";
import type { Properties } from "../../provider/values.ts";
import type {
	DataPlane,
	Outcome,
	RedisEndpoint,
	Share,
	SqlEndpoint,
	Workload,
} from "../data-plane.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { holderOf } from "./lock.ts";
import { isIdle, type PlaneState, readState } from "./state-file.ts";
import type { PlaneStatus } from "./status.ts";
import type { PlaneMethod } from "./supervised-plane.ts";
import { SupervisorClient } from "./supervisor-client.ts";

export class RealPlane implements DataPlane {
	readonly #layout: Layout;
	readonly #client: SupervisorClient;

	/** @param directory The stand-in's folder. */
	constructor(directory: string) {
		this.#layout = layoutOf(directory);
		this.#client = new SupervisorClient(this.#layout);
	}

	/** Brings back what should run and does not, since the machine was started anew or the supervisor was killed. */
	async resume(): Promise<void> {
		if (isIdle(this.#state())) return;
		await this.#client.call("resume", []);
	}

	/** What runs; undefined where no supervisor does. */
	async status(): Promise<PlaneStatus | undefined> {
		return holderOf(this.#layout.lock) === undefined
			? undefined
			: ((await this.#client.callRunning("status", [])) as PlaneStatus);
	}

	/** Whether something should run, be it running or not. */
	hasWork(): boolean {
		return !isIdle(this.#state());
	}

	startSqlInstance(project: string, instance: Properties) {
		return this.#call<SqlEndpoint>("startSqlInstance", project, instance);
	}

	stopSqlInstance(project: string, instance: string) {
		return this.#end("stopSqlInstance", project, instance);
	}

	createDatabase(project: string, instance: string, database: string) {
		return this.#call<void>("createDatabase", project, instance, database);
	}

	dropDatabase(project: string, instance: string, database: string) {
		return this.#end("dropDatabase", project, instance, database);
	}

	setUser(project: string, instance: string, user: string, password: string) {
		return this.#call<void>("setUser", project, instance, user, password);
	}

	dropUser(project: string, instance: string, user: string) {
		return this.#end("dropUser", project, instance, user);
	}

	startRedis(
		project: string,
		instance: Properties,
		prior: RedisEndpoint | undefined,
	) {
		return this.#call<RedisEndpoint>("startRedis", project, instance, prior);
	}

	stopRedis(project: string, instance: string) {
		return this.#end("stopRedis", project, instance);
	}

	startRevision(workload: Workload) {
		return this.#call<Outcome>("startRevision", workload);
	}

	outcomeOf(project: string, owner: string, name: string) {
		return this.#call<Outcome>("outcomeOf", project, owner, name);
	}

	route(project: string, service: string, shares: readonly Share[]) {
		return this.#call<void>("route", project, service, shares);
	}

	stopService(project: string, service: string) {
		return this.#end("stopService", project, service);
	}

	runExecution(workload: Workload) {
		return this.#call<Outcome>("runExecution", workload);
	}

	stopJob(project: string, job: string) {
		return this.#end("stopJob", project, job);
	}

	#call<T>(method: PlaneMethod, ...args: unknown[]): Promise<T> {
		return this.#client.call(method, args) as Promise<T>;
	}

	/** Ends something; where nothing is, there is nothing to end. */
	async #end(method: PlaneMethod, ...args: unknown[]): Promise<void> {
		const isThere =
			holderOf(this.#layout.lock) !== undefined ||
			existsSync(this.#layout.folder);
		if (isThere) await this.#call<void>(method, ...args);
	}

	#state(): PlaneState {
		return readState(this.#layout.state);
	}
}
