/** Which versions of secrets nobody can need any more. */
import type { ObservedService } from "./observed.ts";
import { liveRevisions } from "./observed.ts";
import { parseRevisionName } from "./revision-name.ts";

export type PinnedVersion = { secretId: string; version: string };

/** A revision that exists, and the versions of secrets that it pins. */
export type Revision = { name: string; ready: boolean; pins: PinnedVersion[] };

/** A service with every revision that it has. */
export type ServiceRevisions = {
	service: ObservedService;
	revisions: Revision[];
};

/**
 * The versions that no revision able to serve pins. Able to serve is a revision that is live, and one that
 * became ready and whose login is still kept: it may be pinned at any time. The newest version of a secret
 * always stays, since the next revision binds it.
 * @param versions every version that is not destroyed yet, of the secrets that the stack makes
 * @param epoch the rotation epoch; the logins of this epoch and the one before are kept
 */
export function prunableVersions(
	services: ServiceRevisions[],
	versions: PinnedVersion[],
	epoch: number,
): PinnedVersion[] {
	const needed = new Set(
		services.flatMap(({ service, revisions }) =>
			revisions
				.filter((revision) => ableToServe(service, revision, epoch))
				.flatMap(({ pins }) => pins.map(keyOf)),
		),
	);
	return versions.filter(
		(version) => !needed.has(keyOf(version)) && !isNewest(version, versions),
	);
}

function ableToServe(
	service: ObservedService,
	{ name, ready }: Revision,
	epoch: number,
): boolean {
	if (
		liveRevisions(service).includes(name) ||
		name === service.latestCreatedRevision
	) {
		return true;
	}
	const login = parseRevisionName(service.name, name)?.epoch;
	return (
		ready && (login === undefined || login === epoch || login === epoch - 1)
	);
}

function isNewest(version: PinnedVersion, versions: PinnedVersion[]): boolean {
	return versions
		.filter(({ secretId }) => secretId === version.secretId)
		.every((other) => Number(other.version) <= Number(version.version));
}

const keyOf = ({ secretId, version }: PinnedVersion) =>
	`${secretId}/${version}`;
