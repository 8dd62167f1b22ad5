/** Names of revisions and execution tokens: they tell which login, which template and which attempt they stand for. */
import { createHash } from "node:crypto";

export type RevisionName = {
	/** The rotation epoch whose login the revision uses; only for services that bind a login. */
	epoch: number | undefined;
	/** What the template holds. @see templateHash */
	hash: string;
	/** Counts the tries of a service, so that no name is ever used twice. */
	attempt: number;
};

/** Cloud Run takes names of revisions up to this length. */
const longest = 63;

/**
 * `<service>-e<epoch>-<hash>-<attempt>`, without the epoch for a service that binds no login.
 * @param service the service's name in Cloud Run: a revision's name must begin with it
 * @throws {RangeError} if the API would refuse the name
 */
export function formatRevisionName(
	service: string,
	name: RevisionName,
): string {
	const epoch = name.epoch === undefined ? "" : `-e${name.epoch}`;
	const revision = `${service}${epoch}-${name.hash}-${name.attempt}`;
	if (revision.length > longest) {
		throw new RangeError(
			`the revision name '${revision}' has ${revision.length} characters, Cloud Run takes ${longest}: shorten the service's name in contract/platform.ts`,
		);
	}
	return revision;
}

/** Reads the name of a revision of a service; undefined for one that this project did not name. */
export function parseRevisionName(
	service: string,
	revision: string,
): RevisionName | undefined {
	if (!revision.startsWith(`${service}-`)) {
		return undefined;
	}
	const rest = revision.slice(service.length + 1);
	const found = /^(?:e(\d{1,9})-)?([0-9a-f]{8})-(\d{1,9})$/.exec(rest);
	if (found === null) {
		return undefined;
	}
	return {
		epoch: found[1] === undefined ? undefined : Number(found[1]),
		hash: found[2] as string,
		attempt: Number(found[3]),
	};
}

/** The last segment of a resource path: the API gives revisions with and without their path. */
export function lastSegment(path: string): string {
	return path.slice(path.lastIndexOf("/") + 1);
}

/** The first 8 hex digits of the SHA-256 of a template; the order of its keys does not count. */
export function templateHash(template: unknown): string {
	return createHash("sha256")
		.update(canonicalJson(template))
		.digest("hex")
		.slice(0, 8);
}

function canonicalJson(value: unknown): string {
	return JSON.stringify(value, (_key, each: unknown) =>
		each !== null && typeof each === "object" && !Array.isArray(each)
			? Object.fromEntries(
					Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)),
				)
			: each,
	);
}
