/**
 * Both logins own the same objects: each takes on one role at login, which owns everything. Proven on
 * PostgreSQL 17, with logins as Cloud SQL makes them: CREATEROLE and CREATEDB, no superusers, members of the role
 * that owns the database.
 */
import type { Client } from "pg";
import { Failure } from "../failure.ts";

export type Roles = {
	/** The login of this service. */
	login: string;
	/** The login of the other slot. */
	other: string;
	/** The role that owns every object. */
	owner: string;
};

/** What is already there; every statement is issued only where it is missing. */
type State = {
	ownerExists: boolean;
	otherExists: boolean;
	loginIsMember: boolean;
	otherIsMember: boolean;
	ownerMayCreateInDatabase: boolean;
	ownerMayUsePublic: boolean;
	ownerMayCreateInPublic: boolean;
	loginBecomesOwner: boolean;
};

const stateQuery = `
SELECT
  EXISTS (SELECT FROM pg_roles WHERE rolname = $3) AS "ownerExists",
  EXISTS (SELECT FROM pg_roles WHERE rolname = $2) AS "otherExists",
  EXISTS (SELECT FROM memberships WHERE member = $1 AND may_become) AS "loginIsMember",
  EXISTS (SELECT FROM memberships WHERE member = $2 AND may_become)
    AND EXISTS (SELECT FROM memberships WHERE member = $2 AND admin_option) AS "otherIsMember",
  coalesce((SELECT has_database_privilege(oid, current_database(), 'CREATE') FROM owner), false) AS "ownerMayCreateInDatabase",
  coalesce((SELECT has_schema_privilege(oid, 'public', 'USAGE') FROM owner), false) AS "ownerMayUsePublic",
  coalesce((SELECT has_schema_privilege(oid, 'public', 'CREATE') FROM owner), false) AS "ownerMayCreateInPublic",
  EXISTS (SELECT FROM pg_roles WHERE rolname = $1 AND 'role=' || $3 = ANY (rolconfig)) AS "loginBecomesOwner"`;

/** The creator of a role is recorded as its member too, but may only grant it (16 and later). */
const membershipsQuery = `
WITH owner AS (SELECT oid FROM pg_roles WHERE rolname = $3),
memberships AS (
  SELECT u.rolname AS member, m.admin_option, m.set_option AND m.inherit_option AS may_become
  FROM pg_auth_members m JOIN pg_roles u ON u.oid = m.member
  WHERE m.roleid = (SELECT oid FROM owner)
)`;

/**
 * Makes the owner role and the grants that are missing, in one transaction that takes turns with others.
 * @returns true if something was missing, so that the login takes on the role only from the next session on
 * @throws {Failure} if something stays missing.
 */
export async function prepareOwnerRole(
	client: Client,
	roles: Roles,
	fix: string,
): Promise<boolean> {
	await client.query("BEGIN");
	// Grants must come from the login: the owner role that it may have taken on cannot give them.
	await client.query("SET LOCAL ROLE NONE");
	// Grants at the same time fail with "tuple concurrently updated".
	await client.query("SELECT pg_advisory_xact_lock(hashtext($1))", [
		`preflight ${roles.owner}`,
	]);
	const before = await stateOf(client, roles);
	if (!before.otherExists) {
		throw new Failure(
			`login ${roles.other} does not exist, so the two cannot own the same objects`,
			{ fix, definite: true },
		);
	}
	const statements = statementsFor(client, roles, before);
	for (const statement of statements) {
		await client.query(statement);
	}
	// PostgreSQL only warns about a grant that its issuer may not make.
	const missing = Object.entries(await stateOf(client, roles))
		.filter(([, holds]) => !holds)
		.map(([name]) => name);
	if (missing.length > 0) {
		throw new Failure(
			`login ${roles.login} could not set up role ${roles.owner}: not so yet are ${missing.join(", ")}`,
			{ fix, definite: true },
		);
	}
	await client.query("COMMIT");
	return statements.length > 0;
}

async function stateOf(
	client: Client,
	{ login, other, owner }: Roles,
): Promise<State> {
	const { rows } = await client.query<State>(membershipsQuery + stateQuery, [
		login,
		other,
		owner,
	]);
	const [state] = rows;
	if (state === undefined) {
		throw new Error("a query without FROM gave no row");
	}
	return state;
}

function statementsFor(client: Client, roles: Roles, state: State): string[] {
	const owner = client.escapeIdentifier(roles.owner);
	const login = client.escapeIdentifier(roles.login);
	const other = client.escapeIdentifier(roles.other);
	const database = client.escapeIdentifier(client.database ?? "");
	const steps: [isThere: boolean, statement: string][] = [
		[state.ownerExists, `CREATE ROLE ${owner} NOLOGIN`],
		[state.loginIsMember, `GRANT ${owner} TO ${login}`],
		// Only the creator of a role may grant it, unless it hands that on.
		[state.otherIsMember, `GRANT ${owner} TO ${other} WITH ADMIN OPTION`],
		[
			state.ownerMayCreateInDatabase,
			`GRANT CREATE ON DATABASE ${database} TO ${owner}`,
		],
		[state.ownerMayUsePublic, `GRANT USAGE ON SCHEMA public TO ${owner}`],
		[state.ownerMayCreateInPublic, `GRANT CREATE ON SCHEMA public TO ${owner}`],
		[state.loginBecomesOwner, `ALTER ROLE ${login} SET role = ${owner}`],
	];
	return steps
		.filter(([isThere]) => !isThere)
		.map(([, statement]) => statement);
}
