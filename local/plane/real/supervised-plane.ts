/** The data plane inside the supervisor, where servers and containers are its children. */
import { isDeepStrictEqual } from "node:util";
import { CloudError } from "../../provider/core.ts";
import type { Properties } from "../../provider/values.ts";
import type {
	DataPlane,
	Outcome,
	RedisEndpoint,
	Share,
	SqlEndpoint,
	Workload,
} from "../data-plane.ts";
import { Clickhouse } from "./clickhouse.ts";
import { readWorld, sharesIn } from "./cloud-file.ts";
import { Executions } from "./executions.ts";
import { Mounts } from "./mounts.ts";
import { PrivateAddresses } from "./private-addresses.ts";
import { probeIn } from "./probe.ts";
import { RedisServers } from "./redis-servers.ts";
import { Service } from "./service.ts";
import { SqlServers } from "./sql-servers.ts";
import type { ServiceRecord } from "./state-file.ts";
import type { PlaneStatus, ServiceStatus } from "./status.ts";
import { Storage } from "./storage.ts";
import type { Surroundings } from "./surroundings.ts";

export class SupervisedPlane implements DataPlane {
	readonly #around: Surroundings;
	readonly #sql: SqlServers;
	readonly #addresses: PrivateAddresses;
	readonly #redis: RedisServers;
	readonly #clickhouse: Clickhouse;
	readonly #storage: Storage;
	readonly #mounts: Mounts;
	readonly #executions: Executions;
	readonly #services = new Map<string, Service>();
	#problems: string[] = [];

	constructor(around: Surroundings) {
		this.#around = around;
		this.#sql = new SqlServers(around);
		this.#addresses = new PrivateAddresses(around);
		this.#redis = new RedisServers(around);
		this.#clickhouse = new Clickhouse(around);
		this.#storage = new Storage(around);
		this.#mounts = new Mounts(around, this.#sql);
		this.#executions = new Executions(around, this.#prepare);
	}

	/** Starts what should run and does not, after a crash or a reboot. What can't be started is reported, and the rest runs. */
	async resume(): Promise<void> {
		const { services } = this.#around.records.state;
		const problems: string[] = [];
		const parts = [
			...this.#sql.resume(),
			...this.#redis.resume(),
			() => this.#clickhouse.resume(),
			() => this.#storage.resume(),
			...Object.entries(services)
				.filter(([key]) => !this.#services.has(key))
				.map(
					([, record]) =>
						() =>
							this.#open(record).then(() => {}),
				),
		];
		for (const part of parts)
			try {
				await part();
			} catch (error) {
				const { message } = error as Error;
				problems.push(message);
				this.#around.note(message);
			}
		this.#problems = problems;
	}

	/** Moves traffic to where the cloud says it is: a command that was killed may not have come to it. */
	async followCloud(): Promise<void> {
		for (const service of this.#services.values()) {
			const { project, name, revisions } = service.record;
			const world = readWorld(this.#around.layout.directory, project);
			const shares = world === undefined ? [] : sharesIn(world, name);
			const isKnown = shares.every(({ revision }) => revision in revisions);
			const isNew = !isDeepStrictEqual(shares, service.record.shares);
			if (shares.length > 0 && isKnown && isNew) await service.route(shares);
		}
	}

	/** Ends every process; what should run stays on file. */
	async stopAll(): Promise<void> {
		await Promise.all([...this.#services.values()].map((one) => one.close()));
		await this.#executions.stopAll();
		this.#clickhouse.stop();
		this.#addresses.closeAll();
		this.#storage.stop();
		await this.#sql.stopAll();
		await this.#redis.stopAll();
	}

	/** Takes away what was mounted. */
	releaseMounts(): void {
		this.#mounts.releaseAll();
	}

	status(): PlaneStatus {
		const { sql, redis, storage } = this.#around.records.state;
		return {
			supervisor: { pid: process.pid },
			logs: this.#around.layout.logs,
			services: [...this.#services.values()].map((one) => this.#describe(one)),
			servers: [
				...Object.values(sql).map(({ name, port }) => ({
					what: `PostgreSQL ${name}`,
					port,
				})),
				...Object.values(redis).map(({ name, port }) => ({
					what: `Redis ${name}`,
					port,
				})),
				...this.#clickhouse.ports.map((port) => ({
					what: "ClickHouse (stand-in)",
					port,
				})),
				...(storage === undefined
					? []
					: [{ what: "Cloud Storage (stand-in)", port: storage.port }]),
			],
			problems: this.#problems,
		};
	}

	startSqlInstance(
		project: string,
		instance: Properties,
	): Promise<SqlEndpoint> {
		return this.#sql.start(project, instance);
	}

	async stopSqlInstance(project: string, instance: string): Promise<void> {
		this.#mounts.unlink(project, instance);
		this.#addresses.close(project, instance);
		await this.#sql.remove(project, instance);
	}

	createDatabase(...given: [string, string, string]): Promise<void> {
		return this.#sql.createDatabase(...given);
	}

	dropDatabase(...given: [string, string, string]): Promise<void> {
		return this.#sql.dropDatabase(...given);
	}

	setUser(...given: [string, string, string, string]): Promise<void> {
		return this.#sql.setUser(...given);
	}

	dropUser(...given: [string, string, string]): Promise<void> {
		return this.#sql.dropUser(...given);
	}

	startRedis(
		project: string,
		instance: Properties,
		prior: RedisEndpoint | undefined,
	): Promise<RedisEndpoint> {
		return this.#redis.start(project, instance, prior);
	}

	stopRedis(project: string, instance: string): Promise<void> {
		return this.#redis.remove(project, instance);
	}

	async startRevision(workload: Workload): Promise<Outcome> {
		const { project, owner: name } = workload;
		const service =
			this.#services.get(`${project}/${name}`) ??
			(await this.#open({
				project,
				name,
				port: 0,
				shares: [],
				revisions: {},
			}));
		return service.start(workload);
	}

	async route(
		project: string,
		service: string,
		shares: readonly Share[],
	): Promise<void> {
		// A service whose first revision never started has no shares to give.
		await this.#services.get(`${project}/${service}`)?.route(shares);
	}

	async stopService(project: string, service: string): Promise<void> {
		const key = `${project}/${service}`;
		await this.#services.get(key)?.close();
		this.#services.delete(key);
		const { records } = this.#around;
		delete records.state.services[key];
		records.save();
	}

	async outcomeOf(
		project: string,
		owner: string,
		name: string,
	): Promise<Outcome> {
		return (
			(await this.#services.get(`${project}/${owner}`)?.outcomeOf(name)) ??
			(await this.#executions.outcomeOf(name)) ?? {
				ok: false,
				message: `The start of ${name} was interrupted.`,
			}
		);
	}

	runExecution(workload: Workload): Promise<Outcome> {
		return this.#executions.run(workload);
	}

	stopJob(project: string, job: string): Promise<void> {
		return this.#executions.stop(project, job);
	}

	readonly #prepare = async (workload: Workload): Promise<void> => {
		this.#mounts.prepare(workload);
		await this.#addresses.provide(workload);
		await this.#clickhouse.provide(workload);
		await this.#storage.provide(workload);
	};

	async #open(record: ServiceRecord): Promise<Service> {
		const key = `${record.project}/${record.name}`;
		const service = new Service(this.#around, this.#prepare, record);
		this.#services.set(key, service);
		this.#around.records.state.services[key] = record;
		await service.open();
		return service;
	}

	#describe(service: Service): ServiceStatus {
		const { project, name, port, revisions } = service.record;
		const [workload] = [
			...[...service.revisions.values()].map((one) => one.workload),
			...Object.values(revisions),
		];
		const path = (which: "startupProbe" | "livenessProbe") =>
			workload && probeIn(workload.template, which)?.http?.path;
		return {
			project,
			name,
			url: `http://127.0.0.1:${port}`,
			readyPath: path("startupProbe"),
			livePath: path("livenessProbe"),
			revisions: [...service.revisions].map(([revision, one]) => ({
				name: revision,
				state: one.state,
				percent: service.percentOf(revision),
				message: one.message,
			})),
		};
	}
}

/** What a client may ask for. */
export const planeMethods = [
	"startSqlInstance",
	"stopSqlInstance",
	"createDatabase",
	"dropDatabase",
	"setUser",
	"dropUser",
	"startRedis",
	"stopRedis",
	"startRevision",
	"outcomeOf",
	"route",
	"stopService",
	"runExecution",
	"stopJob",
] as const satisfies (keyof DataPlane)[];

export type PlaneMethod = (typeof planeMethods)[number];

/** @throws {CloudError} for anything else: a client of another version. */
export function asPlaneMethod(name: string): PlaneMethod {
	const found = planeMethods.find((each) => each === name);
	if (found === undefined)
		throw new CloudError(
			`the local data plane does not know '${name}': it may be of another version; end it with 'kill', the next command starts it again`,
		);
	return found;
}
