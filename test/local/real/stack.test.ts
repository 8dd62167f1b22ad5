/** The local stack as a developer uses it: `up`, what it shows, and `destroy`. */
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { layoutOf, serversFolder } from "../../../local/plane/real/layout.ts";
import { holderOf } from "../../../local/plane/real/lock.ts";
import {
	hasEnded,
	isRunning,
	type ProcessIdentity,
} from "../../../local/plane/real/process-identity.ts";
import { freePort } from "../../../local/servers/child-process.ts";
import { Checkout } from "../../e2e/checkout.ts";
import { processesOf, removeStandIn } from "./bench.ts";
import { listeningAddresses } from "./listeners.ts";

const checkout = new Checkout({});
const mounts = mkdtempSync(join(tmpdir(), "netra-mounts-"));
const layout = layoutOf(checkout.stateFolder);

beforeAll(async () => {
	const port = await freePort();
	const stack = "Pulumi.local.yaml";
	checkout.edit(stack, "/tmp/netra-local/cloudsql", join(mounts, "sql"));
	checkout.edit(stack, "/tmp/netra-local", mounts);
	checkout.edit(stack, "port: 18443", `port: ${port}`);
});

afterAll(async () => {
	const supervisor = holderOf(layout.lock);
	if (supervisor !== undefined) {
		process.kill(supervisor.pid, "SIGTERM");
		await hasEnded(supervisor, 20_000);
	}
	removeStandIn(checkout.stateFolder);
	checkout.remove();
	rmSync(mounts, { recursive: true, force: true });
});

const pulumi = (command: string) =>
	checkout.pulumi(command, "-s", "local", "--yes", "--skip-preview");
const status = () => checkout.run("npm", "run", "-s", "local:status");

let running: ProcessIdentity[] = [];

describe("[R-080] the local stack", () => {
	it("says that nothing runs before the first deployment", async () => {
		expect(await status()).toEqual({
			code: 0,
			output:
				"Nothing of the local stack runs. Start it: tools/pulumi-local up -s local\n",
		});
	});

	it("comes up with real logins, and its services are ready", async () => {
		const up = await pulumi("up");
		expect(up).toEqual({ code: 0, output: up.output });
		// Closed to everybody else, though servers of another user run where we are root.
		expect(statSync(checkout.stateFolder).mode & 0o777).toBe(0o700);
		running = [...processesOf(layout), holderOf(layout.lock)].filter(
			(each) => each !== undefined,
		);
		const { code, output } = await status();
		expect({ code, output }).toEqual({ code: 0, output });
		for (const service of ["auth", "backend", "frontend"])
			expect(output).toMatch(
				new RegExp(
					`\\| netra-${service}-local +\\| netra-${service}-local-\\S+ +\\| ready +\\| +[0-]? +\\| 100 % +\\| http://127\\.0\\.0\\.1:\\d+ +\\| live, ready +\\|`,
				),
			);
		expect(output).toContain(
			"database login in use: netra_a (slot a, epoch 0)",
		);
	});

	it("can be reached from this machine alone, whatever listens", () => {
		expect(running.length).toBeGreaterThan(0);
		expect(listeningAddresses(running.map(({ pid }) => pid))).toEqual([
			"127.0.0.1",
		]);
	});

	it("is gone after destroy, with every process and every mount", async () => {
		expect(running).toHaveLength(6);
		const servers = serversFolder(layout);
		const { code, output } = await pulumi("destroy");
		expect({ code, output }).toEqual({ code: 0, output });
		expect(running.filter(isRunning)).toEqual([]);
		expect(existsSync(layout.folder)).toBe(false);
		expect(existsSync(String(servers))).toBe(false);
		expect(existsSync(join(mounts, "sql"))).toBe(false);
		expect(existsSync(join(mounts, "etc"))).toBe(false);
	});
});
