/** Finds the versions to destroy, and says of each why nobody needs it. */
import { serviceContract } from "../contract/bindings.ts";
import { UserError } from "../contract/errors.ts";
import { serviceNameIn } from "../contract/names.ts";
import { platform } from "../contract/platform.ts";
import type { Environment } from "../contract/schema.ts";
import { type PinnedVersion, prunableVersions } from "../plan/prune.ts";
import { parseRevisionName } from "../plan/revision-name.ts";
import type { Commands } from "./prune-commands.ts";
import {
	type CloudState,
	type Place,
	readCloud,
	readVersions,
} from "./prune-state.ts";

export type Stack = Place & {
	environment: Environment;
	epoch: number;
	/** The secrets, by id in Secret Manager, whose versions this stack makes. */
	secretIds: string[];
};

/** A version to destroy, and why nobody needs it. */
export type Row = PinnedVersion & { reason: string };

/**
 * The versions that nobody needs. They are read before what pins them, so that one that appears in between is not among them.
 * @throws {UserError} if the state of the cloud does not say which are needed
 */
export function plan(
	gcloud: Commands["gcloud"],
	stack: Stack,
	secretIds = stack.secretIds,
): Row[] {
	const versions = secretIds.flatMap((id) =>
		readVersions(gcloud, stack.project, id),
	);
	const state = readCloud(gcloud, stack);
	requireEpoch(stack, state);
	const elsewhere = state.otherPins.map(keyOf);
	const unclear = pinnedByAlias(state);
	for (const id of secretIds.filter((each) => unclear.has(each))) {
		console.error(
			`Every version of ${id} is kept: one is pinned by an alias, whose number is not known here.`,
		);
	}
	return prunableVersions(state.services, versions, stack.epoch)
		.filter((version) => !elsewhere.includes(keyOf(version)))
		.filter(({ secretId }) => !unclear.has(secretId))
		.map((version) => ({ ...version, reason: reasonFor(state, version) }));
}

/** Only then are the logins that are kept those of the configured epoch and the one before. */
function requireEpoch(
	{ environment, epoch }: Stack,
	{ services }: CloudState,
): void {
	for (const service of Object.keys(platform.services)) {
		if (!serviceContract(platform, service).needs.includes("postgres")) {
			continue;
		}
		const name = serviceNameIn(platform, service, environment);
		const ready = services.find((each) => each.service.name === name)?.service
			.latestReadyRevision;
		if (parseRevisionName(name, ready ?? "")?.epoch !== epoch) {
			throw new UserError(
				`[prune] refused: the configuration says epoch ${epoch}, but ${ready === undefined ? `service ${name} does not exist` : `service ${name} is ready with revision ${ready}`}\n  fix: bring the epoch live first: pulumi up -s ${environment}`,
			);
		}
	}
}

/** The secrets of which somebody pins a version by a name of its own, so that its number is not known. */
function pinnedByAlias({ services, otherPins }: CloudState): Set<string> {
	const aliases = [
		...services.flatMap(({ revisions }) =>
			revisions.flatMap(({ pins }) => pins),
		),
		...otherPins,
	].filter(({ version }) => !/^(\d+|latest)$/.test(version));
	return new Set(aliases.map(({ secretId }) => secretId));
}

function reasonFor({ services }: CloudState, version: PinnedVersion): string {
	const pinning = services
		.flatMap(({ revisions }) => revisions)
		.filter(({ pins }) => pins.some((pin) => keyOf(pin) === keyOf(version)));
	const failed = pinning.filter(({ ready }) => !ready).length;
	if (pinning.length === 0) {
		return "no revision pins it";
	}
	return failed === pinning.length
		? `pinned only by ${names(pinning)}, which never became ready`
		: `pinned only by ${names(pinning)}, whose login is gone`;
}

const names = (revisions: { name: string }[]) =>
	revisions
		.map(({ name }) => name)
		.sort()
		.join(", ");

/** A version as text. */
export const keyOf = ({ secretId, version }: PinnedVersion) =>
	`${secretId}/${version}`;
