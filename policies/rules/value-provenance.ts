/** A secret's value is made from the resource that it belongs to. */
import type { SecretContract, SecretSource } from "../../contract/schema.ts";
import type { Evidence } from "../evidence.ts";
import { is, textAt } from "../read.ts";
import type { Finding, Rule } from "../rule.ts";
import { type StackResource, types } from "../stack.ts";

/** What a version's data must be made from. External values and those of the configuration come from nowhere here. */
const origins: Record<SecretSource["from"], readonly string[]> = {
	"database.url": [types.user, types.databaseInstance, types.database],
	"database.host": [types.databaseInstance],
	"database.port": [],
	"database.name": [types.database],
	"database.user": [types.user],
	"database.password": [types.user],
	"redis.url": [types.redis],
	"redis.ca": [types.redis],
	"clickhouse.url": [],
	"generated.hex64": [types.password],
	"generated.fernet": [types.password],
	constant: [],
	external: [],
};

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
	{ stack }: Evidence,
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
	const constant =
		source.from === "constant"
			? source.value
			: source.from === "database.port"
				? "5432"
				: undefined;
	if (constant !== undefined) {
		return is(data, constant)
			? undefined
			: { found: "another value", needed: `the constant '${constant}'` };
	}
	const absent = origins[source.from].filter(
		(type) => stack.madeFrom(version, "secretData", type).length === 0,
	);
	return absent.length === 0
		? undefined
		: {
				found: "a value that is not made from its source",
				needed: `one made from ${absent.join(" and ")}`,
			};
}

/** The finding for each variable that holds the secret, so that the message names who suffers. */
function* forUsers(
	{ expected }: Evidence,
	secretId: string,
	resource: StackResource,
	problem: Problem,
): Generator<Finding> {
	const users = expected.usersOf.get(secretId) ?? [];
	if (users.length === 0) {
		yield { secretId, resource, ...problem };
	}
	for (const { service, variable } of users) {
		yield { service, variable, secretId, resource, ...problem };
	}
}
