/** The cloud's file: whole at every moment, private, and shared by processes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { CloudStore } from "../../local/cloud/store.ts";
import { projectNumber } from "../../local/cloud/world.ts";
import type { Outcome } from "../../local/plane/data-plane.ts";
import { SimulatedPlane } from "../../local/plane/simulated.ts";
import { StandIn, temporaryFolder } from "./harness.ts";

const store = (folder: string) => new CloudStore(folder, "demo-1", () => {});
const fileIn = (folder: string) => join(folder, "cloud", "demo-1.json");

describe("the cloud", () => {
	it("lies in a file for its owner only, as do the folders around it", () => {
		const folder = temporaryFolder();
		store(folder).update((world) => {
			world.resources.a = {};
		});
		expect(statSync(fileIn(folder)).mode & 0o777).toBe(0o600);
		expect(statSync(join(folder, "cloud")).mode & 0o777).toBe(0o700);
		expect(readdirSync(join(folder, "cloud"))).toEqual(["demo-1.json"]);
	});

	it("is seeded once, when it is used for the first time", () => {
		const folder = temporaryFolder();
		let seeds = 0;
		const seeded = () =>
			new CloudStore(folder, "demo-1", (world) => {
				seeds += 1;
				world.resources.seeded = {};
			}).view(({ resources }) => Object.keys(resources));
		expect([seeded(), seeded(), seeds]).toEqual([["seeded"], ["seeded"], 1]);
	});

	it("is unchanged where a change fails half-way", () => {
		const cloud = store(temporaryFolder());
		cloud.update((world) => {
			world.resources.a = {};
		});
		expect(() =>
			cloud.update((world) => {
				world.resources.b = {};
				throw new Error("half-way");
			}),
		).toThrow("half-way");
		expect(cloud.view(({ resources }) => Object.keys(resources))).toEqual([
			"a",
		]);
	});

	it("is shared by stores that don't know of each other", () => {
		const folder = temporaryFolder();
		const [one, other] = [store(folder), store(folder)];
		for (const cloud of [one, other, one, other])
			cloud.update(({ resources }) => {
				resources[`r${Object.keys(resources).length}`] = {};
			});
		expect(one.view(({ resources }) => Object.keys(resources))).toEqual([
			"r0",
			"r1",
			"r2",
			"r3",
		]);
	});

	it("loses nothing when two processes change it at the same time", async () => {
		const folder = temporaryFolder();
		const module = fileURLToPath(
			new URL("../../local/cloud/store.ts", import.meta.url),
		);
		const script = `const { CloudStore } = await import(${JSON.stringify(module)});
			const cloud = new CloudStore(${JSON.stringify(folder)}, "demo-1", () => {});
			for (let i = 0; i < 40; i++) cloud.update((world) => { world.resources[process.pid + "-" + i] = {}; });`;
		const run = () =>
			once(
				spawn(process.execPath, ["--input-type=module", "-e", script], {
					stdio: "inherit",
				}),
				"exit",
			);
		expect(await Promise.all([run(), run()])).toEqual([
			[0, null],
			[0, null],
		]);
		expect(
			store(folder).view(({ resources }) => Object.keys(resources).length),
		).toBe(80);
	});

	it("is taken over from a process that died while it held the lock", () => {
		const folder = temporaryFolder();
		const cloud = store(folder);
		cloud.update(() => {});
		// No process has so high an id.
		writeFileSync(`${fileIn(folder)}.lock`, "4194999");
		cloud.update((world) => {
			world.resources.a = {};
		});
		expect(readFileSync(fileIn(folder), "utf8")).toContain('"a"');
	});

	it("gives a project the same number of twelve digits every time", () => {
		expect(projectNumber("netra-staging")).toMatch(/^\d{12}$/);
		expect(projectNumber("netra-staging")).toBe(projectNumber("netra-staging"));
		expect(projectNumber("netra-staging")).not.toBe(
			projectNumber("netra-production"),
		);
	});

	it.each<[string, Outcome, string]>([
		["becomes ready", { ok: true }, "CONDITION_SUCCEEDED"],
		["fails", { ok: false, message: "exited with 1" }, "CONDITION_FAILED"],
	])(
		"learns by itself that what a killed process was waiting for %s",
		async (_what, outcome, state) => {
			const plane = new SimulatedPlane();
			plane.outcomeOf = async () => outcome as { ok: true };
			const standIn = new StandIn({ plane });
			const inputs = {
				name: "web",
				location: "us-central1",
				template: { containers: [{ image: "a" }] },
			};
			const service = await standIn.create(
				"gcp:cloudrunv2/service:Service",
				"web",
				inputs,
			);
			standIn.cloud(({ resources }) => {
				const entry = resources["gcp:cloudrunv2/service:Service"]?.[service.id];
				if (entry === undefined) throw new Error("no service");
				entry.hidden.waiting = 4194999;
				entry.properties.reconciling = true;
				entry.properties.latestReadyRevision = "";
			});
			const refreshed = await standIn.refresh(service);
			expect(refreshed?.outputs.reconciling).toBe(false);
			expect(refreshed?.outputs.latestReadyRevision).toBe(
				outcome.ok ? service.outputs.latestReadyRevision : "",
			);
			expect(refreshed?.outputs.terminalConditions).toEqual([
				expect.objectContaining({ state }),
			]);
		},
	);
});
