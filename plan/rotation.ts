/** Which login the next revisions use, and what decides whether the change to it is safe. */
import type { Slot } from "../contract/names.ts";
import {
	type PasswordKeepers,
	type RecordedRevision,
	slotOf,
} from "./login-record.ts";
import type { ObservedService } from "./observed.ts";

export type Rotation = {
	epoch: number;
	/** The slot whose login new revisions use. */
	target: Slot;
	keepers: Record<Slot, PasswordKeepers>;
};

/** A service that binds a login, as it is now. */
export type LoginService = {
	/** By its name in the contract. */
	service: string;
	observed: ObservedService;
	/** The revision that the configuration pins. */
	pinned: string | undefined;
	/** The revisions that the configuration lets an update replace. */
	takeOver: readonly string[];
	/** Its revisions, as far as they could be read. */
	revisions: readonly RecordedRevision[];
};

export type RotationArgs = {
	stack: string;
	epoch: number;
	/** How often an epoch's password was made anew, by epoch. */
	slotRetry: Record<string, number>;
	/** The services that bind a login; the ones that don't exist yet left out. */
	services: readonly LoginService[];
	/** The ids in Secret Manager of the secrets that carry a login. */
	carriers: ReadonlySet<string>;
	/** Live revisions of a taken-over project, whose logins are none of the slots. */
	adoptedRevisions: readonly string[];
};

/** The slot's password belongs to this epoch while `epoch` is the current one. Before slot b's first turn it is -1. */
function keeperEpoch(slot: Slot, epoch: number): number {
	return slotOf(epoch) === slot ? epoch : epoch - 1;
}

/** The logins of an epoch. */
export function rotationOf({
	epoch,
	slotRetry,
}: Pick<RotationArgs, "epoch" | "slotRetry">): Rotation {
	const keepers = (slot: Slot): PasswordKeepers => {
		const own = keeperEpoch(slot, epoch);
		return { epoch: own, retry: slotRetry[own] ?? 0 };
	};
	return {
		epoch,
		target: slotOf(epoch),
		keepers: { a: keepers("a"), b: keepers("b") },
	};
}
