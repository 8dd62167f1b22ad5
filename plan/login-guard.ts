/** Refuses an update that would change the password of a login which somebody may use. */
import { UserError } from "../contract/errors.ts";
import { type Slot, slots } from "../contract/names.ts";
import { deployedEpoch, loginUseOf, staysAs } from "./deployed-logins.ts";
import { keepersText, type PasswordKeepers, slotOf } from "./login-record.ts";
import { letGo, unknownRemedy } from "./login-remedies.ts";
import { liveRevisions } from "./observed.ts";
import {
	type LoginService,
	type Rotation,
	type RotationArgs,
	rotationOf,
} from "./rotation.ts";
import { knownBefore } from "./taken-over.ts";

/**
 * Plans the logins of an epoch.
 * @throws {UserError} if it would change the password of a login that a live revision may use
 */
export function planRotation(args: RotationArgs): Rotation {
	const rotation = rotationOf(args);
	for (const each of args.services) {
		for (const name of liveRevisions(each.observed)) {
			checkLive(args, each, name, rotation);
		}
		checkPin(args, each, rotation);
	}
	return rotation;
}

/** A live revision's login must stay as it is. */
function checkLive(
	args: RotationArgs,
	each: LoginService,
	name: string,
	rotation: Rotation,
): void {
	const use = loginUseOf(each, name, args.carriers);
	if (use.known) {
		checkKnown(args, each, name, use.keepers, rotation);
		return;
	}
	const changing = changedUnder(args, each, name, rotation);
	if (changing.length > 0) {
		refuse(
			args,
			`service ${each.observed.name} serves from revision ${name}, which may use either login: it ${use.because}; this update would change the password of ${changing.join(" and ")}`,
			unknownRemedy(args, each, name),
		);
	}
}

/** The slots that get another password, though a revision whose login is not known may use it. */
function changedUnder(
	args: RotationArgs,
	each: LoginService,
	name: string,
	rotation: Rotation,
): Slot[] {
	const isExempt =
		args.adoptedRevisions.includes(name) &&
		knownBefore(each, name, args.carriers);
	return isExempt
		? []
		: slots.filter((slot) => !staysAs(args, slot, rotation.keepers[slot]));
}

function checkKnown(
	args: RotationArgs,
	each: LoginService,
	name: string,
	live: PasswordKeepers,
	rotation: Rotation,
): void {
	const { epoch, stack } = args;
	const { observed, pinned } = each;
	const planned = rotation.keepers[slotOf(live.epoch)];
	if (planned.epoch === live.epoch && planned.retry === live.retry) {
		return;
	}
	if (planned.epoch === live.epoch) {
		refuse(
			args,
			`slotRetry of epoch ${live.epoch} was ${live.retry} and is ${planned.retry} now, but service ${observed.name} serves with that login`,
			`put it back: pulumi config set --path 'slotRetry["${live.epoch}"]' ${live.retry} -s ${stack}; for a new password raise the epoch instead`,
		);
	}
	const fact = `service ${observed.name} serves with the login of epoch ${live.epoch}, and epoch ${epoch} would change that login's password`;
	const held = pinned === name || observed.latestReadyRevision !== name;
	if (epoch > live.epoch && held && deployedEpoch(args) > live.epoch) {
		refuse(
			args,
			`${fact}; its requests go to ${name}, though ${observed.latestReadyRevision} is ready`,
			`${letGo(args, each, name)}pulumi config set rotationEpoch ${deployedEpoch(args)} -s ${stack} && pulumi up -s ${stack}, which moves the requests; rotate after that`,
		);
	}
	refuse(
		args,
		fact,
		epoch > live.epoch
			? `bring epoch ${live.epoch + 1} live everywhere first: pulumi config set rotationEpoch ${live.epoch + 1} -s ${stack} && pulumi up -s ${stack}`
			: `an epoch never goes back; to serve from an older revision again pin it (services.<service>.pinnedRevision) and keep: pulumi config set rotationEpoch ${live.epoch} -s ${stack}`,
	);
}

/** A pinned revision must keep its login, and no rotation starts while one is pinned. */
function checkPin(
	args: RotationArgs,
	each: LoginService,
	rotation: Rotation,
): void {
	const { epoch, stack, carriers } = args;
	const { service, observed, pinned } = each;
	if (pinned === undefined) {
		return;
	}
	const deployed = deployedEpoch(args);
	if (epoch > deployed) {
		refuse(
			args,
			`service ${observed.name} is pinned to revision ${pinned}, so a rotation to epoch ${epoch} could not go live`,
			`${letGo(args, each, pinned)}pulumi config set rotationEpoch ${deployed} -s ${stack} && pulumi up -s ${stack}, which ends the pin; rotate after that`,
		);
	}
	const use = loginUseOf(each, pinned, carriers);
	if (!use.known) {
		const changing = changedUnder(args, each, pinned, rotation);
		if (changing.length > 0) {
			refuse(
				args,
				`service ${observed.name} is pinned to revision ${pinned}, which may use either login: it ${use.because}; this update would change the password of ${changing.join(" and ")}`,
				`put epoch and slotRetry back to what was deployed, or end the pin: pulumi config rm --path services.${service}.pinnedRevision -s ${stack}`,
			);
		}
		return;
	}
	const planned = rotation.keepers[slotOf(use.keepers.epoch)];
	if (keepersText(planned) !== keepersText(use.keepers)) {
		refuse(
			args,
			`service ${observed.name} is pinned to revision ${pinned}, of epoch ${use.keepers.epoch}${use.keepers.retry === 0 ? "" : ` and retry ${use.keepers.retry}`}, whose login has another password by now; with epoch ${epoch} only logins of epochs ${epoch - 1} and ${epoch} are kept`,
			`${pinOfThese(args, each, rotation)}end the pin: pulumi config rm --path services.${service}.pinnedRevision -s ${stack}`,
		);
	}
}

/** The revisions whose login stays as it is, with the command that pins the newest; empty where none is known. */
function pinOfThese(
	{ stack, carriers }: RotationArgs,
	each: LoginService,
	{ keepers }: Rotation,
): string {
	const usable = each.revisions
		.filter(({ name, ready = true }) => {
			const use = loginUseOf(each, name, carriers);
			return (
				ready &&
				use.known &&
				keepersText(keepers[slotOf(use.keepers.epoch)]) ===
					keepersText(use.keepers)
			);
		})
		.toSorted(({ createTime: one = "" }, { createTime: other = "" }) =>
			one < other ? 1 : -1,
		)
		.map(({ name }) => name);
	return usable.length === 0
		? ""
		: `pin one that keeps its login (${usable.join(", ")}): pulumi config set --path services.${each.service}.pinnedRevision ${usable[0]} -s ${stack}, or `;
}

function refuse(
	{ stack }: Pick<RotationArgs, "stack">,
	fact: string,
	remedy: string,
): never {
	throw new UserError(
		`[rotation] refused, nothing was changed in ${stack}: ${fact}\n  fix: ${remedy}`,
	);
}
