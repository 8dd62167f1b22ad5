/** Which revisions of a Cloud Run service get its requests. */
import type { Entry, World } from "../cloud/world.ts";
import type { Share } from "../plane/data-plane.ts";
import { blocksAt, type Properties } from "../provider/values.ts";
import { lastSegment, rejected } from "./answers.ts";
import { readyCondition } from "./conditions.ts";
import { startProblem } from "./container-template.ts";
import type { Scope } from "./resource-type.ts";
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
	const { unstartable = {} } = historyOf(entry);
	const failed = wanted.find(
		(name) => revisions[name]?.state !== "ready" || name in unstartable,
	);
	return (
		failed &&
		`Revision '${failed}' is not ready and cannot serve traffic. ${unstartable[failed] ?? revisions[failed]?.message ?? ""}`
	);
}

/** The revisions that the targets name. */
function pinned(properties: Properties): string[] {
	return blocksAt(properties, "traffics")
		.filter(({ type }) => type !== LATEST)
		.map(({ revision }) => lastSegment(revision));
}

/**
 * Notes which of the revisions that come to serve can't: their instances start anew, with what their template binds.
 * Those that serve already have theirs.
 */
export function checkStarts(
	entry: Entry,
	prior: Entry | undefined,
	scope: Scope,
	world: World,
): void {
	const history = historyOf(entry);
	const serving = prior === undefined ? [] : revisionsIn(prior);
	const problems = blocksAt(entry.properties, "traffics")
		.map((target) => revisionOf(entry, target))
		.filter((name) => !serving.includes(name))
		.flatMap((name) => {
			const { state, template } = history.revisions[name] ?? {};
			const problem =
				state === "ready" && template && startProblem(template, scope, world);
			return problem ? [[name, problem]] : [];
		});
	history.unstartable = Object.fromEntries(problems);
}

const revisionsIn = (entry: Entry) =>
	sharesOf(entry).map(({ revision }) => revision);

/** The revision that a target means. */
const revisionOf = (
	{ properties }: Entry,
	{ type, revision }: Properties,
): string =>
	lastSegment(type === LATEST ? properties.latestReadyRevision : revision);

/** Brings readiness and traffic in line with what the revisions are. */
export function settleService(entry: Entry): void {
	const { properties } = entry;
	const { revisions, unstartable = {} } = historyOf(entry);
	const isReady = (name: string) =>
		revisions[name]?.state === "ready" && !(name in unstartable);
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
export function sharesOf(entry: Entry): Share[] {
	return blocksAt(entry.properties, "trafficStatuses").map((target) => ({
		revision: revisionOf(entry, target),
		percent: Number(target.percent),
	}));
}
