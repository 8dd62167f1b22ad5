/** Which versions of secrets, and which of the things that left the contract, nobody can need any more. */
import { liveRevisions, type ObservedService } from "./observed.ts";
import { recordedText, types } from "./recorded.ts";
import { emailOf, type Retired } from "./retention.ts";
import { lastSegment, parseRevisionName } from "./revision-name.ts";

export type PinnedVersion = { secretId: string; version: string };

/** What starts instances: the account that they run as, and the versions of secrets that they read. */
export type Workload = {
	name: string;
	/** The account's e-mail address. */
	account: string;
	pins: PinnedVersion[];
};

/** A revision that exists. */
export type Revision = Workload & { ready: boolean };

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
		services.flatMap((each) =>
			keptRevisions(each, epoch).flatMap(({ pins }) => pins.map(keyOf)),
		),
	);
	return versions.filter(
		(version) => !needed.has(keyOf(version)) && !isNewest(version, versions),
	);
}

/** The revisions of a service that are able to serve. */
function keptRevisions(
	{ service, revisions }: ServiceRevisions,
	epoch: number,
): Revision[] {
	return revisions.filter((revision) => ableToServe(service, revision, epoch));
}

/**
 * The revisions that are able to serve and need something that left the contract. A role is named by no revision: one that is
 * older than the newest may need it, while the newest does with what the contract says.
 */
export function revisionsThatNeed(
	thing: Retired,
	services: readonly ServiceRevisions[],
	epoch: number,
): Revision[] {
	return services.flatMap((each) =>
		keptRevisions(each, epoch).filter(
			(revision) =>
				uses(revision, thing) &&
				(!isRole(thing) ||
					revision.name !== each.service.latestCreatedRevision),
		),
	);
}

/** True for a role of an account on the project or on a bucket, which no revision names. */
export function isRole({ type }: Retired): boolean {
	return type === types.projectRole || type === types.bucketGrant;
}

/** True if a workload names something that left the contract, or runs as the account that has it. */
export function uses(workload: Workload, thing: Retired): boolean {
	const text = (key: string) => recordedText(thing, key);
	const pins = (secret: string) =>
		workload.pins.some(({ secretId }) => secretId === lastSegment(secret));
	switch (thing.type) {
		case types.secret:
			return pins(text("secretId"));
		case types.grant:
			return workload.account === emailOf(thing) && pins(text("secretId"));
		case types.account:
			return workload.account.startsWith(`${text("accountId")}@`);
		case types.projectRole:
		case types.bucketGrant:
			return workload.account === emailOf(thing);
		default:
			return false;
	}
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
