/**
 * Two applications of others. The real engine previews each and brings it up, with the policy pack; from then on this
 * process updates it, with the same pack. The servers and services are the same all along.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import pg from "pg";
import type { Platform } from "../../contract/schema.ts";
import { forms } from "../fixtures/contracts/forms.ts";
import { langfuse } from "../fixtures/contracts/langfuse.ts";
import { votes } from "../fixtures/contracts/votes.ts";
import { outputOf } from "./checkout.ts";
import { ForeignStack } from "./foreign-stack.ts";

/** What every foreign contract goes through, and after it what is the contract's own. */
function describeStack(
	platform: Platform,
	more: (stack: () => ForeignStack) => void,
): void {
	const service = `${platform.name}-web-local`;
	describe(platform.name, () => {
		let stack: ForeignStack;
		beforeAll(async () => {
			stack = await ForeignStack.of(platform, `${platform.name}.ts`);
		});
		afterAll(() => stack.end());

		it("[R-031] [R-080] is previewed and comes up with real servers behind it, and no rule has anything against it", async () => {
			const output = outputOf(await stack.pulumi("up", "-s", "local", "--yes"));
			expect(output).toContain("Previewing update (local)");
			expect(output).toContain("✅ netra-platform@");
			expect(await stack.readiness()).toEqual({ [service]: 200 });
			await stack.query(
				"CREATE TABLE poll (id serial PRIMARY KEY, votes integer)",
				"INSERT INTO poll (votes) VALUES (1)",
			);
		});

		it("[R-002] uses and changes the old login's objects after each of two rotations", async () => {
			await stack.takeOver();
			for (const column of ["first", "second"]) {
				await stack.rotate();
				outputOf(await stack.up());
				expect(await stack.readiness()).toEqual({ [service]: 200 });
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

		more(() => stack);
	});
}

/** What the service's check has to say, run now as the schedule would. */
async function checked(stack: ForeignStack): Promise<string> {
	const { code, output } = await stack.verify("web");
	const [, log = ""] = /Logs: (\S+)/.exec(output) ?? [];
	return code === 0 ? "passed" : readFileSync(log, "utf8");
}

describeStack(langfuse, (stack) => {
	it("[R-042] can't lose the binding of a key", async () => {
		const binding =
			'SALT: { from: "generated", encoding: "base64", dataDepends: true },';
		await stack().whileEdited([[binding, ""]], async () => {
			const { ok, output } = await stack().preview();
			expect(ok).toBe(false);
			expect(output).toMatch(
				/^\[critical-list\] service web, variable SALT, .*found no such variable/m,
			);
		});
	});

	it.each([
		[
			"user",
			'CLICKHOUSE_USER: { from: "clickhouse.user" },',
			"password, endpoint, native",
		],
		[
			"password",
			'secrets: { CLICKHOUSE_PASSWORD: "clickhouse-password" },',
			"endpoint, native, user",
		],
	])("[R-042] can't lose the %s of a login", async (_, binding, rest) => {
		const edited = stack().whileEdited([[binding, ""]], async () => {});
		await expect(edited).rejects.toThrow(
			`services.web: takes ${rest} of 'clickhouse', by which nobody can log in: take url, or user, password`,
		);
	});
});

describeStack(votes, (stack) => {
	it("[R-004] is checked with exactly the values that it gets", async () => {
		expect(await checked(stack())).toBe("passed");
		const login = `votes_${stack().slot}`;
		const { password } = stack().credentials(login);
		await stack().changePassword(login, "by-hand");
		expect(await checked(stack())).toMatch(
			new RegExp(`DB_PASS.*if revisions serve with ${login}, rotate`),
		);
		await stack().changePassword(login, String(password));
	});

	it("[R-042] can't lose its password's binding", async () => {
		const edited = stack().whileEdited(
			[['DB_PASS: { from: "database.password" },', ""]],
			async () => {},
		);
		await expect(edited).rejects.toThrow(
			"services.web: takes host, user, name of 'database', by which nobody can log in: take url, or host, user, password",
		);
	});

	it("[R-042] can't give a critical value another name", async () => {
		const { ok, output } = await stack().whileEdited(
			[["DB_PASS:", "DB_PASSWORD:"]],
			() => stack().preview(),
		);
		expect(ok).toBe(false);
		expect(output).toMatch(
			/\[critical-list\] service web, variable DB_PASS, .*found no such variable/,
		);
	});

	it("[R-010] moves to the private address over TLS, with the address and the port of the cloud", async () => {
		await stack().editContract(
			[
				'INSTANCE_UNIX_SOCKET: { from: "database.host" },',
				`DB_HOST: { from: "database.host", via: "tls" },
				DB_PORT: { from: "database.port" },
				PGSSLROOTCERT: "/etc/votes/database/ca.pem",
				DATABASE_URL: {
					from: "database.url",
					driver: "node-postgres",
					via: "tls",
					caFile: "/etc/votes/database/ca.pem",
				},`,
			],
			[
				"poolPerInstance: 7,",
				`poolPerInstance: 7,
				secretFiles: { "/etc/votes/database/ca.pem": "database-ca" },`,
			],
			[
				"\t\t},\n\t},\n});",
				`\t\t},\n\t},
	secrets: [{ id: "database-ca", source: { from: "database.ca" }, criticalIn: ["web"] }],
});`,
			],
		);
		stack().review();
		outputOf(await stack().up());
		expect(await stack().readiness()).toEqual({ "votes-web-local": 200 });
		const url = stack().secret("database-url-node-postgres-tls");
		expect(url).toMatch(
			/^postgres:\/\/votes_a:\w+@127(?:\.\d+){3}:5432\/votes\?uselibpqcompat=true&sslmode=verify-ca&sslrootcert=\S+\/etc\/votes\/database\/ca\.pem$/,
		);
		expect(await queryBy(url, "SELECT votes FROM poll")).toEqual([
			{ votes: 3 },
		]);
		const { host, user, password, database } = new pg.Client(url);
		const plainly = new pg.Client({ host, user, password, database });
		await expect(plainly.connect()).rejects.toThrow("no encryption");
	});

	it("[R-002] is rotated over TLS", async () => {
		await stack().rotate();
		outputOf(await stack().up());
		const url = stack().secret("database-url-node-postgres-tls");
		expect(url).toContain("//votes_b:");
		expect(await queryBy(url, "SELECT votes FROM poll")).toEqual([
			{ votes: 3 },
		]);
		expect(await checked(stack())).toBe("passed");
	});

	it("[R-010] trusts the next authority before a server's certificate is signed with it", async () => {
		const next = await stack().signWithNextAuthority();
		expect(await checked(stack())).toMatch(
			/its certificate is signed by another authority \(\w+\)\. Fix: run 'tools\/pulumi-local up -s local'/,
		);
		stack().announceAuthority(next);
		outputOf(await stack().up());
		const url = stack().secret("database-url-node-postgres-tls");
		expect(await queryBy(url, "SELECT votes FROM poll")).toEqual([
			{ votes: 3 },
		]);
		expect(await checked(stack())).toBe("passed");
		expect(await stack().readiness()).toEqual({ "votes-web-local": 200 });
	});
});

describe("a contract with every other form of a value", () => {
	let stack: ForeignStack;
	beforeAll(async () => {
		stack = await ForeignStack.of(forms, "forms.ts");
		await stack.startHere();
	});
	afterAll(() => stack.end());

	it("[R-020] [R-080] comes up, and preflight logs in to each store by what each service gets", async () => {
		outputOf(await stack.up());
		expect(await stack.readiness()).toEqual({
			"forms-web-local": 200,
			"forms-worker-local": 200,
		});
		expect(stack.loginsTried("web")).toEqual([
			expect.stringMatching(/^postgres archive by ARCHIVE_URL .* at \/tmp\//),
			expect.stringMatching(
				/^postgres database by DATABASE_URL .* at 127(\.\d+){3}:5432,/,
			),
			expect.stringMatching(/^redis cache by CACHE_URL /),
			expect.stringMatching(/^redis queue by BROKER_URL /),
		]);
		expect(stack.loginsTried("worker")).toEqual([
			expect.stringMatching(
				/^postgres archive by ARCHIVE_PASSWORD .* at 127(\.\d+){3}:5432,/,
			),
			expect.stringMatching(/^postgres database by DATABASE_URL .* at \/tmp\//),
			// The only Redis of this service.
			expect.stringMatching(/^redis by QUEUE_PASSWORD /),
		]);
	});
});

/** What a service's driver gets, given the URL as it is. */
async function queryBy(url: string, statement: string): Promise<unknown[]> {
	const client = new pg.Client(url);
	await client.connect();
	try {
		return (await client.query(statement)).rows;
	} finally {
		await client.end();
	}
}
