/** A service: its revisions, who of them gets requests, and the front door. */
import { setTimeout as sleep } from "node:timers/promises";
import { CloudError } from "../../provider/core.ts";
import { textAt } from "../../provider/values.ts";
import type { Outcome, Share, Workload } from "../data-plane.ts";
import { FrontDoor } from "./front-door.ts";
import { type Prepare, Revision } from "./revision.ts";
import type { ServiceRecord } from "./state-file.ts";
import type { Surroundings } from "./surroundings.ts";

const pollMilliseconds = 50;
/** Cloud Run's default. */
const defaultRequestSeconds = 300;

export class Service {
	readonly record: ServiceRecord;
	/** Those that run, and those that failed to start. */
	readonly revisions = new Map<string, Revision>();
	readonly #around: Surroundings;
	readonly #prepare: Prepare;
	readonly #door: FrontDoor;
	#routing: Promise<void> = Promise.resolve();

	constructor(around: Surroundings, prepare: Prepare, record: ServiceRecord) {
		this.#around = around;
		this.#prepare = prepare;
		this.record = record;
		this.#door = new FrontDoor(() => this.#pick());
	}

	/** Opens the front door and starts again what served. */
	async open(): Promise<void> {
		const port = await this.#door.open(this.record.port);
		if (this.record.port !== 0 && port !== this.record.port)
			this.#around.note(
				`another program took port ${this.record.port} of service ${this.record.name}; it has ${port} now`,
			);
		this.record.port = port;
		this.#around.records.save();
		for (const { revision, percent } of this.record.shares) {
			const workload = this.record.revisions[revision];
			if (percent > 0 && workload !== undefined) this.#add(workload).resume();
		}
	}

	/** Starts a revision beside those that run. One that starts or runs with the same template is not started twice. */
	async start(workload: Workload): Promise<Outcome> {
		const running = this.revisions.get(workload.name);
		const isSame =
			JSON.stringify(running?.workload) === JSON.stringify(workload);
		const isFit = running?.state === "starting" || running?.state === "ready";
		if (running !== undefined && !(isSame && isFit)) await running.stop();
		const revision =
			running !== undefined && isSame && isFit ? running : this.#add(workload);
		const outcome = await revision.start();
		if (outcome.ok) {
			this.record.revisions[workload.name] = workload;
			this.#around.records.save();
		}
		return outcome;
	}

	/** How the start of a revision ends; undefined where nobody remembers it. */
	async outcomeOf(name: string): Promise<Outcome | undefined> {
		const wasReady = name in this.record.revisions;
		return wasReady ? { ok: true } : this.revisions.get(name)?.start();
	}

	/** Hands traffic over, one call after the other. */
	route(shares: readonly Share[]): Promise<void> {
		const routed = this.#routing.then(() => this.#route(shares));
		this.#routing = routed.catch(() => {});
		return routed;
	}

	/** Ends the service with everything that runs for it. */
	async close(): Promise<void> {
		this.#door.close();
		await Promise.all([...this.revisions.values()].map((one) => one.stop()));
	}

	/** The share of a revision, in per cent. */
	percentOf(revision: string): number {
		return this.record.shares
			.filter((share) => share.revision === revision)
			.reduce((sum, { percent }) => sum + percent, 0);
	}

	#add(workload: Workload): Revision {
		const revision = new Revision(this.#around, this.#prepare, workload);
		this.revisions.set(workload.name, revision);
		return revision;
	}

	/** Traffic moves when every revision with a share is ready; until then it stays. */
	async #route(shares: readonly Share[]): Promise<void> {
		const serving = shares.filter(({ percent }) => percent > 0);
		await Promise.all(serving.map(({ revision }) => this.#ready(revision)));
		this.record.shares = [...shares];
		this.#around.records.save();
		// One that was never ready yet is still being tried.
		for (const [name, revision] of this.revisions)
			if (this.percentOf(name) === 0 && name in this.record.revisions)
				void this.#retire(name, revision);
	}

	/** A revision that ended for want of a share starts again when it gets one. */
	async #ready(name: string): Promise<void> {
		const running = this.revisions.get(name);
		if (running?.state === "ready" || running?.state === "starting") return;
		const workload = this.record.revisions[name];
		if (workload === undefined)
			throw new CloudError(`revision '${name}' was never ready`);
		const outcome = await this.#add(workload).start();
		if (!outcome.ok) throw new CloudError(outcome.message);
	}

	/** Lets requests end that are on the way, as long as the service allows them to take. */
	async #retire(name: string, revision: Revision): Promise<void> {
		const timeout = textAt(revision.workload.template, "timeout");
		const seconds = Number.parseFloat(timeout) || defaultRequestSeconds;
		const deadline = Date.now() + seconds * 1000;
		while (revision.inFlight > 0 && Date.now() < deadline)
			await sleep(pollMilliseconds);
		// It may have got a share again in the meantime.
		if (this.percentOf(name) > 0) return;
		if (this.revisions.get(name) === revision) this.revisions.delete(name);
		await revision.stop();
	}

	#pick(): Revision | undefined {
		const able = this.record.shares.flatMap(({ revision, percent }) => {
			const found = this.revisions.get(revision);
			return found?.port === undefined ? [] : [{ found, percent }];
		});
		const sum = able.reduce((total, { percent }) => total + percent, 0);
		let drawn = Math.random() * sum;
		for (const { found, percent } of able) {
			drawn -= percent;
			if (drawn < 0) return found;
		}
		return undefined;
	}
}
