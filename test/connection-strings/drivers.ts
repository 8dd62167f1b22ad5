/** Runs connection strings through the real drivers, those of Node here and those of Python in a process of their own. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
	ClickHouseLogLevel,
	createClient as createClickhouseClient,
} from "@clickhouse/client";
import { createClient as createRedisClient } from "@redis/client";
import { Redis } from "ioredis";
import { Client } from "pg";

export type Case = {
	action: "login" | "parse";
	driver: string;
	url: string;
	/** The authorities for the driver that has no parameter for them. */
	caFile?: string;
};

/** What the driver got, or how it failed: `Type: message`. */
export type Result =
	| { result: string[]; error?: never }
	| { error: string; result?: never };

const script = fileURLToPath(new URL("python-drivers.py", import.meta.url));

/** Debian's Python, which has Debian's drivers; elsewhere the one on the path. */
const python = spawnSync("/usr/bin/python3", ["--version"]).error
	? "python3"
	: "/usr/bin/python3";

const drivers = [
	"asyncpg",
	"psycopg2",
	"sqlalchemy",
	"redis",
	"kombu",
	"celery",
];

/** The sentence that says how to get the Python drivers, or undefined if they are there. */
export function missingPythonDrivers(): string | undefined {
	const missing = drivers.filter(
		(name) => spawnSync(python, ["-c", `import ${name}`]).status !== 0,
	);
	return missing.length === 0
		? undefined
		: `${python} lacks ${missing.join(", ")}: apt-get install ${missing.map((name) => `python3-${name}`).join(" ")}`;
}

/** A process of Python that has loaded the drivers, since its start is what takes time. */
export class PythonDrivers {
	readonly #process = spawn(python, ["-W", "ignore", script], {
		env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8" },
		stdio: ["pipe", "pipe", "inherit"],
	});
	readonly #lines = createInterface({ input: this.#process.stdout })[
		Symbol.asyncIterator
	]();

	/** Runs cases one after the other. */
	async run(cases: readonly Case[]): Promise<Result[]> {
		this.#process.stdin.write(`${JSON.stringify(cases)}\n`);
		const { value, done } = await this.#lines.next();
		if (done) {
			throw new Error("Python ended; what it wrote is above");
		}
		return JSON.parse(value);
	}

	async stop(): Promise<void> {
		this.#process.stdin.end();
		await once(this.#process, "close");
	}
}

const javaFolder = fileURLToPath(new URL("jdbc", import.meta.url));
/** Where Debian's packages put their classes. */
const javaLibraries = [
	"postgresql",
	"scram-client",
	"scram-common",
	"saslprep",
	"stringprep",
].map((name) => `/usr/share/java/${name}.jar`);

/** The sentence that says how to get pgjdbc, or undefined if it is there. */
export function missingJdbc(): string | undefined {
	if (spawnSync("javac", ["-version"]).status !== 0) {
		return "there is no javac: apt-get install default-jdk-headless";
	}
	return existsSync(javaLibraries[0] as string)
		? undefined
		: "there is no pgjdbc: apt-get install libpostgresql-jdbc-java";
}

/** Logs in with each URL through pgjdbc; a class of the test's stands in for Google's socket factory. */
export function loginWithJdbc(urls: readonly string[]): string[] {
	const classes = mkdtempSync(join(tmpdir(), "netra-jdbc-"));
	try {
		execFileSync("javac", [
			"-d",
			classes,
			...["JdbcDriver", "SocketFactory"].map((name) =>
				join(javaFolder, `${name}.java`),
			),
		]);
		return execFileSync(
			"java",
			[
				"-Dfile.encoding=UTF-8",
				"-cp",
				[classes, ...javaLibraries].join(":"),
				"com.google.cloud.sql.postgres.JdbcDriver",
				...urls,
			],
			{ encoding: "utf8", timeout: 30_000 },
		)
			.trim()
			.split("\n");
	} finally {
		rmSync(classes, { recursive: true });
	}
}

async function resultOf(run: () => Promise<string[]>): Promise<Result> {
	try {
		return { result: await run() };
	} catch (error) {
		const { name, message } = error as Error;
		return { error: `${name}: ${message}` };
	}
}

export function loginWithNodePostgres(url: string): Promise<Result> {
	return resultOf(async () => {
		const client = new Client({ connectionString: url });
		client.on("error", () => {});
		try {
			await client.connect();
			const { rows } = await client.query({
				text: "SELECT current_user, current_database()",
				rowMode: "array",
			});
			return rows[0] as string[];
		} finally {
			await client.end();
		}
	});
}

/** What node-redis and ioredis are given in code: the URL cannot say it. */
function tlsIn(caFile: string) {
	return {
		ca: readFileSync(caFile, "utf8"),
		checkServerIdentity: () => undefined,
	};
}

export function loginWithNodeRedis(
	url: string,
	caFile: string,
): Promise<Result> {
	return resultOf(async () => {
		const client = createRedisClient({
			url,
			socket: { tls: true, ...tlsIn(caFile), reconnectStrategy: false },
		});
		client.on("error", () => {});
		try {
			await client.connect();
			return [await client.ping()];
		} finally {
			client.destroy();
		}
	});
}

export function loginWithIoredis(url: string, caFile: string): Promise<Result> {
	return resultOf(async () => {
		const client = new Redis(url, {
			tls: tlsIn(caFile),
			lazyConnect: true,
			retryStrategy: () => null,
			maxRetriesPerRequest: 0,
			enableReadyCheck: false,
			disconnectTimeout: 0,
		});
		let lost: Error | undefined;
		client.on("error", (error) => {
			lost ??= error;
		});
		try {
			await client.connect();
			return [await client.ping()];
		} catch (error) {
			throw lost ?? error;
		} finally {
			client.disconnect();
		}
	});
}

export function loginToClickhouse(url: string, ca: string): Promise<Result> {
	return resultOf(async () => {
		const client = createClickhouseClient({
			url,
			http_agent: new Agent({ ca }),
			log: { level: ClickHouseLogLevel.OFF },
		});
		try {
			const answer = await client.query({
				query: "SELECT 1",
				format: "TabSeparated",
			});
			return [(await answer.text()).trim()];
		} finally {
			await client.close();
		}
	});
}
