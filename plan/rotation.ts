/** Which login the next revisions use, and whether the change to it is safe. */
import { UserError } from "../contract/errors.ts";
import type { Slot } from "../contract/names.ts";
import { liveRevisions, type ObservedService } from "./observed.ts";
import { parseRevisionName } from "./revision-name.ts";

/** What a slot's password is made for: another epoch or another retry makes another password. */
export type PasswordKeepers = { epoch: number; retry: number };

export type Rotation = {
	epoch: number;
	/** The slot whose login new revisions use. */
	target: Slot;
	keepers: Record<Slot, PasswordKeepers>;
};

export type RotationArgs = {
	stack: string;
	epoch: number;
	/** How often an epoch's password was made anew, by epoch. */
	slotRetry: Record<string, number>;
	/** The services that bind a login, as they are now; the ones that don't exist yet left out. */
	observed: ObservedService[];
	/** Revisions that the configuration pins, by the service's name in Cloud Run. */
	pinned: Record<string, string>;
	/** Live revisions of a taken-over project, whose logins are none of the slots. */
	adoptedRevisions: string[];
};

/** The slot whose login an epoch uses. */
export function slotOf(epoch: number): Slot {
	return epoch % 2 === 0 ? "a" : "b";
}

/** The epoch that a slot's password belongs to while `epoch` is the current one. Before slot b's first turn it is -1. */
function keeperEpoch(slot: Slot, epoch: number): number {
	return slotOf(epoch) === slot ? epoch : epoch - 1;
}

/** The label in which a service keeps the keepers of the login that a slot had when the service was deployed. */
export function keepersLabel(slot: Slot): string {
	return `login-${slot}`;
}

/** The label's value for a slot's keepers. */
export function keepersText({ epoch, retry }: PasswordKeepers): string {
	// Labels take no sign: slot b before its first turn.
	return epoch < 0 ? "unused" : `e${epoch}-r${retry}`;
}

/**
 * Plans the logins of an epoch.
 * @throws {UserError} if it would change the password of a login that a live revision uses
 */
export function planRotation(args: RotationArgs): Rotation {
	const { epoch, slotRetry } = args;
	const keepers = (slot: Slot): PasswordKeepers => {
		const own = keeperEpoch(slot, epoch);
		return { epoch: own, retry: slotRetry[own] ?? 0 };
	};
	const rotation: Rotation = {
		epoch,
		target: slotOf(epoch),
		keepers: { a: keepers("a"), b: keepers("b") },
	};
	for (const service of args.observed) {
		for (const live of liveEpochs(service, args)) {
			checkEpoch(args, service, live);
			checkRetry(args, service, live, rotation.keepers[slotOf(live)]);
		}
	}
	checkPins(args);
	return rotation;
}

/** The epochs whose logins a service's live revisions use. */
function liveEpochs(service: ObservedService, args: RotationArgs): number[] {
	return liveRevisions(service)
		.filter((revision) => !args.adoptedRevisions.includes(revision))
		.map((revision) => {
			const parsed = parseRevisionName(service.name, revision);
			if (parsed?.epoch === undefined) {
				refuse(
					args,
					`service ${service.name} serves from revision ${revision}, whose name does not tell which login it uses`,
					`if it uses neither login of this project (a taken-over service), list it: pulumi config set --path 'adoptedRevisions[0]' ${revision} -s ${args.stack}; otherwise deploy the service with this project before rotating`,
				);
			}
			return parsed.epoch;
		});
}

function checkEpoch(
	{ epoch, ...args }: RotationArgs,
	service: ObservedService,
	live: number,
): void {
	if (epoch === live || epoch === live + 1) {
		return;
	}
	refuse(
		{ epoch, ...args },
		`service ${service.name} serves with the login of epoch ${live}, and epoch ${epoch} would change that login's password`,
		epoch > live
			? `bring epoch ${live + 1} live everywhere first: pulumi config set rotationEpoch ${live + 1} -s ${args.stack} && pulumi up -s ${args.stack}`
			: `an epoch never goes back; to serve from an older revision again pin it (services.<service>.pinnedRevision) and keep: pulumi config set rotationEpoch ${live} -s ${args.stack}`,
	);
}

function checkRetry(
	args: RotationArgs,
	service: ObservedService,
	live: number,
	planned: PasswordKeepers,
): void {
	const recorded = service.labels[keepersLabel(slotOf(live))];
	const before =
		recorded === undefined ? 0 : Number(/-r(\d+)$/.exec(recorded)?.[1] ?? 0);
	if (recorded?.startsWith(`e${live}-`) === false || before === planned.retry) {
		return;
	}
	refuse(
		args,
		`slotRetry of epoch ${live} was ${before} and is ${planned.retry} now, but service ${service.name} serves with that login`,
		`put it back: pulumi config set --path 'slotRetry["${live}"]' ${before} -s ${args.stack}; for a new password raise the epoch instead`,
	);
}

/** A pinned revision must keep its login, and no rotation starts while one is pinned. */
function checkPins(args: RotationArgs): void {
	const { epoch, stack } = args;
	for (const [name, revision] of Object.entries(args.pinned)) {
		const service = args.observed.find((each) => each.name === name);
		const pinned = parseRevisionName(name, revision)?.epoch;
		if (service === undefined) {
			refuse(
				args,
				`service ${name} is pinned to revision ${revision}, but the service does not exist`,
				`remove pinnedRevision from Pulumi.${stack}.yaml`,
			);
		}
		if (pinned !== epoch && pinned !== epoch - 1) {
			refuse(
				args,
				`service ${name} is pinned to revision ${revision}, ${pinned === undefined ? "whose name does not tell its login" : `of epoch ${pinned}`}; with epoch ${epoch} only logins of epochs ${epoch - 1} and ${epoch} are kept`,
				`pin a revision of epoch ${epoch} or ${epoch - 1}, or remove pinnedRevision from Pulumi.${stack}.yaml`,
			);
		}
		const created =
			parseRevisionName(name, service.latestCreatedRevision)?.epoch ?? epoch;
		if (epoch > created) {
			refuse(
				args,
				`service ${name} is pinned to revision ${revision}, so a rotation to epoch ${epoch} could not go live`,
				`remove pinnedRevision from Pulumi.${stack}.yaml and deploy, or keep the epoch: pulumi config set rotationEpoch ${created} -s ${stack}`,
			);
		}
	}
}

function refuse({ stack }: RotationArgs, fact: string, remedy: string): never {
	throw new UserError(
		`[rotation] refused, nothing was changed in ${stack}: ${fact}\n  fix: ${remedy}`,
	);
}
