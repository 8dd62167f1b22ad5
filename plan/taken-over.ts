/** Which revisions of a taken-over service are known to use none of this project's logins. */
import {
	type Binding,
	isRecorded,
	loginVersionsLabel,
	type RecordedRevision,
} from "./login-record.ts";
import type { ObservedService } from "./observed.ts";
import { parseRevisionName } from "./revision-name.ts";

/**
 * True if a revision can't use a login of this project: the service was never deployed by this project, or the revision
 * binds only numbers of the carrying secrets that are older than every number recorded for a login.
 * @param carriers the ids in Secret Manager of the secrets that carry a login
 */
export function knownBefore(
	{
		observed,
		revisions,
	}: {
		observed: ObservedService;
		revisions: readonly RecordedRevision[];
	},
	name: string,
	carriers: ReadonlySet<string>,
): boolean {
	const bound = revisions.find((each) => each.name === name)?.bound;
	const ours = revisions.filter(
		(each) =>
			each.labels[loginVersionsLabel] !== undefined ||
			parseRevisionName(observed.name, each.name)?.epoch !== undefined,
	);
	// Labels can be taken away by hand; the revisions that this project made then speak for it.
	if (ours.length === 0 && !isRecorded(observed.labels)) {
		return true;
	}
	if (bound === undefined || ours.length === 0) {
		return false;
	}
	const carrying = (bindings: readonly Binding[]) =>
		bindings.filter(({ secretId }) => carriers.has(secretId));
	const first = (secretId: string) =>
		Math.min(
			...ours
				.flatMap((each) => each.bound ?? [])
				.filter((each) => each.secretId === secretId)
				.map(({ version }) => Number(version)),
		);
	// Without one there is nothing that could be compared: the login may stand in a plain variable.
	const own = carrying(bound);
	return (
		own.length > 0 &&
		own.every(
			({ secretId, version }) =>
				/^\d+$/.test(version) && Number(version) < first(secretId),
		)
	);
}
