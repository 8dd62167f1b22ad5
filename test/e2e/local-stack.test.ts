/**
 * The platform with real servers and services, on one local stack, since bringing it up takes long. First what the real engine
 * shows: that it brings the stack up, its lock, and what is left where it or its plugin is killed. Then, updated in this
 * process, what servers and services go through: rotations, and what goes wrong behind the project's back, which is found,
 * survived, and mended by what the guides say.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { layoutOf, serversFolder } from "../../local/plane/real/layout.ts";
import { holderOf } from "../../local/plane/real/lock.ts";
import {
	isRunning,
	type ProcessIdentity,
} from "../../local/plane/real/process-identity.ts";
import { processesOf } from "../local/real/bench.ts";
import { listeningAddresses } from "../local/real/listeners.ts";
import { type Answer, outputOf } from "./checkout.ts";
import { changeCloud } from "./cloud.ts";
import type { Blow, Step } from "./converge.ts";
import { Visitors } from "./local-stack.ts";
import { SharedLocalStack } from "./shared-local-stack.ts";
import { struckRotation } from "./struck-rotation.ts";

const auth = "netra-auth-local";
const pin = "services.auth.pinnedRevision";

let stack: SharedLocalStack;
/** What `npm run local:status` said before there was anything. */
let nothing: Answer;
/** What an update answered while the first one ran. */
let second: Answer;
beforeAll(async () => {
	stack = await SharedLocalStack.create();
	nothing = await status();
	const first = stack.startUp();
	await stack.locked(first);
	second = await stack.up();
	outputOf(await first.answer);
});
afterAll(() => stack.end());

const status = () => stack.run("npm", "run", "-s", "local:status");
/** Servers, services, and who supervises them. */
function running(): ProcessIdentity[] {
	const layout = layoutOf(stack.stateFolder);
	return [...processesOf(layout), holderOf(layout.lock)].filter(
		(each) => each !== undefined,
	);
}
const serving = async () => (await stack.serving())[auth] as string;
const ofEpoch = () => expect.stringContaining(`-e${stack.epoch}-`);

/** A rotation is struck: the services go on answering, and the same command ends it. */
async function expectEnded(
	step: (slot: string) => Step,
	blow: Blow,
	converged: string,
): Promise<void> {
	expect(await struckRotation(stack, step, blow)).toEqual({
		failed: true,
		answering: stack.ready,
		converged,
		revision: ofEpoch(),
		login: { ok: true },
		changesLeft: null,
	});
}

/** An update fails for a reason, and what served auth goes on. That it fails as often as it is tried: gates.test.ts. */
async function expectRefused(reason: string): Promise<void> {
	const before = await serving();
	const { code, output } = await stack.up();
	expect({ code, output }).not.toMatchObject({ code: 0 });
	expect(output).toContain(reason);
	expect(await serving()).toBe(before);
}

describe("the local stack", () => {
	it("[R-080] answers with real logins behind it", async () => {
		expect(await stack.readiness()).toEqual(stack.ready);
		expect(await serving()).toContain("netra-auth-local-e0-");
	});

	it("[R-080] is shown by its status, service by service; before it came up, that nothing runs", async () => {
		expect(nothing).toEqual({
			code: 0,
			output:
				"Nothing of the local stack runs. Start it: tools/pulumi-local up -s local\n",
		});
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

	it("[R-080] can be reached from this machine alone, whatever listens, and its folder by its user alone", () => {
		expect(running()).toHaveLength(6);
		expect(listeningAddresses(running().map(({ pid }) => pid))).toEqual([
			"127.0.0.1",
		]);
		// Though servers of another user run where we are root.
		expect(statSync(stack.stateFolder).mode & 0o777).toBe(0o700);
	});
});

describe("an update", () => {
	it("[R-031] is refused while another one runs, and the state stays whole", async () => {
		expect(second.code).not.toBe(0);
		expect(second.output).toContain(
			"the stack is currently locked by 1 lock(s)",
		);
		expect(await stack.changesLeft()).toBeNull();
	});
});

/** Each kind of fault once; every step with every kind is the soak's. */
describe("a rotation whose processes are killed", () => {
	it("[R-002] at auth's preflight, stand-in killed before, leaves the services answering, and the same command ends it", async () => {
		await expectEnded(
			() => ({
				on: "update",
				type: "gcp:cloudrunv2/job:Job",
				name: "auth-preflight",
			}),
			"stand-in killed before",
			"at once",
		);
	});

	it("[R-002] at the change of backend, engine killed after, leaves the services answering, and the same command ends it", async () => {
		await expectEnded(
			() => ({
				on: "update",
				type: "gcp:cloudrunv2/service:Service",
				name: "backend",
			}),
			"engine killed after",
			"after cancel",
		);
	});
});

describe("updated in this process", () => {
	beforeAll(() => stack.takeOver());

	describe("a rotation that fails", () => {
		it("[R-002] at the change of the login, before its effect, leaves the services answering, and the same command ends it", async () => {
			await expectEnded(
				(slot) => ({
					on: "update",
					type: "gcp:sql/user:User",
					name: `database-user-${slot}`,
				}),
				"fails before its effect",
				"after slotRetry",
			);
		});

		it("[R-002] at the new version of DATABASE_URL, after its effect, leaves the services answering, and the same command ends it", async () => {
			await expectEnded(
				() => ({
					on: "create",
					type: "gcp:secretmanager/secretVersion:SecretVersion",
					name: "database-url",
				}),
				"fails after its effect",
				"at once",
			);
		});
	});

	describe("a rotation", () => {
		/** The revision of auth that served before. */
		let previous: string;

		it("[R-002] refuses no login and no request", async () => {
			const before = await stack.serving();
			previous = before[auth] as string;
			const running = `netra_${stack.slot}`;
			const visitors = new Visitors(
				Array.from({ length: 6 }, () => stack.login(running)),
				90,
			);
			const unready: unknown[] = [];
			let rotating = true;
			const requests = (async () => {
				while (rotating) {
					const answers = await stack.readiness();
					if (Object.values(answers).some((status) => status !== 200)) {
						unready.push(answers);
					}
				}
			})();

			await stack.rotate();
			const answer = await stack.up();
			rotating = false;
			await requests;
			await visitors.stop();

			outputOf(answer);
			expect(visitors.refusals).toEqual([]);
			expect(unready).toEqual([]);
			expect(visitors.logins).toBeGreaterThan(200);
			expect(await stack.serving()).toMatchObject({
				"netra-auth-local": ofEpoch(),
				"netra-backend-local": ofEpoch(),
				"netra-frontend-local": before["netra-frontend-local"],
			});
			expect(await stack.login(`netra_${stack.slot}`)()).toEqual({ ok: true });
		});

		it("[R-070] starts the revision before it again, with the versions that it pins", async () => {
			await stack.set(pin, previous);
			outputOf(await stack.up());
			expect(await serving()).toBe(previous);
			expect(await stack.readiness()).toEqual(stack.ready);
			await stack.unset(pin);
			outputOf(await stack.up());
		});
	});

	describe("a revision that can't start", () => {
		it("[R-031] for its command leaves its predecessor serving, until the command is mended", async () => {
			await stack.set("services.auth.command[0]", "/no/such/program");
			await expectRefused("The container exited with 127.");
			expect(await stack.readiness()).toEqual(stack.ready);
			await stack.unset("services.auth.command");
			outputOf(await stack.up());
			expect(await stack.readiness()).toEqual(stack.ready);
		});

		it("[R-032] for a grant that somebody took away leaves its predecessor serving, until it is refreshed", async () => {
			changeCloud(stack, "netra-local", ({ resources }) => {
				const grants =
					resources["gcp:secretmanager/secretIamMember:SecretIamMember"] ?? {};
				const [grant] = Object.keys(grants).filter((id) =>
					/database-url-local.*netra-auth/.test(id),
				);
				delete grants[grant as string];
			});
			await stack.rotate();
			await expectRefused("Permission denied on secret");
			expect(await stack.readiness()).toEqual(stack.ready);
			outputOf(await stack.up("--refresh"));
			expect(await serving()).toEqual(ofEpoch());
			expect(await stack.readiness()).toEqual(stack.ready);
		});
	});

	describe("a password that somebody changed by hand", () => {
		const login = () => `netra_${stack.slot}`;

		it("[R-005] is found by the scheduled check, which says what to do", async () => {
			expect(await stack.verify("auth")).toEqual({ code: 0, output: "" });
			await stack.changePassword(login(), "by-hand");
			const { code, output } = await stack.verify("auth");
			expect(code).toBe(1);
			const [, log = ""] = /Logs: (\S+)/.exec(output) ?? [];
			expect(readFileSync(log, "utf8")).toContain(
				`if revisions serve with ${login()}, rotate to the other login with 'pulumi config set rotationEpoch <n + 1> -s local'`,
			);
		});

		it("[R-001] lets no other change through", async () => {
			stack.edit("releases/local.json", "2026-11-20-1", "2026-11-20-2");
			await expectRefused("netra-preflight-auth-local");
		});

		it("[R-001] is healed by the next epoch", async () => {
			await stack.rotate();
			outputOf(await stack.up());
			expect(await stack.readiness()).toEqual(stack.ready);
			expect(await stack.verify("auth")).toEqual({ code: 0, output: "" });
		});
	});
});

describe("destroying the local stack", () => {
	it("[R-080] ends every process and takes every mount away", async () => {
		const layout = layoutOf(stack.stateFolder);
		const servers = serversFolder(layout);
		const before = running();
		expect(before.length).toBeGreaterThanOrEqual(6);
		await stack.destroy();
		expect(before.filter(isRunning)).toEqual([]);
		expect(existsSync(layout.folder)).toBe(false);
		expect(existsSync(String(servers))).toBe(false);
		expect(existsSync(join(stack.mounts, "cloudsql"))).toBe(false);
		expect(existsSync(join(stack.mounts, "etc"))).toBe(false);
	});
});
