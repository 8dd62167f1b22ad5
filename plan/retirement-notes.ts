/** Says what left the contract and stays, and for whom. */
import type { Environment } from "../contract/environments.ts";
import { isRole, revisionsThatNeed, type ServiceRevisions } from "./prune.ts";
import { type Recorded, recordedText, types } from "./recorded.ts";
import { emailOf, type Retired } from "./retention.ts";
import { lastSegment } from "./revision-name.ts";

/**
 * What a person should know of what stays; nothing of what the contract still has.
 * @param services with the revisions that they have; undefined if those could not be read
 * @param epoch the rotation epoch, which says which logins are kept
 */
export function retirementNotes(
	retired: readonly Retired[],
	environment: Environment,
	services: readonly ServiceRevisions[] | undefined,
	epoch: number,
): string[] {
	const of = (type: string) =>
		retired.filter((each) => each.type === type && !each.inUse);
	const accounts = of(types.account);
	const secrets = of(types.secret);
	const isPart = (grant: Retired) =>
		secrets.some(({ name }) => grant.owner === name) ||
		accounts.some((each) => emailOf(grant).startsWith(`${accountIdOf(each)}@`));
	return [
		...secrets,
		...accounts,
		...of(types.grant),
		...of(types.projectRole),
		...of(types.bucketGrant),
	]
		.filter(
			(each) =>
				each.type === types.secret ||
				each.type === types.account ||
				!isPart(each),
		)
		.map((each) => {
			// Which revision is the newest, this update is about to change.
			const users =
				isRole(each) || services === undefined
					? undefined
					: revisionsThatNeed(each, services, epoch).map(({ name }) => name);
			return `[retired] ${factOf(each)}. ${forWhom(users, environment)}`;
		});
}

function factOf(thing: Retired): string {
	const text = (key: string) => recordedText(thing, key);
	switch (thing.type) {
		case types.secret:
			return `secret ${text("secretId")} left the contract and stays, with its versions and grants; if it was renamed, docs/rename-a-secret.md keeps its value`;
		case types.account:
			return `service ${thing.name} left the contract; its account ${text("accountId")} stays, with its roles and grants`;
		case types.grant:
			return `${emailOf(thing)} no longer binds ${lastSegment(text("secretId"))}, and may go on reading it`;
		case types.bucketGrant:
			return `${emailOf(thing)} no longer binds bucket ${lastSegment(text("bucket"))}, and may go on using it`;
		default:
			return `${emailOf(thing)} no longer asks for ${text("role")}, and keeps it`;
	}
}

function forWhom(
	users: readonly string[] | undefined,
	environment: Environment,
): string {
	const prune = `tools/prune -s ${environment}`;
	if (users === undefined) {
		return `Revisions that can be pinned may need it: ${prune} names them, and offers it once none does.`;
	}
	return users.length === 0
		? `No revision needs it any more: ${prune} offers it.`
		: `Needed by ${users.toSorted().join(", ")}; ${prune} offers it once no revision needs it.`;
}

const accountIdOf = (account: Recorded) => recordedText(account, "accountId");
