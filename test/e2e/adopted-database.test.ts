import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Client } from "pg";
import { userStatement } from "../../local/servers/cloud-sql.ts";
import { checkPostgres } from "../../preflight/checks/postgres.ts";
import { codeBlock } from "../fixtures/guide.ts";
import {
	awkwardPassword,
	type DataStores,
	database,
	logins,
	startDataStores,
} from "../servers/data-stores.ts";

const statements = codeBlock("adopt-a-project.md", "sql").trim().split("\n");

let stores: DataStores;
/** A session of the login that the project had, open all the time. */
let old: Client;

const session = async (user: string) => {
	const client = new Client({
		user,
		password: awkwardPassword,
		host: stores.socket,
		database,
	});
	await client.connect();
	return client;
};
const preflight = (user: (typeof logins)[number]) =>
	checkPostgres(
		{
			user,
			password: awkwardPassword,
			database,
			via: { socket: stores.socket },
		},
		{ slots: logins, owner: "netra_owner" },
		{
			network: "",
			certificate: "",
			login: "",
			database: "",
			connections: "",
			roles: "",
		},
		AbortSignal.timeout(20_000),
	);

beforeAll(async () => {
	stores = await startDataStores();
	await stores.administer(logins.map((login) => `DROP ROLE ${login}`));
	await stores.administer([userStatement("postgres", awkwardPassword)]);
	old = await session("postgres");
	await old.query("CREATE TABLE accounts (id integer)");
	await old.query("CREATE SCHEMA billing CREATE TABLE invoices (id integer)");
});

afterAll(async () => {
	await old.end();
	await stores.stop();
});

describe("the database of a project that is taken over", () => {
	it("gives its tables to the owner role by the guide's statements, and its login keeps them", async () => {
		for (const statement of statements) {
			await old.query(statement);
		}
		await old.query("INSERT INTO accounts VALUES (1)");
		await old.query("ALTER TABLE billing.invoices ADD COLUMN total integer");
	});

	it("[R-002] lets the new logins, made later, change what was there before", async () => {
		await stores.administer(
			logins.map((login) => userStatement(login, awkwardPassword)),
		);
		for (const login of logins) {
			expect((await preflight(login)).foreignTables).toEqual([]);
		}
		for (const login of logins) {
			const client = await session(login);
			await client.query(`ALTER TABLE accounts ADD COLUMN by_${login} text`);
			await client.query("INSERT INTO billing.invoices VALUES (1, 2)");
			await client.end();
		}
	});

	it("still serves the old login", async () => {
		expect((await old.query("SELECT id FROM accounts")).rows).toEqual([
			{ id: 1 },
		]);
		const again = await session("postgres");
		await again.query("INSERT INTO billing.invoices VALUES (3, 4)");
		await again.end();
	});
});
