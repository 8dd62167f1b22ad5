/**
 * The stand-in on the real engine, in one life of a small stack: its providers as plugins, and what the engine keeps and
 * prints. What else happens in such a life is in `toy.test.ts`.
 */
import { spawnSync } from "node:child_process";
import {
	cpSync,
	existsSync,
	mkdirSync,
	readFileSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { CloudStore } from "../../local/cloud/store.ts";
import type { FaultRule } from "../../local/faults.ts";
import { temporaryFolder } from "./harness.ts";

const checkout = resolve(import.meta.dirname, "../..");
const SERVICE = "gcp:cloudrunv2/service:Service";
const VERSION = "gcp:secretmanager/secretVersion:SecretVersion";

/** A stack of the toy program, in a folder of its own. */
class Toy {
	readonly folder = temporaryFolder();
	readonly #local = join(this.folder, "local");

	constructor() {
		cpSync(join(import.meta.dirname, "toy"), this.folder, { recursive: true });
		symlinkSync(
			join(checkout, "node_modules"),
			join(this.folder, "node_modules"),
		);
		for (const name of ["state", "local"]) mkdirSync(join(this.folder, name));
		this.pulumi("stack", "init", "dev");
	}

	/** Runs a command of the engine's and returns what it printed. */
	run(...args: string[]): { code: number | null; text: string } {
		const { status, stdout, stderr } = spawnSync(
			"pulumi",
			[...args, "--non-interactive"],
			{
				cwd: this.folder,
				encoding: "utf8",
				env: {
					PATH: `${join(checkout, "local/bin")}:${process.env.PATH}`,
					HOME: this.folder,
					PULUMI_HOME: join(this.folder, "home"),
					PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
					PULUMI_CONFIG_PASSPHRASE: "toy",
					PULUMI_SKIP_UPDATE_CHECK: "true",
					PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
					NETRA_LOCAL_DIR: this.#local,
					NODE_COMPILE_CACHE: join(checkout, ".local/compile-cache"),
				},
			},
		);
		return { code: status, text: stdout + stderr };
	}

	/** The same for a command that has to succeed. */
	pulumi(...args: string[]): string {
		const { code, text } = this.run(...args);
		if (code !== 0)
			throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${text}`);
		return text;
	}

	/** Updates the stack; settings such as `image=two` are kept for the next command. */
	startUp(...settings: string[]): { code: number | null; text: string } {
		return this.run(
			"up",
			"--yes",
			"--skip-preview",
			...settings.map((each) => `--config=${each}`),
		);
	}

	/** The same for an update that has to succeed. */
	up(): string {
		return this.pulumi("up", "--yes", "--skip-preview");
	}

	script(...rules: FaultRule[]): void {
		writeFileSync(join(this.#local, "faults.json"), JSON.stringify({ rules }));
	}

	/** Whether the cloud holds anything. */
	get hasCloud(): boolean {
		return existsSync(join(this.#local, "cloud/demo-1.json"));
	}

	/** A resource of the cloud, by a part of its id. */
	cloud(type: string, id: string) {
		return new CloudStore(this.#local, "demo-1", () => {}).view(
			({ resources }) =>
				Object.entries(resources[type] ?? {}).find(([key]) => key.includes(id)),
		)?.[1];
	}

	/** Everything that the engine keeps of the stack. */
	state(): string {
		return readFileSync(
			join(this.folder, "state/.pulumi/stacks/toy/dev.json"),
			"utf8",
		);
	}
}

// One life, each step after the one before: a run of the engine takes seconds.
describe("a stack on the real engine", () => {
	let toy: Toy;
	beforeAll(() => {
		toy = new Toy();
	});

	it("names what is wrong with an input, and changes nothing", () => {
		const { code, text } = toy.run("preview", "--config=reader=NetraWeb");
		expect(code).not.toBe(0);
		expect(text).toContain(
			"gcp:serviceaccount/account:Account resource 'web' has a problem: invalid value for accountId: \"NetraWeb\" does not match \"^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$\". Examine values at 'web.accountId'.",
		);
		expect(toy.hasCloud).toBe(false);
	});

	it("has to be told of what a killed provider made: the next creation meets it", () => {
		toy.script({
			id: "crash",
			on: "create",
			type: "gcp:secretmanager/secret:Secret",
			when: "after",
			action: "kill",
			times: 1,
		});
		expect(toy.startUp("reader=netra-web").code).not.toBe(0);
		const { code, text } = toy.startUp();
		expect(code).not.toBe(0);
		const id = "projects/demo-1/secrets/pg-password";
		expect(text).toContain(
			`Error creating Secret: googleapi: Error 409: Resource '${id}' already exists.`,
		);
		toy.pulumi(
			"import",
			"gcp:secretmanager/secret:Secret",
			"pg-password",
			id,
			"--yes",
			"--generate-code=false",
			"--protect=false",
		);
		expect(toy.up()).toContain("created");
		expect(toy.cloud(SERVICE, "web")?.properties.latestReadyRevision).toMatch(
			/web-one-1$/,
		);
	});

	it("has nothing to do the second time and after a refresh", () => {
		expect(toy.up()).toContain("10 unchanged");
		expect(toy.pulumi("refresh", "--yes", "--skip-preview")).toContain(
			"10 unchanged",
		);
	});

	it("fails with the reason where a revision does not start, records it as done, and shows no password", () => {
		toy.script({
			id: "broken",
			on: "revision",
			name: "web-two-2",
			message: "The container failed to start.",
		});
		const { code, text } = toy.startUp("image=two", "epoch=2");
		expect(code).not.toBe(0);
		expect(text).toContain(
			"Error waiting to update Service: Error waiting for Updating Service: Error code 9, message: Revision 'web-two-2' is not ready and cannot serve traffic. The container failed to start.",
		);
		expect(toy.cloud(SERVICE, "web")?.properties.latestReadyRevision).toMatch(
			/web-one-1$/,
		);
		const { resources } = JSON.parse(toy.state()).checkpoint.latest;
		expect(
			resources.find(({ type }: { type: string }) => type === SERVICE),
		).toMatchObject({
			outputs: { template: { revision: "web-two-2" } },
			initErrors: [expect.stringContaining("'web-two-2' is not ready")],
		});
		for (const version of ["versions/1", "versions/2"]) {
			const password = String(toy.cloud(VERSION, version)?.hidden.payload);
			expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
			expect(toy.state()).not.toContain(password);
			expect(text).not.toContain(password);
		}
	});

	it("goes", () => {
		toy.pulumi("destroy", "--yes", "--skip-preview");
		expect(toy.cloud(SERVICE, "web")).toBeUndefined();
		expect(
			toy.cloud("gcp:sql/databaseInstance:DatabaseInstance", "pg"),
		).toBeUndefined();
	});
});
