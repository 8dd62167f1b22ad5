import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { plainProperties } from "../../local/provider/values.ts";
import { langfuse } from "../fixtures/contracts/langfuse.ts";
import { foreignStack } from "../in-process/foreign.ts";
import { type Run, succeeded } from "../in-process/in-process.ts";

/** What an edit of the contract leaves out; the second key says what was there. */
let dropped: string | undefined;
const stack = foreignStack(langfuse, "staging", {}, () => {
	const { web } = langfuse.services;
	const { [dropped ?? ""]: _, ...secrets } = web?.secrets ?? {};
	return {
		...langfuse,
		services: { web: { ...(web as NonNullable<typeof web>), secrets } },
	};
});
afterAll(() => stack.remove());

const values = ({ registrations }: Run) =>
	new Map(
		registrations
			.filter(({ type }) => type.endsWith(":SecretVersion"))
			.map(({ name, inputs }) => [
				name,
				String(plainProperties(inputs).secretData),
			]),
	);

describe("Langfuse's web service", () => {
	let first: Run;
	beforeAll(async () => {
		const preview = await succeeded(stack.preview());
		expect(preview.output).not.toContain("[mandatory]");
		first = await succeeded(stack.up());
	});

	it("[R-010] [R-020] [R-021] gets each login in the form that it reads", () => {
		const found = values(first);
		const database = new URL(found.get("database-url-prisma") as string);
		expect(database).toMatchObject({
			protocol: "postgresql:",
			hostname: "localhost",
			username: "langfuse_a",
			pathname: "/langfuse",
		});
		expect(database.searchParams.get("host")).toMatch(/^\/cloudsql\//);
		expect(found.get("clickhouse-endpoint")).toBe("https://ch.acme.dev:8443");
		expect(found.get("clickhouse-native")).toBe(
			"clickhouse://ch.acme.dev:9440",
		);
		expect(found.get("redis-url-ioredis")).toMatch(
			/^rediss:\/\/:[^@]+@[\d.]+:6378\/0$/,
		);
		expect(found.get("web-salt")).toMatch(/^[A-Za-z0-9+/]{43}=$/);
		expect(found.get("web-encryption-key")).toMatch(/^[0-9a-f]{64}$/);
		expect(found.get("uploads-secret-access-key")).toMatch(/^.{40}$/);
	});

	it("[R-002] is rotated twice: the login changes, and no key does", async () => {
		let before = values(first);
		for (const [epoch, login] of [
			[1, "langfuse_b"],
			[2, "langfuse_a"],
		] as const) {
			stack.set("rotationEpoch", epoch);
			const run = await succeeded(stack.up());
			const after = values(run);
			expect(after.get("database-url-prisma")).toContain(`//${login}:`);
			for (const id of [
				"web-salt",
				"web-encryption-key",
				"web-nextauth-secret",
				"redis-url-ioredis",
			]) {
				expect(after.get(id)).toBe(before.get(id));
			}
			before = after;
		}
	});

	it("[R-042] can't lose a critical secret", async () => {
		for (const variable of [
			"SALT",
			"ENCRYPTION_KEY",
			"NEXTAUTH_SECRET",
			"CLICKHOUSE_USER",
		]) {
			dropped = variable;
			const { ok, output } = await stack.preview();
			expect(ok).toBe(false);
			expect(output).toMatch(
				new RegExp(
					`service web, variable ${variable}, secret [a-z-]+-staging, environment staging: found`,
				),
			);
		}
		dropped = undefined;
		await succeeded(stack.preview());
	});
});
