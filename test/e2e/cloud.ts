/** What the stand-in's cloud holds, and the faults that a test scripts. */
import {
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { CloudStore } from "../../local/cloud/store.ts";
import type { World } from "../../local/cloud/world.ts";
import type { FaultRule } from "../../local/faults.ts";
import { lastSegment } from "../../plan/revision-name.ts";
import type { Answer, Checkout } from "./checkout.ts";

type Entry = { properties: Record<string, unknown> };

/** Whoever keeps a stand-in: a checkout, or a stack in this process. */
export type Keeper = Pick<Checkout, "stateFolder" | "run">;

/** A resource type's entries in a project's cloud, by id. */
export function cloudEntries(
	checkout: Keeper,
	project: string,
	type: string,
): Record<string, Entry> {
	const file = join(checkout.stateFolder, `cloud/${project}.json`);
	return existsSync(file)
		? (JSON.parse(readFileSync(file, "utf8")).resources[type] ?? {})
		: {};
}

/** Changes a project's cloud behind Pulumi's back. */
export function changeCloud(
	checkout: Keeper,
	project: string,
	change: (world: World) => void,
): void {
	new CloudStore(checkout.stateFolder, project, () => {}).update(change);
}

/** Runs a command of the stand-in's `gcloud run` in a project, as a person would. */
export function gcloudRun(
	checkout: Keeper,
	project: string,
	...words: string[]
): Promise<Answer> {
	return checkout.run(
		"tools/with-toolchain",
		"local/bin/gcloud",
		"run",
		...words,
		`--project=${project}`,
		"--region=us-central1",
	);
}

/** Executes a job now and waits for its end, as a schedule or a person would. */
export const executeJob = (checkout: Keeper, project: string, job: string) =>
	gcloudRun(checkout, project, "jobs", "execute", job, "--wait");

/** Each service's revision that traffic goes to: the latest ready one, by the service's name. */
export function servingRevisions(
	checkout: Keeper,
	project: string,
): Record<string, string> {
	return Object.fromEntries(
		Object.entries(
			cloudEntries(checkout, project, "gcp:cloudrunv2/service:Service"),
		).map(([id, { properties }]) => [
			lastSegment(id),
			lastSegment(String(properties.latestReadyRevision)),
		]),
	);
}

/** From now on the stand-in's operations fail as the rules say; without rules, none does. */
export function scriptFaults(checkout: Keeper, ...rules: FaultRule[]): void {
	const file = join(checkout.stateFolder, "faults.json");
	if (rules.length === 0) {
		rmSync(file, { force: true });
	} else {
		mkdirSync(checkout.stateFolder, { recursive: true });
		writeFileSync(file, JSON.stringify({ rules }));
	}
}
