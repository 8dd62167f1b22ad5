import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { scrubberFor } from "../../preflight/redaction.ts";
import { startHttps } from "../servers/clickhouse.ts";
import { awkwardPassword } from "../servers/data-stores.ts";
import { temporaryFolder } from "../servers/folder.ts";
import { startMisbehaving } from "../servers/misbehaving.ts";
import { FaultBench } from "./fault-bench.ts";
import { checklistIn } from "./preflight.ts";

const backend = checklistIn("backend", "staging");
const password = "Planted-p@ss/w+rd";
const encoded = encodeURIComponent(password);

describe("what is printed", () => {
	it("[R-063] holds a secret in no spelling", () => {
		const scrub = scrubberFor(backend, {
			DATABASE_URL: `postgresql+asyncpg://netra_a:${encoded}@/netra?host=/cloudsql/a`,
			CLICKHOUSE_URL: `https://netra:${encoded}@click:8443/netra`,
			JDBC_URL: "jdbc:postgresql:///netra?user=netra_a&password=another%2089",
			SECRET_KEY: "0123456789abcdef",
			SOME_API_KEY: "of-another-program",
			SMTP_PASS: "another-0123",
			UPSTREAM: "https://u:another-4567@elsewhere.org",
		});
		for (const text of [
			password,
			encoded,
			encoded.replace(/%../g, (code) => code.toLowerCase()),
			new URLSearchParams({ password }).toString(),
			Buffer.from(password).toString("base64"),
			Buffer.from(password).toString("hex"),
			Buffer.from(`netra:${password}`).toString("base64"),
			JSON.stringify(password),
			`postgresql+asyncpg://netra_a:${encoded}@/netra?host=/cloudsql/a`,
			"0123456789abcdef",
			"of-another-program",
			"another-0123",
			"another-4567",
			"another 89",
		]) {
			const printed = scrub(`error: ${text} is wrong`);
			expect(printed).toMatch(/\[redacted\]/);
			expect(printed).not.toMatch(/p@ss|w\+rd|w%2B|another|abcdef/i);
		}
	});

	it("keeps what is no secret", () => {
		const scrub = scrubberFor(backend, {
			POSTGRES_HOST: "/cloudsql/p:r:i",
			POSTGRES_DB: "netra",
			POSTGRES_USER: "netra_a",
			POSTGRES_PORT: "5432",
			SERVICE_ID: "netra-backend",
			ACCESS_TOKEN_TTL: "5432",
			SESSION_PASSWORD_FILE: "/cloudsql",
			POSTGRES_PASSWORD: password,
		});
		const text = "netra_a in netra at /cloudsql/p:r:i:5432 by netra-backend";
		expect(scrub(text)).toBe(text);
	});

	it("is scrubbed before it is shortened", () => {
		fc.assert(
			fc.property(fc.nat({ max: 700 }), (length) => {
				const scrub = scrubberFor(backend, { SECRET_KEY: "0123456789abcdef" });
				expect(scrub(`${"x".repeat(length)}0123456789abcdef`)).not.toContain(
					"012",
				);
			}),
		);
	});
});

/** Servers that learn the password and repeat it in their errors, as a proxy in between might. */
describe("errors of drivers that repeat the password", () => {
	const bench = new FaultBench();
	const secrets = [
		awkwardPassword,
		encodeURIComponent(awkwardPassword),
		Buffer.from(awkwardPassword).toString("base64"),
	];

	const expectNoSecret = (lines: string[], errors: string) => {
		for (const secret of secrets) {
			expect(lines.join("\n") + errors).not.toContain(secret);
		}
		expect(lines.join("\n")).toContain("[redacted]");
	};

	it.each([[[]], [["--json"]]])(
		"[R-063] PostgreSQL's is scrubbed %p",
		async (options) => {
			const folder = temporaryFolder("netra");
			bench.cleanUps.push(folder.remove);
			const socket = join(folder.path, "p:r:i");
			mkdirSync(socket);
			const message = (type: string, body: Buffer) => {
				const head = Buffer.alloc(5);
				head.write(type);
				head.writeInt32BE(body.length + 4, 1);
				return Buffer.concat([head, body]);
			};
			const server = await startMisbehaving(
				(connection) => {
					connection.once("data", () => {
						// Asks for the password in plain text, and then complains about it.
						connection.write(message("R", Buffer.from([0, 0, 0, 3])));
						connection.once("data", (answer) => {
							const got = answer.subarray(5, -1).toString();
							connection.write(
								message(
									"E",
									Buffer.from(
										`SFATAL\0C42000\0Mno login with ${got} or ${encodeURIComponent(got)}\0\0`,
									),
								),
							);
						});
					});
				},
				{ path: join(socket, ".s.PGSQL.5432") },
			);
			bench.cleanUps.push(server.stop);
			const { code, lines, errors } = await bench.check(
				{ postgres: { via: { socket } } },
				{},
				options,
			);
			expect(code).toBe(1);
			expectNoSecret(lines, errors);
		},
	);

	it("[R-063] Redis' is scrubbed", async () => {
		const server = await startMisbehaving(
			(connection) => {
				connection.on("data", (command) => {
					const got = command.toString().split("\r\n").at(-2);
					connection.write(`-ODD ${got}\r\n`);
				});
			},
			{ tls: bench.stores.authority.issue(["redis"]) },
		);
		bench.cleanUps.push(server.stop);
		const { code, lines, errors } = await bench.check({
			redis: { port: server.port },
		});
		expect(code).toBe(1);
		expectNoSecret(lines, errors);
	});

	it("[R-063] ClickHouse's is not repeated at all", async () => {
		const server = await startHttps(
			bench.stores.authority.issue(["localhost"]),
			(request, response) => {
				const got = request.headers.authorization ?? "";
				response
					.writeHead(403)
					.end(
						`Code: 999. DB::Exception: ${got} ${Buffer.from(got.slice(6), "base64")}`,
					);
			},
		);
		bench.cleanUps.push(server.stop);
		const { lines, errors } = await bench.check({
			clickhouse: { port: server.port },
		});
		for (const secret of secrets) {
			expect(lines.join("\n") + errors).not.toContain(secret);
		}
		expect(lines.at(-2)).toMatch(
			/, 1 attempt: answers with HTTP 403 and code 999\. Fix: store the user's password /,
		);
	});
});
