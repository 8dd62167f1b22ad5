import {
	afterAll,
	afterEach,
	beforeAll,
	beforeEach,
	describe,
	expect,
	it,
} from "@jest/globals";
import { Client } from "pg";
import { checkPostgres } from "../../preflight/checks/postgres.ts";
import {
	awkwardPassword,
	type Database,
	database,
	logins,
	startDatabase,
} from "../servers/data-stores.ts";

// Roles belong to the whole server, so each test has one of its own, with a copy of the same data.
let stores: Database;
let starting: Promise<Database>;
let origin: Database;

beforeAll(async () => {
	origin = await startDatabase();
	await origin.postgres.stop();
});
afterAll(() => origin.stop());

beforeEach(async () => {
	starting = startDatabase({ from: origin.folder });
	stores = await starting;
});

// Waits for a server that was still starting when a test gave up on it.
afterEach(async () => (await starting).stop());

const fixes = {
	network: "network",
	certificate: "certificate",
	login: "login",
	database: "database",
	connections: "connections",
	roles: "roles",
};

type Login = (typeof logins)[number];

function check(user: Login) {
	return checkPostgres(
		{
			user,
			password: awkwardPassword,
			database,
			via: { socket: stores.socket },
		},
		{ slots: logins, owner: "netra_owner" },
		fixes,
		AbortSignal.timeout(20_000),
	);
}

/** Runs statements in a new session of a login, as a service does. */
async function as(user: Login, ...statements: string[]): Promise<unknown[]> {
	const client = new Client({
		user,
		password: awkwardPassword,
		host: stores.socket,
		database,
	});
	await client.connect();
	try {
		const rows: unknown[] = [];
		for (const statement of statements) {
			rows.push(...(await client.query(statement)).rows);
		}
		return rows;
	} finally {
		await client.end();
	}
}

const setUp = {
	fact: "netra_a works as netra_owner, which was set up, and can create tables in netra",
	foreignTables: [],
};

describe("the role that owns everything", () => {
	it("[R-002] lets each login change what the other one has made", async () => {
		expect(await check("netra_a")).toEqual(setUp);
		await as("netra_a", "CREATE TABLE made_by_a (id integer)");
		expect(await check("netra_b")).toEqual({
			...setUp,
			fact: setUp.fact.replace("netra_a", "netra_b"),
		});
		await as(
			"netra_b",
			"ALTER TABLE made_by_a ADD COLUMN name text",
			"CREATE TABLE made_by_b (id integer)",
			"CREATE SCHEMA made_by_b",
		);
		await as("netra_a", "DROP TABLE made_by_b", "DROP SCHEMA made_by_b");
		expect(await as("netra_a", "SELECT current_user, session_user")).toEqual([
			{ current_user: "netra_owner", session_user: "netra_a" },
		]);
	});

	it("changes nothing the second time, and leaves no table behind", async () => {
		await check("netra_a");
		expect(await check("netra_a")).toEqual({
			fact: "netra_a works as netra_owner, and can create tables in netra",
			foreignTables: [],
		});
		expect(
			await stores.administer(
				["SELECT relname FROM pg_class WHERE relname LIKE 'preflight%'"],
				database,
			),
		).toEqual([]);
	});

	it("is set up once when both logins and several preflights start together", async () => {
		const findings = await Promise.all(
			["netra_a", "netra_b", "netra_a", "netra_b", "netra_a", "netra_b"].map(
				(user) => check(user as Login),
			),
		);
		expect(findings.map(({ foreignTables }) => foreignTables)).toEqual(
			findings.map(() => []),
		);
		expect(
			await stores.administer([
				"SELECT rolname, rolcanlogin, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = 'netra_owner'",
			]),
		).toEqual([
			{
				rolname: "netra_owner",
				rolcanlogin: false,
				rolsuper: false,
				rolcreaterole: false,
			},
		]);
	});

	it.each([
		[
			"in a session that begins as the login",
			["ALTER ROLE netra_a RESET role"],
		],
		["in a session that begins as the owner", []],
	])("mends what somebody took away, %s", async (_, statements) => {
		await check("netra_a");
		await stores.administer(
			[
				...statements,
				"REVOKE CREATE ON SCHEMA public FROM netra_owner",
				"REVOKE CREATE ON DATABASE netra FROM netra_owner",
			],
			database,
		);
		expect(await check("netra_a")).toEqual(setUp);
	});

	it("says which tables belong to somebody else", async () => {
		await check("netra_a");
		await stores.administer(
			['CREATE TABLE "Legacy" (id integer)', "CREATE VIEW seen AS SELECT 1"],
			database,
		);
		const { user } = stores.postgres.administrator;
		expect((await check("netra_a")).foreignTables).toEqual([
			`public."Legacy" (${user})`,
			`public.seen (${user})`,
		]);
	});

	it("fails while the other login is missing", async () => {
		await stores.administer(["DROP ROLE netra_b"]);
		await expect(check("netra_a")).rejects.toMatchObject({
			name: "Failure",
			message:
				"login netra_b does not exist, so the two cannot own the same objects",
			fix: "roles",
			definite: true,
		});
	});

	it("fails where the owner role exists already and nobody may grant it", async () => {
		await stores.administer(["CREATE ROLE netra_owner NOLOGIN"]);
		await expect(check("netra_a")).rejects.toMatchObject({
			name: "Failure",
			message: "the login lacks a privilege (42501)",
			fix: "roles",
			definite: true,
		});
		await stores.untilNoSessionOf("preflight");
	});

	it("waits for the lock and gives up inside of an attempt", async () => {
		const holder = new Client({
			...stores.postgres.administrator,
			host: "127.0.0.1",
			port: stores.postgres.port,
			database,
		});
		await holder.connect();
		try {
			await holder.query(
				"SELECT pg_advisory_lock(hashtext('preflight netra_owner'))",
			);
			await expect(check("netra_a")).rejects.toMatchObject({
				message: "another preflight holds the lock (55P03)",
				definite: false,
			});
		} finally {
			await holder.end();
		}
	});

	it("fails on a read-only server", async () => {
		await check("netra_a");
		await stores.administer([
			`ALTER ROLE netra_a SET default_transaction_read_only = on`,
		]);
		await expect(check("netra_a")).rejects.toMatchObject({
			message: `cannot execute CREATE TABLE in a read-only transaction (25006)`,
			definite: true,
		});
	});
});
