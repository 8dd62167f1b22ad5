/** What serves now, and whether an update may put something else in its place. */
import { isRecorded } from "./login-record.ts";
import type { DeployedService } from "./observed.ts";
import { parseRevisionName } from "./revision-name.ts";

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
	/** Revisions that the configuration allows to be replaced: taken over, or adopted with the project. */
	takeOver: readonly string[];
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
		.map((revision) => ({ revision, change: changeIn(args, revision) }));
	const blocked = [
		...(moved !== undefined && !allowed(args, moved.to)
			? [{ revisions: moved.to, fact: moved.fact }]
			: []),
		...made
			.filter(
				({ revision, change }) =>
					change !== "nothing" && !allowed(args, [revision]),
			)
			.map(({ revision, change }) => ({
				revisions: [revision],
				fact: `revision ${revision}, which serves ${args.observed.name}, was made by hand and changes ${change}`,
			})),
	];
	return {
		resend: moved !== undefined,
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
			...made.map(
				({ revision, change }) =>
					`revision ${revision}, made by hand, serves ${args.observed.name} and changes ${change}; ${nextOf(args)}`,
			),
		],
	};
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
const allowed = ({ pinned, takeOver }: ServingArgs, revisions: string[]) =>
	revisions.length > 0 &&
	revisions.every(
		(revision) => takeOver.includes(revision) || pinned === revision,
	);

function refusal(
	{ stack, service, observed }: ServingArgs,
	facts: readonly string[],
	revisions: readonly string[],
): string[] {
	const set = `-s ${stack}`;
	const [first = ""] = revisions;
	const pin = `services.${service}.pinnedRevision`;
	const keep =
		revisions.length > 1
			? "not possible while several revisions serve"
			: observed.traffic.text === toLatest &&
					parseRevisionName(observed.name, first) !== undefined
				? `pulumi config rm --path ${pin} ${set}`
				: `pulumi config set --path ${pin} ${first} ${set}`;
	const takeOver = revisions.map(
		(revision, index) =>
			`pulumi config set --path 'services.${service}.takeOver[${index}]' ${revision} ${set}`,
	);
	return [
		...facts,
		`  to keep it (pin it): ${keep}`,
		`  to replace it (take it over): ${takeOver.join(" && ")}`,
	];
}
