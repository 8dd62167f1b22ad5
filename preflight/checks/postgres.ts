/** Logs in to PostgreSQL, takes on the role that owns everything, and makes a table. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Client, type ClientConfig } from "pg";
import type { DatabaseLogin } from "../../contract/connection-strings.ts";
import { Failure } from "../failure.ts";
import { guardAgainstFlood } from "./flood.ts";
import { prepareOwnerRole, type Roles } from "./owner-role.ts";
import { explain, type PostgresRemedies } from "./postgres-errors.ts";

export type PostgresFinding = {
	fact: string;
	/** Tables of other roles, which a migration could not change: `schema.table (role)`. */
	foreignTables: string[];
};

/**
 * Logs in and tries what a service does.
 * @param roles the slots' logins and the owner; the login must be one of the two
 * @throws {Failure} that says why it cannot work.
 */
export async function checkPostgres(
	login: DatabaseLogin,
	roles: { slots: readonly string[]; owner: string },
	remedies: PostgresRemedies,
	signal: AbortSignal,
): Promise<PostgresFinding> {
	const other = roles.slots.find((slot) => slot !== login.user);
	if (!roles.slots.includes(login.user) || other === undefined) {
		throw new Failure(
			`logs in as ${login.user}; expected ${roles.slots.join(" or ")}`,
			{ fix: remedies.login, definite: true },
		);
	}
	const all: Roles = { login: login.user, other, owner: roles.owner };
	const changed = await withSession(login, remedies, signal, (client) =>
		prepareOwnerRole(client, all, remedies.roles),
	);
	// A session of its own, as a service has it: what the first one changed takes effect at a login.
	return withSession(login, remedies, signal, async (client) => {
		await requireRole(client, all, remedies.roles);
		await makeTable(client);
		const foreignTables = await listForeignTables(client, roles.owner);
		return {
			fact: `${login.user} works as ${roles.owner}${changed ? ", which was set up" : ""}, and can create tables in ${login.database}`,
			foreignTables,
		};
	});
}

/** Runs something in a session that is closed in the end, come what may. */
async function withSession<T>(
	login: DatabaseLogin,
	remedies: PostgresRemedies,
	signal: AbortSignal,
	use: (client: Client) => Promise<T>,
): Promise<T> {
	signal.throwIfAborted();
	const client = new Client(configurationOf(login));
	const socket = () => client.connection.stream;
	const unwatch = guardAgainstFlood(socket, remedies.network);
	const abort = () =>
		socket().destroy(
			new Failure("no answer in time", {
				fix: remedies.network,
				definite: false,
			}),
		);
	signal.addEventListener("abort", abort, { once: true });
	// Without a listener an error between two queries would end the process; the next query reports it.
	let lost: unknown;
	client.on("error", (error) => {
		lost ??= error;
	});
	try {
		await client.connect();
		const result = await use(client);
		await client.end();
		return result;
	} catch (error) {
		throw explain(lost ?? error, remedies);
	} finally {
		unwatch();
		signal.removeEventListener("abort", abort);
		socket().destroy();
	}
}

function configurationOf({
	user,
	password,
	database,
	via,
}: DatabaseLogin): ClientConfig {
	return {
		user,
		password,
		database,
		host: via.socket ?? via.host,
		port: via.port ?? 5432,
		application_name: "preflight",
		// Waiting for another preflight's turn must not outlast the attempt unnoticed.
		lock_timeout: 5000,
		ssl:
			via.socket === undefined
				? {
						ca: readFileSync(via.caFile, "utf8"),
						// verify-ca: the certificate of a Cloud SQL instance does not name its address.
						checkServerIdentity: () => undefined,
					}
				: false,
	};
}

async function requireRole(
	client: Client,
	{ login, owner }: Roles,
	fix: string,
): Promise<void> {
	const { rows } = await client.query<{ role: string }>(
		"SELECT current_user AS role",
	);
	// Without membership PostgreSQL only warns at the login, and goes on as the login.
	if (rows[0]?.role !== owner) {
		throw new Failure(`${login} works as ${rows[0]?.role}; expected ${owner}`, {
			fix,
			definite: true,
		});
	}
}

async function makeTable(client: Client): Promise<void> {
	const name = `preflight_${randomBytes(6).toString("hex")}`;
	await client.query("BEGIN");
	await client.query(`CREATE TABLE public.${name} (id integer)`);
	await client.query("ROLLBACK");
}

const foreignTablesQuery = `
SELECT format('%I.%I (%s)', n.nspname, c.relname, pg_get_userbyid(c.relowner)) AS described
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  AND pg_get_userbyid(c.relowner) <> $1
ORDER BY described`;

async function listForeignTables(
	client: Client,
	owner: string,
): Promise<string[]> {
	const { rows } = await client.query<{ described: string }>(
		foreignTablesQuery,
		[owner],
	);
	return rows.map(({ described }) => described);
}
