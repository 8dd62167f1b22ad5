/** What the cloud says of a service, in the words that decisions need. */
import { lastSegment, parseRevisionName } from "./revision-name.ts";
import { type ObservedRevision, revisionOfTemplate } from "./revisions.ts";

/** The state of a service as the API shows it at the start of an update. */
export type ObservedService = {
	/** The service's name in Cloud Run. */
	name: string;
	latestCreatedRevision: string;
	latestReadyRevision: string;
	/** Revisions that traffic goes to, or is about to go to. */
	trafficRevisions: string[];
	/** A change is under way. */
	reconciling: boolean;
	/** The last change of the service succeeded. */
	succeeded: boolean;
	labels: Record<string, string>;
};

/** The same with what it asks for, as only the service itself shows it. */
export type DeployedService = ObservedService & {
	traffic: Traffic;
	/** Its latest created revision. */
	latest: ObservedRevision;
};

/** The targets of a service's requests. */
export type Traffic = {
	/** `latest`, a revision that gets all of them, or each target with its share. */
	text: string;
	/** The revisions that get some; the latest ready one where that is the target. */
	revisions: string[];
};

/** What `getService` returns, as far as it is read here. */
export type ServiceAnswer = {
	name: string;
	latestCreatedRevision: string;
	latestReadyRevision: string;
	reconciling: boolean;
	labels?: Record<string, string>;
	terminalConditions: { state: string }[];
	templates: object[];
	traffics: Target[];
	trafficStatuses: Target[];
};

type Target = { type: string; revision: string; percent: number };

/** Reads the answer of the API: revisions by name alone, traffic by "latest" as the revision it means. */
export function observedService(answer: ServiceAnswer): DeployedService {
	const ready = lastSegment(answer.latestReadyRevision);
	const revisionOf = (target: Target) =>
		isLatest(target) ? ready : lastSegment(target.revision);
	const targets = [...answer.traffics, ...answer.trafficStatuses].map(
		revisionOf,
	);
	return {
		name: answer.name,
		latestCreatedRevision: lastSegment(answer.latestCreatedRevision),
		latestReadyRevision: ready,
		trafficRevisions: [...new Set(targets)].filter((name) => name !== ""),
		traffic: {
			text: trafficText(answer.traffics),
			revisions: [
				...new Set(
					answer.traffics
						.filter(({ percent }) => percent > 0)
						.map(revisionOf)
						.filter((name) => name !== ""),
				),
			],
		},
		latest: revisionOfTemplate(answer, answer.templates[0] ?? {}),
		reconciling: answer.reconciling,
		succeeded: answer.terminalConditions.every(
			({ state }) => state === "CONDITION_SUCCEEDED",
		),
		labels: answer.labels ?? {},
	};
}

const isLatest = ({ type, revision }: Target) =>
	type === "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST" || revision === "";

/** A target without a share, which only has a tag, gets no requests of the service's own address. */
function trafficText(traffics: readonly Target[]): string {
	const shares = traffics
		.filter(({ percent }) => percent > 0)
		.map((target) => ({
			to: isLatest(target) ? "latest" : lastSegment(target.revision),
			percent: target.percent,
		}));
	const [only] = shares;
	return shares.length === 1 && only !== undefined
		? only.to
		: shares.map(({ to, percent }) => `${to} (${percent} %)`).join(" and ") ||
				"latest";
}

/** The revisions that requests go to, the ones with their share joined by "and". */
export function servedBy(
	statuses: readonly Target[],
	latestReadyRevision: string,
): string {
	return trafficText(
		statuses.map((status) => ({
			...status,
			type: "",
			revision: isLatest(status) ? latestReadyRevision : status.revision,
		})),
	);
}

/**
 * The revisions that serve or may serve in a moment: the latest ready one, those with traffic and, while a
 * change is under way, the one that is being started.
 */
export function liveRevisions(service: ObservedService): string[] {
	const names = [
		service.latestReadyRevision,
		...service.trafficRevisions,
		...(service.reconciling ? [service.latestCreatedRevision] : []),
	];
	return [...new Set(names)].filter((name) => name !== "");
}

/** The label by which an update tells the next one how many tries there were. */
export const attemptLabel = "attempt";

/** The state of a job whose execution a service waits for; undefined if it does not exist. */
export type ObservedJob =
	| {
			succeeded: boolean;
			/** Names the execution that the last update asked for; empty once somebody executed the job by hand. */
			token: string;
			labels: Record<string, string>;
	  }
	| undefined;

/** A job that a service waits for: as it is, and the hash of what it is about to be. */
export type Gate = { observed: ObservedJob; hash: string };

/** The numbers of a try: the one that the gates run for, and the one in the revision's name. */
export type Attempt = { gates: number; revision: number };

/**
 * The numbers of this try: those of the last one if it did the same and succeeded, else one more than was
 * ever used. The provider records a failed change as done, so only a new number makes it run again. A service that is
 * deployed already keeps its revision while its gates run again.
 * @param hash of the service's template that is about to be deployed
 */
export function attemptFor(
	service: ObservedService | undefined,
	gates: Gate[],
	hash: string,
): Attempt {
	const last = lastAttempt(service, gates);
	const created =
		service && parseRevisionName(service.name, service.latestCreatedRevision);
	const deployed =
		created?.hash === hash &&
		service?.succeeded === true &&
		service.latestReadyRevision === service.latestCreatedRevision;
	const done = deployed && gates.every((gate) => passed(gate, last));
	const number = done ? last : last + 1;
	return { gates: number, revision: deployed ? created.attempt : number };
}

/** True if a gate's job succeeded with the very template and try, and nobody executed it since. */
export function passed({ observed, hash }: Gate, attempt: number): boolean {
	return (
		observed?.succeeded === true &&
		observed.token === executionToken(hash, attempt)
	);
}

/** The token by which a job executes for a template and a try: an execution's name can't be used twice. */
export function executionToken(hash: string, attempt: number): string {
	return `${hash}-${attempt}`;
}

function lastAttempt(
	service: ObservedService | undefined,
	gates: Gate[],
): number {
	const labels = [
		service?.labels,
		...gates.map(({ observed }) => observed?.labels),
	];
	const revisions =
		service === undefined
			? []
			: [service.latestCreatedRevision, ...service.trafficRevisions].map(
					(revision) => parseRevisionName(service.name, revision)?.attempt,
				);
	return Math.max(
		0,
		...labels.map((each) =>
			/^\d+$/.test(each?.[attemptLabel] ?? "")
				? Number(each?.[attemptLabel])
				: 0,
		),
		...revisions.map((attempt) => attempt ?? 0),
	);
}
