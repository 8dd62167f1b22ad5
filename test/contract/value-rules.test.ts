import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { platform } from "../../contract/platform.ts";
import type { SecretContract } from "../../contract/schema.ts";
import {
	isPlaceholder,
	isSecretName,
	pointsAtLoopback,
	secretValueProblems,
	valueProblems,
} from "../../contract/value-rules.ts";

describe("loopback", () => {
	it.each([
		"localhost",
		"http://localhost:8123",
		"redis://localhost:6379/0",
		"redis://:pw@127.0.0.1:6379",
		"127.1",
		"http://127.0.0.53/",
		"http://[::1]:8123/db",
		"http://0.0.0.0:80",
		"LOCALHOST:6379",
		"postgresql://u:p@localhost./db",
		"a.example.org,localhost:9000",
		"http://[::ffff:127.0.0.1]:80",
	])("[R-020] sees it in %s", (value) => {
		expect(pointsAtLoopback(value)).toBe(true);
	});

	it.each([
		"https://u:p@ch.example.org:8443/db",
		"rediss://:x@10.64.0.4:6378/0",
		"/cloudsql/netra-staging:us-central1:pg",
		"localhost-free.example.org",
		"https://mylocalhost.example.org",
		"10.127.0.1",
	])("[R-020] does not see it in %s", (value) => {
		expect(pointsAtLoopback(value)).toBe(false);
	});
});

describe("placeholders", () => {
	it.each([
		"changeme",
		"change-me",
		"CHANGE_ME",
		"your-api-key-here",
		"REPLACE",
		"REPLACE_ME",
		"TODO",
		"example",
		"sk-dummy-key",
		"<password>",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: a shell template that nobody filled in
		"${DATABASE_PASSWORD}",
	])("[R-022] are seen in %s", (value) => {
		expect(isPlaceholder(value)).toBe(true);
	});

	it("[R-022] are never seen in generated hex keys", () => {
		fc.assert(
			fc.property(
				fc.array(fc.constantFrom(..."0123456789abcdef"), {
					minLength: 64,
					maxLength: 64,
				}),
				(digits) => valueProblems(digits.join(""), "key", false).length === 0,
			),
		);
	});
});

describe("values of secrets", () => {
	it.each([
		["", "key", ["is empty"]],
		["   ", "text", ["is nothing but whitespace"]],
		[` ${"a".repeat(40)}`, "key", ["begins or ends with whitespace"]],
		[
			`${"a".repeat(40)}\n`,
			"key",
			["begins or ends with whitespace", "holds a control character"],
		],
		[
			`${"a".repeat(20)}\n${"b".repeat(20)}`,
			"key",
			["holds a control character"],
		],
		["short", "key", ["is shorter than 32 characters"]],
		["short", "password", ["is shorter than 8 characters"]],
		["-----BEGIN-----\nAA\n-----END-----\n", "pem", []],
		[
			"-----BEGIN-----\r\nAA\n-----END-----\n",
			"pem",
			["holds a control character"],
		],
		["redis://localhost:6379", "url", ["points at loopback"]],
		["changeme", "text", ["is a placeholder"]],
	] as const)("[R-022] %j as %s: %j", (value, kind, problems) => {
		expect(valueProblems(value, kind, false)).toEqual(problems);
	});

	it("[R-020] may point at loopback in local alone", () => {
		const url = platform.secrets.find(
			({ id }) => id === "clickhouse-url",
		) as SecretContract;
		const value = "https://u:secret@localhost:8443/db";
		expect(secretValueProblems(url, value, "local")).toEqual([]);
		expect(secretValueProblems(url, value, "production")).toEqual([
			"points at loopback",
		]);
	});

	it("must end as their issuer makes them", () => {
		const id = platform.secrets.find(
			({ id }) => id === "google-oauth-client-id",
		) as SecretContract;
		expect(
			secretValueProblems(id, "123.apps.googleusercontent.com", "staging"),
		).toEqual([]);
		expect(secretValueProblems(id, "123.apps.google.com", "staging")).toEqual([
			"does not end in '.apps.googleusercontent.com'",
		]);
	});

	it("never come back in a finding", () => {
		fc.assert(
			fc.property(
				fc.string({ minLength: 12, unit: fc.constantFrom(..."QXZJ ~\n") }),
				(value) =>
					valueProblems(value, "key", false).every(
						(problem) => !problem.includes(value),
					),
			),
		);
	});
});

describe("names of variables", () => {
	it.each([
		"OPENAI_API_KEY",
		"SECRET_KEY",
		"POSTGRES_PASSWORD",
		"GITHUB_TOKEN",
		"SERVICE_SECRET",
	])("tell that %s holds a secret", (name) => {
		expect(isSecretName(name)).toBe(true);
	});
	it.each([
		"JWT_ALGORITHM",
		"LOG_LEVEL",
		"TOKENS_PER_MINUTE",
		"SECURE_HEADERS_ENABLED",
	])("tell that %s holds none", (name) => {
		expect(isSecretName(name)).toBe(false);
	});
});
