/** Which revisions of a Cloud Run service get its requests. */
import type { Entry } from "../cloud/world.ts";
import type { Share } from "../plane/data-plane.ts";
import { blocksAt, type Properties } from "../provider/values.ts";
import { lastSegment, rejected } from "./answers.ts";
import { readyCondition } from "./conditions.ts";
import { historyOf } from "./revisions.ts";

/** The target that means the newest revision that is ready. */
export const LATEST = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";

/** @throws {CloudError} for shares that don't make 100, and for revisions that there are not. */
export function checkTraffic(entry: Entry): void {
	const targets = blocksAt(entry.properties, "traffics");
	const sum = targets.reduce(
		(total, { percent }) => total + Number(percent ?? 0),
		0,
	);
	if (sum !== 100)
		throw rejected(400, `Traffic percentages must sum to 100, got ${sum}.`);
	for (const target of targets) {
		const revision = lastSegment(target.revision);
		const isKnown = historyOf(entry).revisions[revision] !== undefined;
		if (target.type !== LATEST && !isKnown)
			throw rejected(
				400,
				`Revision '${revision}' in the traffic targets was not found.`,
			);
	}
}

/** Why the service is not what it should be, if it is not: the newest revision, or one that should serve, is not ready. */
function problemOf(entry: Entry): string | undefined {
	const { properties } = entry;
	const wanted = [
		lastSegment(properties.latestCreatedRevision),
		...pinned(properties),
	];
	const { revisions } = historyOf(entry);
	const failed = wanted.find((name) => revisions[name]?.state !== "ready");
	return (
		failed &&
		`Revision '${failed}' is not ready and cannot serve traffic. ${revisions[failed]?.message ?? ""}`
	);
}

/** The revisions that the targets name. */
function pinned(properties: Properties): string[] {
	return blocksAt(properties, "traffics")
		.filter(({ type }) => type !== LATEST)
		.map(({ revision }) => lastSegment(revision));
}

/** Brings readiness and traffic in line with what the revisions are. */
export function settleService(entry: Entry): void {
	const { properties } = entry;
	const { revisions } = historyOf(entry);
	const isReady = (name: string) => revisions[name]?.state === "ready";
	const created = lastSegment(properties.latestCreatedRevision);
	if (isReady(created))
		properties.latestReadyRevision = properties.latestCreatedRevision ?? "";
	properties.reconciling = false;
	properties.observedGeneration = properties.generation ?? "";
	properties.terminalConditions = [readyCondition(problemOf(entry))];
	const targets = blocksAt(properties, "traffics");
	const needed = targets.some(({ type }) => type === LATEST)
		? [created, ...pinned(properties)]
		: pinned(properties);
	// Until all that should serve is ready, what served goes on to serve.
	if (needed.every(isReady))
		properties.trafficStatuses = targets.map((target) => ({
			...target,
			uri: "",
		}));
}

/** Which revision gets which share now. */
export function sharesOf({ properties }: Entry): Share[] {
	return blocksAt(properties, "trafficStatuses").map(
		({ type, revision, percent }) => ({
			revision: lastSegment(
				type === LATEST ? properties.latestReadyRevision : revision,
			),
			percent: Number(percent),
		}),
	);
}
