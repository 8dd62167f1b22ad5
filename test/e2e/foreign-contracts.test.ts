import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { votes } from "../fixtures/contracts/votes.ts";
import { outputOf } from "./checkout.ts";
import { ForeignStack } from "./foreign-stack.ts";

describe("votes, which takes its login in four variables", () => {
	let stack: ForeignStack;
	beforeAll(async () => {
		stack = await ForeignStack.of(votes, "votes.ts");
	});
	afterAll(() => stack.end());

	it("[R-031] is previewed for staging, and no rule has anything against it", async () => {
		const output = outputOf(await stack.pulumi("preview", "-s", "staging"));
		expect(output).not.toContain("[mandatory]");
		expect(output).toContain("netra-platform@");
		expect(output).not.toMatch(/redis|clickhouse/i);
	});

	it("[R-080] comes up with a real database behind it", async () => {
		const output = outputOf(await stack.up());
		expect(output).not.toContain("[mandatory]");
		expect(await stack.readiness()).toEqual({ "votes-web-local": 200 });
		await stack.query(
			"CREATE TABLE poll (id serial PRIMARY KEY, votes integer)",
			"INSERT INTO poll (votes) VALUES (1)",
		);
	});

	it("[R-002] uses and changes the old login's objects after each of two rotations", async () => {
		for (const column of ["first", "second"]) {
			await stack.rotate();
			outputOf(await stack.up());
			expect(await stack.readiness()).toEqual({ "votes-web-local": 200 });
			await stack.query(
				`ALTER TABLE poll ADD COLUMN ${column} integer`,
				`UPDATE poll SET votes = votes + 1, ${column} = 1`,
				"CREATE INDEX ON poll (votes)",
			);
		}
		expect(await stack.query("SELECT * FROM poll")).toEqual([
			{ id: 1, votes: 3, first: 1, second: 1 },
		]);
	});

	it("[R-004] is checked with exactly the values that it gets", async () => {
		expect(await stack.verify("web")).toEqual({ code: 0, output: "" });
		const login = `votes_${stack.slot}`;
		await stack.changePassword(login, "by-hand");
		const { code, output } = await stack.verify("web");
		expect(code).toBe(1);
		const [, log = ""] = /Logs: (\S+)/.exec(output) ?? [];
		expect(readFileSync(log, "utf8")).toMatch(
			new RegExp(`DB_PASS.*if revisions serve with ${login}, rotate`),
		);
	});

	it("[R-042] can't lose its password's binding", async () => {
		stack.editContract('DB_PASS: { from: "database.password" },', "");
		const { code, output } = await stack.pulumi("preview", "-s", "local");
		expect(code).not.toBe(0);
		expect(output).toContain(
			"services.web: takes host, user, name of 'database', by which nobody can log in: take url, or host, user, password",
		);
	});

	it("[R-042] can't give a critical value another name", async () => {
		stack.editContract(
			'DB_USER: { from: "database.user" },',
			'DB_USER: { from: "database.user" },\n\t\t\t\tDB_PASSWORD: { from: "database.password" },',
		);
		const { code, output } = await stack.pulumi("preview", "-s", "local");
		expect(code).not.toBe(0);
		expect(output).toMatch(
			/\[critical-list\] service web, variable DB_PASS, .*found no such variable/,
		);
	});
});
