/** What serves now, and whether an update may put something else in its place. */
import { isRecorded } from "./login-record.ts";
import type { DeployedService } from "./observed.ts";
import { parseRevisionName } from "./revision-name.ts";
import { takeOverCommand } from "./take-over.ts";

/** The label in which a service keeps where its requests were last asked to go. */
export const trafficLabel = "traffic";

/** What the label says where the latest ready revision is to serve. */
export const toLatest = "latest";

export type ServingArgs = {
	stack: string;
	/** The service's name in the contract. */
	service: string;
	observed: DeployedService;
	/** The revision that the configuration pins. */
	pinned: string | undefined;
	/** Revisions of the service that the configuration allows to be replaced. */
	takeOver: readonly string[];
	/** Revisions that were adopted with the project, of any service: they may be replaced too. */
	adoptedRevisions: readonly string[];
	/** The newest revision that this project made. */
	lastOwn: string | undefined;
	/** What differs between two revisions of the service, in words; undefined where that can't be known. */
	differences: (from: string, to: string) => readonly string[] | undefined;
};

/** What an update is about to do with what serves; the texts are for the person who runs it. */
export type ServingPlan = {
	/** The service has to be sent again, though its description did not change. */
	resend: boolean;
	notes: readonly string[];
	/**
	 * Lines that say why the update must not go on: it would move requests that somebody moved by hand, or replace a revision
	 * that somebody made by hand, and the configuration does not say so.
	 */
	refusal: readonly string[];
};

/** Plans what becomes of the revisions that serve. */
export function planServing(args: ServingArgs): ServingPlan {
	const moved = movedByHand(args);
	const made = args.observed.trafficRevisions
		.filter((revision) => isForeign(args, revision))
		.map((revision) => {
			const change = changeIn(args, revision);
			return {
				revision,
				change,
				fact: `revision ${revision}, which ${roleOf(args, revision)} ${args.observed.name}, was made by hand and changes ${change}`,
			};
		});
	const blocked = [
		...(moved !== undefined && !allowed(args, moved.to)
			? [{ revisions: moved.to, fact: moved.fact }]
			: []),
		...made
			.filter(
				({ revision, change }) =>
					change !== "nothing" && !allowed(args, [revision]),
			)
			.map(({ revision, fact }) => ({ revisions: [revision], fact })),
	];
	const untagged = args.observed.trafficRevisions.filter(
		(revision) =>
			!hasRequests(args, revision) &&
			revision !== args.pinned &&
			allowed(args, [revision]),
	);
	const ownTagged = args.observed.trafficRevisions.filter(
		(revision) =>
			!hasRequests(args, revision) &&
			revision !== args.pinned &&
			!allowed(args, [revision]) &&
			!isForeign(args, revision),
	);
	return {
		resend: moved !== undefined || untagged.length > 0,
		refusal:
			blocked.length === 0
				? []
				: refusal(
						args,
						blocked.map(({ fact }) => fact),
						[...new Set(blocked.flatMap(({ revisions }) => revisions))],
					),
		notes: [
			...(moved === undefined ? [] : [`${moved.fact}; ${nextOf(args)}`]),
			...made
				.filter(({ revision }) => hasRequests(args, revision))
				.map(
					({ revision, change }) =>
						`revision ${revision}, made by hand, serves ${args.observed.name} and changes ${change}; ${nextOf(args)}`,
				),
			...untagged.map(
				(revision) =>
					`revision ${revision}, which has a tag of ${args.observed.name} and no requests, loses the tag in this update`,
			),
			...ownTagged.map(
				(revision) =>
					`revision ${revision}, which has a tag of ${args.observed.name} and no requests, loses the tag with the next change of the service: no update keeps tags`,
			),
			...passedOver(args),
			...leftOver(args),
		],
	};
}

/** A target without a share of the requests is there for its tag. */
const hasRequests = ({ observed }: ServingArgs, revision: string) =>
	observed.traffic.revisions.includes(revision);

const roleOf = (args: ServingArgs, revision: string) =>
	hasRequests(args, revision) ? "serves" : "has a tag of";

/** The newest revision where a person made it and sent it no requests, or it never became ready. */
function passedOver(args: ServingArgs): string[] {
	const { name, latestCreatedRevision, trafficRevisions } = args.observed;
	const change = changeIn(args, latestCreatedRevision);
	return !isForeign(args, latestCreatedRevision) ||
		trafficRevisions.includes(latestCreatedRevision) ||
		args.pinned === latestCreatedRevision ||
		change === "nothing"
		? []
		: [
				`revision ${latestCreatedRevision}, the newest of ${name}, was made by hand, gets no requests and changes ${change}; the next revision of this project does without that`,
			];
}

/** A word that did its work, and would be one for whoever chooses the same revision by hand again. */
function leftOver({
	stack,
	service,
	observed,
	takeOver,
}: ServingArgs): string[] {
	const left = takeOver.filter(
		(revision) => !observed.trafficRevisions.includes(revision),
	);
	return left.length === 0
		? []
		: [
				`services.${service}.takeOver lists ${left.join(" and ")}, which does not serve: whoever chooses it by hand again would be overruled without a question; take it out: pulumi config rm --path services.${service}.takeOver -s ${stack}`,
			];
}

const nextOf = ({ pinned }: ServingArgs) =>
	pinned === undefined
		? "a revision of this project takes its place in this update"
		: `the configuration pins ${pinned}`;

/** Requests that go elsewhere than the last update asked for. */
function movedByHand({
	observed,
	pinned,
}: ServingArgs): { to: string[]; fact: string } | undefined {
	const { traffic, labels, name } = observed;
	const asked =
		labels[trafficLabel] ??
		// Deployed before the label was kept: latest was the rule, and what is pinned was asked for.
		(isRecorded(labels) || ownCreated(observed) ? toLatest : traffic.text);
	if (traffic.text === asked || traffic.text === (pinned ?? toLatest)) {
		return undefined;
	}
	return {
		to: traffic.revisions,
		fact: `the requests of ${name} go to ${traffic.text === toLatest ? `the latest revision, ${observed.latestReadyRevision}` : traffic.text}, which somebody chose by hand: the last update sent them to ${asked === toLatest ? "the latest revision" : asked}`,
	};
}

const ownCreated = ({ name, latestCreatedRevision }: DeployedService) =>
	parseRevisionName(name, latestCreatedRevision) !== undefined;

/** A revision that this project did not name. */
const isForeign = ({ observed }: ServingArgs, revision: string) =>
	parseRevisionName(observed.name, revision) === undefined;

/** What a revision made by hand changes, in words; `nothing` where nothing would be lost. */
function changeIn(
	{ lastOwn, differences }: ServingArgs,
	revision: string,
): string {
	const found =
		lastOwn === undefined ? undefined : differences(lastOwn, revision);
	if (found === undefined) {
		return "what could not be read";
	}
	return found.length === 0
		? "nothing"
		: `what ${lastOwn} has: ${found.join(", ")}`;
}

/** The configuration says what is to become of the revisions. */
const allowed = (
	{ pinned, takeOver, adoptedRevisions }: ServingArgs,
	revisions: string[],
) =>
	revisions.length > 0 &&
	revisions.every(
		(revision) =>
			takeOver.includes(revision) ||
			adoptedRevisions.includes(revision) ||
			pinned === revision,
	);

function refusal(
	args: ServingArgs,
	facts: readonly string[],
	revisions: readonly string[],
): string[] {
	const { stack, service, takeOver } = args;
	const take = (which: readonly string[]) =>
		takeOverCommand(stack, service, takeOver, which);
	// A tag can't be kept.
	const tagged = revisions.filter((revision) => !hasRequests(args, revision));
	const keep =
		tagged.length === revisions.length
			? []
			: [
					`  to keep it (pin it): ${[pinning(args), take(tagged)].filter((each) => each !== "").join(" && ")}`,
				];
	return [
		...facts,
		...keep,
		`  to replace it (take it over): ${take(revisions)}`,
	];
}

/** The command after which requests go where they go now. */
function pinning({ stack, service, observed }: ServingArgs): string {
	const [serving = "", ...others] = observed.traffic.revisions;
	const pin = `services.${service}.pinnedRevision`;
	if (others.length > 0) {
		return "not possible while several revisions serve";
	}
	return observed.traffic.text === toLatest &&
		parseRevisionName(observed.name, serving) !== undefined
		? `pulumi config rm --path ${pin} -s ${stack}`
		: `pulumi config set --path ${pin} ${serving} -s ${stack}`;
}
