/** The stand-in on the real engine: a whole life of a small stack. */
import { spawnSync } from "node:child_process";
import {
	cpSync,
	mkdirSync,
	readFileSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it, jest } from "@jest/globals";
import { CloudStore } from "../../local/cloud/store.ts";
import type { FaultRule } from "../../local/faults.ts";
import { temporaryFolder } from "./harness.ts";

jest.setTimeout(180_000);

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

	up(): string {
		return this.pulumi("up", "--yes", "--skip-preview");
	}

	/** What a preview would do: operation and resource, without what stays. */
	plan(): string[] {
		const { steps } = JSON.parse(
			this.pulumi("preview", "--json").replace(/^[^{]*/, ""),
		);
		return steps
			.filter(
				({ op }: { op: string }) =>
					!["same", "create-replacement", "delete-replaced"].includes(op),
			)
			.map(
				({ op, urn }: { op: string; urn: string }) =>
					`${op} ${urn.split("::").slice(2).join(" ").split("$").at(-1)}`,
			);
	}

	script(...rules: FaultRule[]): void {
		writeFileSync(join(this.#local, "faults.json"), JSON.stringify({ rules }));
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

describe("a stack on the real engine", () => {
	it("comes up, has nothing to do the second time and after a refresh, is rotated, and goes", () => {
		const toy = new Toy();
		toy.up();
		expect(toy.cloud(SERVICE, "web")?.properties.latestReadyRevision).toMatch(
			/web-one-1$/,
		);
		expect(toy.up()).toContain("10 unchanged");
		expect(toy.pulumi("refresh", "--yes", "--skip-preview")).toContain(
			"10 unchanged",
		);

		const password = String(toy.cloud(VERSION, "versions/1")?.hidden.payload);
		expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
		expect(toy.state()).not.toContain(password);

		toy.pulumi("config", "set", "epoch", "2");
		expect(toy.plan()).toEqual([
			"replace random:index/randomPassword:RandomPassword pg",
			"update gcp:sql/user:User app",
			"replace gcp:secretmanager/secretVersion:SecretVersion pg-password",
			"update gcp:cloudrunv2/job:Job check",
			"update gcp:cloudrunv2/service:Service web",
		]);
		expect(toy.up()).not.toContain(password);
		expect(toy.cloud(VERSION, "versions/1")?.hidden.payload).toBe(password);
		expect(toy.cloud("gcp:sql/user:User", "app//")?.properties.password).toBe(
			toy.cloud(VERSION, "versions/2")?.hidden.payload,
		);
		expect(toy.up()).toContain("10 unchanged");

		toy.pulumi("destroy", "--yes", "--skip-preview");
		expect(toy.cloud(SERVICE, "web")).toBeUndefined();
		expect(
			toy.cloud("gcp:sql/databaseInstance:DatabaseInstance", "pg"),
		).toBeUndefined();
	});

	it("fails with the reason where a revision does not start, records it as done, and goes on with the next", () => {
		const toy = new Toy();
		toy.up();
		toy.script({
			id: "broken",
			on: "revision",
			name: "web-two-1",
			message: "The container failed to start.",
		});
		toy.pulumi("config", "set", "image", "two");
		const { code, text } = toy.run("up", "--yes", "--skip-preview");
		expect(code).not.toBe(0);
		expect(text).toContain(
			"Error waiting to update Service: Error waiting for Updating Service: Error code 9, message: Revision 'web-two-1' is not ready and cannot serve traffic. The container failed to start.",
		);
		expect(toy.cloud(SERVICE, "web")?.properties.latestReadyRevision).toMatch(
			/web-one-1$/,
		);
		toy.up();
		expect(toy.cloud(SERVICE, "web")?.properties.latestReadyRevision).toMatch(
			/web-one-1$/,
		);
		expect(toy.pulumi("refresh", "--yes", "--skip-preview")).toContain(
			"10 unchanged",
		);
		toy.pulumi("config", "set", "image", "three");
		toy.up();
		expect(toy.cloud(SERVICE, "web")?.properties.latestReadyRevision).toMatch(
			/web-three-1$/,
		);
	});

	it("has to be told of what a killed provider made: the next creation meets it", () => {
		const toy = new Toy();
		toy.script({
			id: "crash",
			on: "create",
			type: "gcp:secretmanager/secret:Secret",
			when: "after",
			action: "kill",
			times: 1,
		});
		expect(toy.run("up", "--yes", "--skip-preview").code).not.toBe(0);
		const { text } = toy.run("up", "--yes", "--skip-preview");
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
		expect(toy.up()).toContain("10 unchanged");
	});

	it("names what is wrong with an input, and changes nothing", () => {
		const toy = new Toy();
		toy.pulumi("config", "set", "reader", "NetraWeb");
		const { code, text } = toy.run("preview");
		expect(code).not.toBe(0);
		expect(text).toContain(
			"gcp:serviceaccount/account:Account resource 'web' has a problem: invalid value for accountId: \"NetraWeb\" does not match \"^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$\". Examine values at 'web.accountId'.",
		);
	});
});
