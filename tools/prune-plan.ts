/** Finds what nobody needs: versions, and what left the contract. Says of each why. */
import { bindsLogin } from "../contract/bindings.ts";
import type { Environment } from "../contract/environments.ts";
import { UserError } from "../contract/errors.ts";
import { serviceNameIn } from "../contract/names.ts";
import { platform } from "../contract/platform.ts";
import {
	type PinnedVersion,
	prunableVersions,
	type Revision,
} from "../plan/prune.ts";
import type { Declared } from "../plan/retention.ts";
import { parseRevisionName } from "../plan/revision-name.ts";
import { takeOverCommand } from "../plan/take-over.ts";
import type { Commands } from "./prune-commands.ts";
import { judgeLeft, type Left, type LeftThing } from "./prune-left.ts";
import { reasonFor } from "./prune-reason.ts";
import {
	type CloudState,
	type Place,
	readCloud,
	readVersions,
} from "./prune-state.ts";

export type Stack = Place & {
	environment: Environment;
	epoch: number;
	/** By service, the revisions that the configuration allows to be replaced. */
	takeOver: Readonly<Record<string, readonly string[]>>;
	declared: Declared;
	/** The secrets, by id in Secret Manager, whose versions this stack makes. */
	secretIds: string[];
	/** What the state and the cloud have, and the contract has no longer. */
	left: LeftThing[];
};

/** A version to destroy, and why nobody needs it. */
export type Row = PinnedVersion & { reason: string };

/** What can go, and of what left the contract also what can't. */
export type Plan = { versions: Row[]; left: Left[] };

/**
 * The versions that nobody needs, and all that left the contract. They are read before what uses them, so that what
 * appears in between is not among them.
 * @throws {UserError} if the state of the cloud does not say which are needed
 */
export function plan(
	gcloud: Commands["gcloud"],
	stack: Stack,
	secretIds = stack.secretIds,
): Plan {
	const versions = secretIds.flatMap((id) =>
		readVersions(gcloud, stack.project, id),
	);
	const state = readCloud(gcloud, stack);
	requireEpoch(stack, state);
	const elsewhere = state.others.flatMap(({ pins }) => pins.map(keyOf));
	const unclear = pinnedByAlias(state);
	for (const id of secretIds.filter((each) => unclear.has(each))) {
		console.error(
			`Every version of ${id} is kept: one is pinned by an alias, whose number is not known here.`,
		);
	}
	return {
		versions: prunableVersions(state.services, versions, stack.epoch)
			.filter((version) => !elsewhere.includes(keyOf(version)))
			.filter(({ secretId }) => !unclear.has(secretId))
			.map((version) => ({
				...version,
				reason: reasonFor(pinning(state, version), "pin"),
			})),
		left: judgeLeft(stack, state),
	};
}

function pinning({ services }: CloudState, version: PinnedVersion): Revision[] {
	return services
		.flatMap(({ revisions }) => revisions)
		.filter(({ pins }) => pins.some((pin) => keyOf(pin) === keyOf(version)));
}

/** Only then are the logins that are kept those of the configured epoch and the one before. */
function requireEpoch(
	{ environment, epoch, takeOver }: Stack,
	{ services }: CloudState,
): void {
	for (const service of Object.keys(platform.services)) {
		if (!bindsLogin(platform, service, environment)) {
			continue;
		}
		const name = serviceNameIn(platform, service, environment);
		const ready = services.find((each) => each.service.name === name)?.service
			.latestReadyRevision;
		if (ready !== undefined && parseRevisionName(name, ready) === undefined) {
			throw new UserError(
				`[prune] refused: the newest ready revision of service ${name} is ${ready}, which was made by hand, so its login is not known\n  fix: let a revision of this project take its place: ${takeOverCommand(environment, service, takeOver[service] ?? [], [ready])} && pulumi up -s ${environment}`,
			);
		}
		if (parseRevisionName(name, ready ?? "")?.epoch !== epoch) {
			throw new UserError(
				`[prune] refused: the configuration says epoch ${epoch}, but ${ready === undefined ? `service ${name} does not exist` : `service ${name} is ready with revision ${ready}`}\n  fix: bring the epoch live first: pulumi up -s ${environment}`,
			);
		}
	}
}

/** The secrets of which somebody pins a version by a name of its own, so that its number is not known. */
function pinnedByAlias({ services, others }: CloudState): Set<string> {
	const aliases = [
		...services.flatMap(({ revisions }) =>
			revisions.flatMap(({ pins }) => pins),
		),
		...others.flatMap(({ pins }) => pins),
	].filter(({ version }) => !/^(\d+|latest)$/.test(version));
	return new Set(aliases.map(({ secretId }) => secretId));
}

/** A version as text. */
export const keyOf = ({ secretId, version }: PinnedVersion) =>
	`${secretId}/${version}`;
