/** What the cloud says of the logins that were deployed. */
import { type Slot, slots } from "../contract/names.ts";
import {
	isRecorded,
	keepersLabel,
	keepersOf,
	keepersText,
	type LoginUse,
	loginLabel,
	loginUse,
	type PasswordKeepers,
	slotOf,
} from "./login-record.ts";
import type { LoginService, RotationArgs } from "./rotation.ts";

/** The login that a revision of a service may use. */
export function loginUseOf(
	{ observed, revisions }: Pick<LoginService, "observed" | "revisions">,
	name: string,
	carriers: ReadonlySet<string>,
): LoginUse {
	const revision = revisions.find((each) => each.name === name) ?? {
		name,
		labels: {},
		bound: undefined,
	};
	return loginUse(observed.name, observed.labels, revision, carriers);
}

/** True if every service that this project deployed says that a slot's password is what the plan wants it to be. */
export function staysAs(
	{ services }: RotationArgs,
	slot: Slot,
	planned: PasswordKeepers,
): boolean {
	const texts = services
		.map((each) => passwordOf(each, slot))
		.filter((text) => text !== undefined);
	return (
		texts.length > 0 && texts.every((text) => text === keepersText(planned))
	);
}

/**
 * What a slot's password was made for when a service was deployed last; undefined where this project never did. Labels of the
 * service can be taken away by hand; the revisions that this project made then speak for it.
 */
function passwordOf(
	{ observed, revisions }: LoginService,
	slot: Slot,
): string | undefined {
	if (isRecorded(observed.labels)) {
		return observed.labels[keepersLabel(slot)];
	}
	const made = revisions.flatMap(
		({ labels }) => keepersOf(labels[loginLabel]) ?? [],
	);
	const [newest] = made
		.filter(({ epoch }) => slotOf(epoch) === slot)
		.sort((one, other) => other.epoch - one.epoch || other.retry - one.retry);
	return made.length === 0
		? undefined
		: keepersText(newest ?? { epoch: -1, retry: 0 });
}

/** The epoch that was deployed last, as the services' labels and newest revisions say. */
export function deployedEpoch({
	services,
	carriers,
	epoch,
}: RotationArgs): number {
	const epochs = services.flatMap((each) => {
		const use = loginUseOf(each, each.observed.latestCreatedRevision, carriers);
		const recorded = slots.flatMap(
			(slot) =>
				keepersOf(each.observed.labels[keepersLabel(slot)])?.epoch ?? [],
		);
		return use.known ? [use.keepers.epoch, ...recorded] : recorded;
	});
	return epochs.length === 0 ? epoch : Math.max(...epochs);
}
