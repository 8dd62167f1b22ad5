import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { platform } from "../../contract/platform.ts";
import type { SecretContract } from "../../contract/schema.ts";
import {
	secretValueProblems,
	valueProblems,
} from "../../contract/value-rules.ts";

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
		["a: b\r\n\tc\n", "lines", []],
		["a: b\n\u001b[2J", "lines", ["holds a control character"]],
		[" \n\t", "lines", ["is nothing but whitespace"]],
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

	it("[R-022] are taken where they are generated hex keys", () => {
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

describe("values that somebody else issues", () => {
	const problemsOf = (
		value: string,
		source: { endsIn?: string; minLength?: number } = {},
	) =>
		secretValueProblems(
			{ source: { from: "external", ...source } },
			value,
			"staging",
		);
	const body = `${"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n".repeat(3)}`;
	const block = (label: string) =>
		`-----BEGIN ${label}-----\n${body}-----END ${label}-----\n`;

	it.each([
		["a private key", block("PRIVATE KEY")],
		["a key without its last line feed", block("EC PRIVATE KEY").trimEnd()],
		["a key of OpenSSH", block("OPENSSH PRIVATE KEY")],
		[
			"an encrypted key with headers",
			block("RSA PRIVATE KEY").replace(
				"\n",
				"\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00FF\n\n",
			),
		],
		[
			"a chain of certificates",
			`${block("CERTIFICATE")}${block("CERTIFICATE")}`,
		],
		[
			"a key with carriage returns",
			block("PRIVATE KEY").replaceAll("\n", "\r\n"),
		],
		[
			"a certificate as OpenSSL prints it",
			`subject=CN = a\nissuer=CN = b\n${block("CERTIFICATE")}`,
		],
		[
			"a service account's JSON",
			JSON.stringify({ type: "service_account", key: "a" }, null, 2),
		],
		[
			"a key whose line feeds are written out",
			block("PRIVATE KEY").trimEnd().replaceAll("\n", "\\n"),
		],
	])("may be %s", (_what, value) => {
		expect(problemsOf(value)).toEqual([]);
	});

	it.each([
		["half a key", `-----BEGIN PRIVATE KEY-----\n${body}`],
		["a key after something else", `key:\n${block("PRIVATE KEY")}x`],
		[
			"a key with another end",
			`-----BEGIN PRIVATE KEY-----\n${body}-----END CERTIFICATE-----`,
		],
		["two lines", "0123456789abcdef\n0123456789abcdef"],
	])("[R-022] may not be %s", (_what, value) => {
		expect(problemsOf(value)).toContain("holds a control character");
	});

	it.each([
		["YAML", "server:\n  # an example\n  key: 0f0f\n"],
		["htpasswd", "a:$2y$05$x\r\nb:$2y$05$y\r\n"],
		["a key with its last line feed", "0123456789abcdef\n"],
	])("may be %s as a file, and as a variable not", (_what, value) => {
		const secret = {
			id: "issued",
			source: { from: "external" as const },
			criticalIn: [],
		};
		expect(secretValueProblems(secret, value, "staging", true)).toEqual([]);
		expect(secretValueProblems(secret, value, "staging")).not.toEqual([]);
	});

	it("[R-022] may not be a key of which the body was to be filled in", () => {
		expect(
			problemsOf(
				"-----BEGIN PRIVATE KEY-----\nchangeme\n-----END PRIVATE KEY-----",
			),
		).toEqual(["is a placeholder"]);
	});

	it.each(["apikey", "root", "postmaster", "SMTP_Injection"])(
		"may be the user %s, where the contract says how short it is",
		(user) => {
			expect(problemsOf(user, { minLength: 4 })).toEqual([]);
		},
	);

	it.each([
		["apikey", {}, "is shorter than 8 characters"],
		["apikey", { minLength: 7 }, "is shorter than 7 characters"],
		["", { minLength: 1 }, "is empty"],
		["todo", { minLength: 1 }, "is a placeholder"],
		["localhost", { minLength: 1 }, "points at loopback"],
		["0.0.0.0", { minLength: 1 }, "points at loopback"],
		["0123456789", { minLength: 32 }, "is shorter than 32 characters"],
	])("[R-022] %j with %j: %s", (value, source, problem) => {
		expect(problemsOf(value, source)).toEqual([problem]);
	});
});

describe("values of which the declaration says more", () => {
	const problemsOf = (
		source: SecretContract["source"],
		value: string,
		isFile = false,
	) => secretValueProblems({ source }, value, "staging", isFile);

	it.each([
		["base64", 16, 24],
		["base64", 23, 32],
		["base64url", 16, 22],
		["hex", 16, 32],
	] as const)(
		"[R-022] a key in %s of %i bytes has %i characters",
		(encoding, bytes, length) => {
			const source = { from: "generated", encoding, bytes } as const;
			expect(problemsOf(source, "a".repeat(length))).toEqual([]);
			expect(problemsOf(source, "a".repeat(length - 1))).toEqual([
				`is shorter than ${length} characters`,
			]);
		},
	);

	const template = (text: string) => ({ from: "template", text }) as const;
	it.each([
		["production:\n  password: {database.password}\n", true],
		["a {database.password}\n", true],
		["a: x\nb: {database.password}", false],
		["https://app.acme.dev/{database.password}", false],
	])(
		"a template may have the lines that it is written with: %j",
		(text, isFile) => {
			expect(
				problemsOf(
					template(text),
					text.replace("{database.password}", "0f"),
					isFile,
				),
			).toEqual([]);
		},
	);

	it("[R-022] a template that merely ends its line is refused as a variable, and a word to be filled in anywhere", () => {
		expect(problemsOf(template("a {database.password}\n"), "a 0f\n")).toEqual([
			"begins or ends with whitespace",
			"holds a control character",
		]);
		expect(
			problemsOf(
				template("a: changeme\nb: {x}\n"),
				"a: changeme\nb: 0f\n",
				true,
			),
		).toEqual(["is a placeholder"]);
	});
});
