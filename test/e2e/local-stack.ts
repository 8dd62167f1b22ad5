/** The local stack for real, in folders and on ports of its own: PostgreSQL, Redis and the services are processes. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { layoutOf } from "../../local/plane/real/layout.ts";
import { holderOf } from "../../local/plane/real/lock.ts";
import { hasEnded } from "../../local/plane/real/process-identity.ts";
import { RealPlane } from "../../local/plane/real/real-plane.ts";
import { freePort } from "../../local/servers/child-process.ts";
import { removeStandIn } from "../local/real/bench.ts";
import { type Answer, Checkout, outputOf, type Started } from "./checkout.ts";
import { cloudEntries, executeJob } from "./cloud.ts";

/** What a login is refused for; everything else is this machine's trouble. */
export type LoginResult = { ok: true } | { ok: false; error: string };

export class LocalStack extends Checkout {
	/** Short, since the whole path of a socket has 107 bytes at most. */
	readonly mounts = mkdtempSync("/tmp/nl-");

	static async create(): Promise<LocalStack> {
		return new LocalStack(await freePort());
	}

	/** @param port of ClickHouse, a free one */
	protected constructor(port: number) {
		super({});
		this.edit(
			"Pulumi.local.yaml",
			"/tmp/netra-local/cloudsql",
			`${this.mounts}/cloudsql`,
		);
		this.edit(
			"Pulumi.local.yaml",
			"secretFileRoot: /tmp/netra-local",
			`secretFileRoot: ${this.mounts}`,
		);
		this.edit("Pulumi.local.yaml", "port: 18443", `port: ${port}`);
	}

	readonly project: string = "netra-local";
	/** The platform's name, which is the database's too. */
	readonly database: string = "netra";

	/** The rotation epoch that the stack file asks for. */
	epoch = 0;
	/** What `readiness` says while all is well. */
	readonly ready = {
		"netra-auth-local": 200,
		"netra-backend-local": 200,
		"netra-frontend-local": 200,
	};

	/** The slot whose login the epoch uses. */
	get slot(): "a" | "b" {
		return this.epoch % 2 === 0 ? "a" : "b";
	}

	/** Asks for the next epoch; an update then brings it. */
	async rotate(): Promise<void> {
		this.epoch += 1;
		await this.set("rotationEpoch", this.epoch);
	}

	up(...flags: string[]): Promise<Answer> {
		return this.startUp(...flags).answer;
	}

	startUp(...flags: string[]): Started {
		return this.start(
			"tools/pulumi-local",
			"up",
			"-s",
			"local",
			"--yes",
			"--skip-preview",
			...flags,
		);
	}

	/** Resolves when an update has locked the stack, or ended. */
	async locked({ answer }: Started): Promise<void> {
		const locks = join(
			this.stateFolder,
			"pulumi/.pulumi/locks/organization/netra-platform/local",
		);
		let ended = false;
		void answer.then(() => {
			ended = true;
		});
		const isLock = (name: string) => name.endsWith(".json");
		while (!ended && !(existsSync(locks) && readdirSync(locks).some(isLock))) {
			await sleep(20);
		}
	}

	/** The lines of what a refreshed update still changed. The state alone could lie: the provider records a rejected change as done. */
	async changesLeft(): Promise<string[] | null> {
		return outputOf(await this.up("--refresh")).match(/^ {4}[+~-].*$/gm);
	}

	async set(key: string, value: string | number): Promise<void> {
		outputOf(
			await this.pulumi(
				...["config", "set", "--path", key, String(value), "-s", "local"],
			),
		);
	}

	async unset(key: string): Promise<void> {
		outputOf(await this.pulumi("config", "rm", "--path", key, "-s", "local"));
	}

	/** Runs a service's scheduled check now, as Cloud Scheduler would. */
	verify(service: string): Promise<Answer> {
		return executeJob(
			this,
			this.project,
			`${this.database}-verify-${service}-local`,
		);
	}

	/** What an operator sees of it. */
	async status() {
		const status = await new RealPlane(this.stateFolder).status();
		if (status === undefined) {
			throw new Error("nothing of the local stack runs");
		}
		return status;
	}

	/** The status that each service answers its readiness path with, at its front door. */
	async readiness(): Promise<Record<string, number>> {
		const { services } = await this.status();
		return Object.fromEntries(
			await Promise.all(
				services.map(async ({ name, url, readyPath }) => {
					const answer = await fetch(`${url}${readyPath ?? "/"}`);
					await answer.body?.cancel();
					return [name, answer.status] as const;
				}),
			),
		);
	}

	/** The revision that each service's requests go to. */
	async serving(): Promise<Record<string, string>> {
		const { services } = await this.status();
		return Object.fromEntries(
			services.map(({ name, revisions }) => [
				name,
				revisions.find(({ percent }) => percent === 100)?.name ?? "",
			]),
		);
	}

	/** Changes a login's password in the database alone, behind everybody's back. */
	changePassword(user: string, password: string): Promise<void> {
		const { name } = this.#instance;
		return new RealPlane(this.stateFolder).setUser(
			this.project,
			String(name),
			user,
			password,
		);
	}

	get #instance(): Record<string, unknown> {
		const [instance] = Object.values(
			cloudEntries(
				this,
				this.project,
				"gcp:sql/databaseInstance:DatabaseInstance",
			),
		);
		return instance?.properties ?? {};
	}

	/** The login of a user, with the password that the database has for it now. */
	login(user: string): () => Promise<LoginResult> {
		const config = this.credentials(user);
		return () => connect(config);
	}

	/** What a client of PostgreSQL logs in with as a user. */
	credentials(user: string): pg.ClientConfig {
		const users = Object.values(
			cloudEntries(this, this.project, "gcp:sql/user:User"),
		);
		const password = users.find(({ properties }) => properties.name === user)
			?.properties.password;
		const host = join(
			this.mounts,
			"cloudsql",
			String(this.#instance.connectionName),
		);
		return {
			user,
			password: String(password),
			host,
			port: 5432,
			database: this.database,
		};
	}

	/** Takes everything away, as the command does. */
	async destroy(): Promise<void> {
		await this.pulumi("cancel", "-s", "local", "--yes");
		await this.pulumi("destroy", "-s", "local", "--yes", "--skip-preview");
	}

	/** Stops everything and takes the folders away. */
	async end(): Promise<void> {
		try {
			await this.destroy();
		} finally {
			const left = holderOf(layoutOf(this.stateFolder).lock);
			if (left !== undefined) {
				// A test that failed half-way may leave what destroy could not take: its supervisor ends its children.
				process.kill(left.pid, "SIGTERM");
				await hasEnded(left, 20_000);
			}
			removeStandIn(this.stateFolder);
			this.remove();
			rmSync(this.mounts, { recursive: true, force: true });
		}
	}
}

async function connect(config: pg.ClientConfig): Promise<LoginResult> {
	const client = new pg.Client({ ...config, connectionTimeoutMillis: 10_000 });
	client.on("error", () => {});
	try {
		await client.connect();
		await client.query("SELECT 1");
		return { ok: true };
	} catch (error) {
		return { ok: false, error: String((error as Error).message) };
	} finally {
		await client.end().catch(() => {});
	}
}

/** Opens new connections all the time, until it is stopped. */
export class Visitors {
	readonly refusals: string[] = [];
	logins = 0;
	#stopped = false;
	readonly #running: Promise<void>[];

	/** @param logins of which each is tried over and over */
	constructor(logins: (() => Promise<LoginResult>)[], perSecond: number) {
		const pause = (1000 * logins.length) / perSecond;
		this.#running = logins.map((login) => this.#visit(login, pause));
	}

	async stop(): Promise<void> {
		this.#stopped = true;
		await Promise.all(this.#running);
	}

	async #visit(
		login: () => Promise<LoginResult>,
		pause: number,
	): Promise<void> {
		let next = performance.now();
		while (!this.#stopped) {
			const result = await login();
			this.logins += 1;
			if (!result.ok) {
				this.refusals.push(result.error);
			}
			next += pause;
			const wait = next - performance.now();
			await new Promise((done) => setTimeout(done, Math.max(0, wait)));
		}
	}
}
