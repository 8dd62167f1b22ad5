/** A secret's value is made from the resource that it belongs to. */

import { secretIdIn } from "../../contract/names.ts";
import type { SecretContract } from "../../contract/schema.ts";
import {
	isGenerated,
	type SecretSource,
	secretParts,
	storeUse,
	storeUses,
} from "../../contract/sources.ts";
import type { StoreAttribute, StoreKind } from "../../contract/stores.ts";
import type { Evidence } from "../evidence.ts";
import { is, textAt } from "../read.ts";
import { type Finding, forUsers, type Rule } from "../rule.ts";
import { type StackResource, types } from "../stack.ts";

/** What a value of a store must be made from, by the store's kind. The configuration's values come from nowhere here. */
const origins: Record<
	StoreKind,
	Partial<Record<StoreAttribute, readonly string[]>>
> = {
	postgres: {
		url: [types.user, types.databaseInstance, types.database],
		host: [types.databaseInstance],
		port: [],
		name: [types.database],
		user: [types.user],
		password: [types.user],
		ca: [types.databaseInstance],
	},
	redis: {
		url: [types.redis],
		host: [types.redis],
		port: [types.redis],
		password: [types.redis],
		ca: [types.redis],
	},
	clickhouse: {},
	bucket: {
		name: [types.bucket],
		endpoint: [],
		region: [],
		"access-key-id": [types.hmacKey],
		"secret-access-key": [types.hmacKey],
	},
};

/** The types that a value must be made from. */
function originsOf(
	evidence: Evidence,
	source: SecretSource,
): readonly string[] {
	const { expected } = evidence;
	if (isGenerated(source)) {
		return [types.password];
	}
	const ofStores = storeUses(expected.platform, source).flatMap(
		({ store, attribute }) => origins[store.kind][attribute] ?? [],
	);
	const ofParts = secretParts(source).flatMap((id) => {
		const secretId = secretIdIn(id, expected.environment);
		const part = expected.secrets.get(secretId)?.source;
		// One whose value this stack does not make comes from nowhere here.
		return part !== undefined &&
			isGenerated(part) &&
			evidence.versionsOf(secretId).length > 0
			? [types.password]
			: [];
	});
	return [...new Set([...ofStores, ...ofParts])];
}

export const valueProvenance: Rule = {
	id: "value-provenance",
	level: "mandatory",
	requirements: ["R-001", "R-002"],
	complies:
		"The data of each secret version is made from the resources that the contract names as its source, and a login's password from a RandomPassword.",
	rejects: [
		"a literal where a resource's value belongs",
		"a value made from another resource",
		"a password that comes from its generator and not from the login, so that it is published before the login has it",
		"a constant with another value",
		"a version without data, or with write-only data",
	],
	why: "A password was rotated in Cloud SQL while DATABASE_URL kept the old one: a copied value does not follow its source.",
	fix: "make secretData from the outputs of the resources",
	looksAt: "stack",
	*check(evidence) {
		for (const [secretId, secret] of evidence.expected.secrets) {
			for (const version of evidence.versionsOf(secretId)) {
				const problem = problemOf(evidence, secret, version);
				if (problem !== undefined) {
					yield* forUsers(evidence, secretId, version, problem);
				}
			}
		}
		for (const user of evidence.stack.ofType(types.user)) {
			if (
				evidence.stack.madeFrom(user, "password", types.password).length === 0
			) {
				yield {
					resource: user,
					found: `a password of the login ${user.name} that no RandomPassword made`,
					needed: "a generated one, so that a rotation changes it",
					fix: "make the password from a RandomPassword's result",
					critical: true,
				};
			}
		}
	},
};

type Problem = Pick<Finding, "found" | "needed">;

function problemOf(
	evidence: Evidence,
	{ source }: SecretContract,
	version: StackResource,
): Problem | undefined {
	const data = textAt(version.properties, "secretData");
	if (data.state === "missing") {
		return {
			found: "a version without readable data",
			needed: "secretData; a change of write-only data is not noticed",
		};
	}
	const constant = constantOf(evidence, source);
	if (constant !== undefined) {
		return is(data, constant)
			? undefined
			: { found: "another value", needed: `the constant '${constant}'` };
	}
	const absent = originsOf(evidence, source).filter(
		(type) => evidence.stack.madeFrom(version, "secretData", type).length === 0,
	);
	return absent.length === 0
		? undefined
		: {
				found: "a value that is not made from its source",
				needed: `one made from ${absent.join(" and ")}`,
			};
}

/** What is the same in every stack, by kind and attribute. */
const constants: Readonly<Record<string, string>> = {
	"postgres.port": "5432",
	"bucket.endpoint": "https://storage.googleapis.com",
	"bucket.region": "auto",
};

/** The value that a source has in every stack. */
function constantOf(
	{ expected }: Evidence,
	source: SecretSource,
): string | undefined {
	if (source.from === "constant") {
		return source.value;
	}
	const use = storeUse(expected.platform, source);
	return use && constants[`${use.store.kind}.${use.attribute}`];
}
