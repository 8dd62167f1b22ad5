/** What a revision's template records of the login that it was made for, so that a later update knows whether it still uses it. */
import { createHash } from "node:crypto";
import { type Slot, slots } from "../contract/names.ts";
import { parseRevisionName } from "./revision-name.ts";

/** What a slot's password is made for: another epoch or another retry makes another password. */
export type PasswordKeepers = { epoch: number; retry: number };

/** A version of a secret as a revision binds it: a number, or an alias such as `latest`. */
export type Binding = { secretId: string; version: string };

/** What this module needs to know of a revision. */
export type RecordedRevision = {
	name: string;
	/** Of its template: whoever changes a service by hand keeps them. */
	labels: Record<string, string>;
	/** Unless it is known to be otherwise. @default true */
	ready?: boolean;
	/** @default before all others */
	createTime?: string;
	/** What it binds; undefined where that could not be read. */
	bound: readonly Binding[] | undefined;
};

/** The logins that a revision may use. */
export type LoginUse =
	| { known: true; keepers: PasswordKeepers }
	/** Either of them; the reason follows on "revision R". */
	| { known: false; because: string };

/** The slot whose login an epoch uses. */
export function slotOf(epoch: number): Slot {
	return epoch % 2 === 0 ? "a" : "b";
}

/** The label in which a service keeps the keepers of the login that a slot had when the service was deployed. */
export function keepersLabel(slot: Slot): string {
	return `login-${slot}`;
}

/** True if this project deployed the service before. */
export const isRecorded = (labels: Record<string, string>) =>
	slots.some((slot) => labels[keepersLabel(slot)] !== undefined);

/** The label of a template that says which login it was made for. */
export const loginLabel = "login";
/** The label of a template that stands for the versions that carried that login. */
export const loginVersionsLabel = "login-versions";

/** The label's value for a login's keepers. */
export function keepersText({ epoch, retry }: PasswordKeepers): string {
	// Labels take no sign: slot b before its first turn.
	return epoch < 0 ? "unused" : `e${epoch}-r${retry}`;
}

/** The keepers that a label names; undefined for any other text. */
export function keepersOf(
	text: string | undefined,
): PasswordKeepers | undefined {
	const found = /^e(\d{1,9})-r(\d{1,9})$/.exec(text ?? "");
	return found === null
		? undefined
		: { epoch: Number(found[1]), retry: Number(found[2]) };
}

/**
 * Stands for the versions that a template binds of the secrets that carry a login, however often and in whatever order.
 * @param carriers the ids in Secret Manager of the secrets that carry a login
 */
export function loginVersions(
	bound: readonly Binding[],
	carriers: ReadonlySet<string>,
): string {
	const versions = bound
		.filter(({ secretId }) => carriers.has(secretId))
		.map(({ secretId, version }) => `${secretId}@${version}`);
	return createHash("sha256")
		.update([...new Set(versions)].sort().join("\n"))
		.digest("hex")
		.slice(0, 8);
}

/**
 * The login that a revision of a service uses. It uses the recorded one only if it binds what was recorded for it:
 * another number, `latest`, or a text in place of a version may be any login.
 * @param service the service's name in Cloud Run
 * @param serviceLabels of the service: revisions from before templates kept a record are known by their names
 */
export function loginUse(
	service: string,
	serviceLabels: Record<string, string>,
	revision: RecordedRevision,
	carriers: ReadonlySet<string>,
): LoginUse {
	const { name, labels, bound } = revision;
	const recorded = labels[loginVersionsLabel];
	const keepers = keepersOf(labels[loginLabel]);
	if (recorded !== undefined && keepers !== undefined && bound !== undefined) {
		return loginVersions(bound, carriers) === recorded
			? { known: true, keepers }
			: {
					known: false,
					because: "binds other versions than those recorded for its login",
				};
	}
	const epoch = parseRevisionName(service, name)?.epoch;
	if (epoch === undefined) {
		return { known: false, because: "records no login of this project" };
	}
	const floating = bound?.find(
		({ secretId, version }) => carriers.has(secretId) && !/^\d+$/.test(version),
	);
	if (floating !== undefined) {
		return {
			known: false,
			because: `binds ${floating.version} of ${floating.secretId}`,
		};
	}
	const label = keepersOf(serviceLabels[keepersLabel(slotOf(epoch))]);
	const retry = label?.epoch === epoch ? label.retry : undefined;
	return { known: true, keepers: { epoch, retry: retry ?? 0 } };
}
