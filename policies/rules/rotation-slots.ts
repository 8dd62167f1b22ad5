/** The database has two logins that take turns, and the secrets follow the one whose turn it is; so does a bucket's key. */
import { databaseUserIn, type Slot, slots } from "../../contract/names.ts";
import { type NamedStore, storesOfKind } from "../../contract/needs.ts";
import {
	attributeOf,
	type SecretSource,
	storeParts,
} from "../../contract/sources.ts";
import type { Evidence } from "../evidence.ts";
import { known, numberAt, textAt } from "../read.ts";
import type { Finding, Rule } from "../rule.ts";
import { type StackResource, types } from "../stack.ts";

/** What of a store changes with the turn. */
const followers = ["url", "user", "password"];
/** What of a bucket does. */
const keyParts = ["access-key-id", "secret-access-key"];

export const rotationSlots: Rule = {
	id: "rotation-slots",
	level: "mandatory",
	requirements: ["R-002"],
	complies:
		"Each PostgreSQL store has two logins, one for each slot, that no update drops; each has a generated password of its own, kept by an even epoch for slot a, an odd one for slot b, one apart; and every URL, user and password of the store is made from the login of the higher epoch. What is taken of a bucket's key is all of one key.",
	rejects: [
		"a slot without a login, or with several",
		"a login that an update would drop",
		"a password whose keepers have no epoch and retry that this preview knows",
		"epochs of the wrong parity, or not one apart",
		"a secret made from the login of the other slot, or of both",
		"a bucket's access key id and secret of two keys",
	],
	why: "A rotation changes the idle login only, so that revisions that run, or are rolled back to, keep one that works.",
	fix: "make the logins as components/database.ts does",
	looksAt: "stack",
	*check(evidence) {
		for (const store of storesOfKind(evidence.expected.platform, "postgres")) {
			yield* storeProblems(evidence, store);
		}
		for (const { name } of storesOfKind(evidence.expected.platform, "bucket")) {
			yield* keyProblems(evidence, name);
		}
	},
};

function* storeProblems(
	evidence: Evidence,
	{ name: store, store: { database } }: NamedStore<"postgres">,
): Generator<Finding> {
	const logins: Partial<Record<Slot, StackResource>> = {};
	for (const slot of slots) {
		const name = databaseUserIn(database, slot);
		const users = evidence.stack
			.ofType(types.user)
			.filter(({ properties }) => known(textAt(properties, "name")) === name);
		const [user] = users;
		if (user === undefined || users.length > 1) {
			yield {
				found: `${users.length} logins named ${name}`,
				needed: `exactly one for slot ${slot}`,
				critical: true,
			};
		} else {
			logins[slot] = user;
			yield* dropProblems(user);
		}
	}
	const { a, b } = logins;
	if (a !== undefined && b !== undefined) {
		yield* turnProblems(evidence, store, { a, b });
	}
}

function* dropProblems(user: StackResource): Generator<Finding> {
	if (known(textAt(user.properties, "deletionPolicy")) !== "ABANDON") {
		yield {
			resource: user,
			found: "a login that an update would drop",
			needed:
				"deletionPolicy: ABANDON, since a login that owns objects can't be dropped",
		};
	}
}

function* turnProblems(
	evidence: Evidence,
	store: string,
	logins: Record<Slot, StackResource>,
): Generator<Finding> {
	const a = epochOf(evidence, logins.a);
	const b = epochOf(evidence, logins.b);
	for (const [slot, epoch] of [
		["a", a],
		["b", b],
	] as const) {
		if (epoch === undefined) {
			yield {
				resource: logins[slot],
				found: `a password of slot ${slot} without keepers of its own that this preview knows`,
				needed: "one RandomPassword with the keepers epoch and retry",
				critical: true,
			};
		}
	}
	if (a === undefined || b === undefined) {
		return;
	}
	if (a % 2 !== 0 || b % 2 === 0 || Math.abs(a - b) !== 1) {
		yield {
			resource: logins.a,
			found: `epoch ${a} for slot a and ${b} for slot b`,
			needed: "an even one for a, an odd one for b, one apart",
			critical: true,
		};
		return;
	}
	const [target, idle] = a > b ? (["a", "b"] as const) : (["b", "a"] as const);
	yield* followerProblems(
		evidence,
		store,
		logins[target],
		logins[idle],
		target,
	);
}

/** The epoch that keeps a login's password; undefined unless one generator of its own has all keepers. */
function epochOf({ stack }: Evidence, user: StackResource): number | undefined {
	const [generator, ...others] = stack.madeFrom(
		user,
		"password",
		types.password,
	);
	if (generator === undefined || others.length > 0) {
		return undefined;
	}
	const epoch = known(numberAt(generator.properties, "keepers", "epoch"));
	const retry = known(numberAt(generator.properties, "keepers", "retry"));
	return Number.isInteger(epoch) && Number.isInteger(retry) ? epoch : undefined;
}

function* followerProblems(
	evidence: Evidence,
	store: string,
	target: StackResource,
	idle: StackResource,
	slot: Slot,
): Generator<Finding> {
	const { secrets, usersOf } = evidence.expected;
	for (const [secretId, { source }] of secrets) {
		const followsLogin = partsOf(source, store).some((attribute) =>
			followers.includes(attribute),
		);
		for (const version of followsLogin ? evidence.versionsOf(secretId) : []) {
			const logins = evidence.stack.madeFrom(version, "secretData", types.user);
			if (logins.includes(target) && !logins.includes(idle)) {
				continue;
			}
			for (const { service, variable } of usersOf.get(secretId) ?? []) {
				yield {
					service,
					variable,
					secretId,
					resource: version,
					found: "a value that is not made from the login whose turn it is",
					needed: `the login ${target.name} of slot ${slot}, and no other`,
				};
			}
		}
	}
}

/** Id and secret of two keys are a login that nobody has. */
function* keyProblems(evidence: Evidence, store: string): Generator<Finding> {
	const { secrets, usersOf } = evidence.expected;
	const made = [...secrets].flatMap(([secretId, { source }]) =>
		partsOf(source, store).some((attribute) => keyParts.includes(attribute))
			? evidence.versionsOf(secretId).map((version) => ({
					secretId,
					version,
					keys: evidence.stack.madeFrom(version, "secretData", types.hmacKey),
				}))
			: [],
	);
	const [key] = made[0]?.keys ?? [];
	for (const { secretId, version, keys } of made) {
		if (keys.every((each) => each === key)) {
			continue;
		}
		for (const { service, variable } of usersOf.get(secretId) ?? []) {
			yield {
				service,
				variable,
				secretId,
				resource: version,
				found: `a value of another key than the rest of what is taken of '${store}'`,
				needed: "access key id and secret of one key",
				fix: "take both from the key of components/bucket.ts whose turn it is",
			};
		}
	}
}

/** What a source takes of a store. */
function partsOf(source: SecretSource, store: string): string[] {
	return storeParts(source)
		.map(attributeOf)
		.flatMap((taken) => (taken?.store === store ? [taken.attribute] : []));
}
