/** A real data plane in a folder of its own, with everything that it started ended after the test. */
import {
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Share, Workload } from "../../../local/plane/data-plane.ts";
import {
	type Layout,
	layoutOf,
	serversFolder,
} from "../../../local/plane/real/layout.ts";
import { holderOf } from "../../../local/plane/real/lock.ts";
import {
	hasEnded,
	isRunning,
	type ProcessIdentity,
} from "../../../local/plane/real/process-identity.ts";
import { ProcessList } from "../../../local/plane/real/process-list.ts";
import { RealPlane } from "../../../local/plane/real/real-plane.ts";
import type { Properties } from "../../../local/provider/values.ts";
import { quickParent } from "../../servers/folder.ts";

export const project = "netra-local";
export const service = "netra-auth-local";
const program = join(import.meta.dirname, "program.js");
const endMilliseconds = 20_000;
const patienceMilliseconds = 20_000;

type Container = {
	environment?: Record<string, string>;
	files?: Record<string, string>;
	container?: Properties;
	template?: Properties;
};

/** A workload that runs the tests' program, probed every second. */
export function workload(
	name: string,
	{ environment = {}, files = {}, container = {}, template = {} }: Container,
): Workload {
	const probe = (path: string): Properties => ({
		httpGet: { path, port: 8080 },
		periodSeconds: 1,
		timeoutSeconds: 1,
		failureThreshold: 2,
	});
	return {
		project,
		location: "us-central1",
		owner: service,
		name,
		template: {
			timeout: "300s",
			...template,
			containers: [
				{
					image: "example/auth@sha256:0",
					commands: ["node", program],
					ports: { containerPort: 8080 },
					startupProbe: probe("/ready"),
					livenessProbe: probe("/live"),
					...container,
				},
			],
		},
		environment: {
			PORT: "8080",
			K_SERVICE: service,
			K_REVISION: name,
			K_CONFIGURATION: service,
			...environment,
		},
		files,
	};
}

/** The servers and containers that run for a plane. */
export function processesOf(
	layout: Layout,
): (ProcessIdentity & { what: string })[] {
	if (!existsSync(layout.processes)) return [];
	const listed = JSON.parse(readFileSync(layout.processes, "utf8"));
	return listed.filter(isRunning);
}

/** Removes a stand-in's folder whose processes have ended, with the servers' data that may lie elsewhere. */
export function removeStandIn(folder: string): void {
	const servers = serversFolder(layoutOf(folder));
	if (servers !== undefined) rmSync(servers, { recursive: true, force: true });
	rmSync(folder, { recursive: true, force: true });
}

export class Bench {
	/** The stand-in's folder. */
	readonly folder: string;
	readonly plane: RealPlane;

	constructor() {
		this.folder = mkdtempSync(join(quickParent(), "netra-plane-"));
		this.plane = new RealPlane(this.folder);
	}

	get layout() {
		return layoutOf(this.folder);
	}

	/** The supervisor, if one runs. */
	get supervisor(): ProcessIdentity | undefined {
		return holderOf(this.layout.lock);
	}

	/** Whatever runs for this plane, without the supervisor. */
	processes() {
		return processesOf(this.layout);
	}

	/** Ends the supervisor as a crash would. */
	async crash(): Promise<void> {
		const { supervisor } = this;
		if (supervisor === undefined) throw new Error("no supervisor runs");
		process.kill(supervisor.pid, "SIGKILL");
		await hasEnded(supervisor, endMilliseconds);
	}

	/** Starts a revision and gives it all requests. */
	async serve(name: string, what: Container = {}): Promise<void> {
		const outcome = await this.plane.startRevision(workload(name, what));
		if (!outcome.ok) throw new Error(outcome.message);
		await this.route({ revision: name, percent: 100 });
	}

	route(...shares: Share[]): Promise<void> {
		return this.plane.route(project, service, shares);
	}

	/** The URL of the service's front door. */
	async url(): Promise<string> {
		const status = await this.plane.status();
		return status?.services[0]?.url ?? "";
	}

	/** What the service answers. */
	async ask(path: string): Promise<string> {
		return (await fetch((await this.url()) + path)).text();
	}

	/** The states of the service's revisions. */
	async states(): Promise<Record<string, string>> {
		const status = await this.plane.status();
		return Object.fromEntries(
			status?.services[0]?.revisions.map(({ name, state }) => [name, state]) ??
				[],
		);
	}

	log(name: string): string {
		return readFileSync(join(this.layout.logs, `${name}.log`), "utf8");
	}

	/** What is left in the stand-in's folder. */
	left(): string[] {
		return readdirSync(this.folder);
	}

	/** Ends everything, also after a test that failed. */
	async remove(): Promise<void> {
		const { supervisor } = this;
		if (supervisor !== undefined) {
			process.kill(supervisor.pid, "SIGTERM");
			await hasEnded(supervisor, endMilliseconds);
		}
		if (existsSync(this.layout.folder))
			await new ProcessList(this.layout.processes).endAll();
		removeStandIn(this.folder);
	}
}

/** Waits until something is true. */
export async function until(
	what: string,
	test: () => Promise<boolean> | boolean,
): Promise<void> {
	const deadline = Date.now() + patienceMilliseconds;
	while (!(await test())) {
		if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
		await sleep(50);
	}
}
