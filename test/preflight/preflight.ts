/** Runs preflight as a container would, and makes the variables that a service gets. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { bindingsFor } from "../../contract/bindings.ts";
import {
	type Checklist,
	checklistVariable,
	readChecklist,
} from "../../contract/checklist.ts";
import {
	clickhouseUrl,
	databaseUrl,
	redisUrl,
} from "../../contract/connection-strings.ts";
import { type Environment, environments } from "../../contract/environments.ts";
import { platform } from "../../contract/platform.ts";
import type { Platform, SecretContract } from "../../contract/schema.ts";
import { checklistOf } from "../../contract/service-checklist.ts";
import type { DatabaseDriver, RedisDriver } from "../../contract/stores.ts";
import { secondKey } from "../../policies/shipped-key.ts";

export type Variables = Record<string, string>;

/** The logins that a service's variables are made of. */
export type Logins = {
	postgres: {
		user: string;
		password: string;
		database: string;
		via: { socket: string } | { host: string; port: number; caFile: string };
	};
	redis: {
		host: string;
		port: number;
		password: string;
		caFile: string;
		/** PEM. */
		authorities: string;
	};
	clickhouse: {
		host: string;
		port: number;
		user: string;
		password: string;
		database: string;
	};
};

/** Everything that a service gets in an environment; keys are random. */
export function variablesOf(
	service: string,
	environment: Environment,
	logins: Logins,
): Variables {
	const { plain, secrets } = bindingsFor(platform, service, environment);
	const values = new Map(
		platform.secrets.map((each) => [each.id, secretValue(each, logins)]),
	);
	return {
		...Object.fromEntries(
			plain.map(({ variable, value }) => [variable, value]),
		),
		...Object.fromEntries(
			secrets.map(({ variable, secret }) => [
				variable,
				values.get(secret) ?? "",
			]),
		),
		// A test's file ends in the path that the container has it at.
		NETRA_MOUNTED_FILES: logins.redis.caFile,
	};
}

function secretValue({ source }: SecretContract, logins: Logins): string {
	const { postgres, redis, clickhouse } = logins;
	switch (source.from) {
		case "database.url":
			return databaseUrl(source.driver as DatabaseDriver, postgres as never);
		case "database.host":
			return "socket" in postgres.via ? postgres.via.socket : postgres.via.host;
		case "database.port":
			return "socket" in postgres.via ? "5432" : String(postgres.via.port);
		case "database.name":
			return postgres.database;
		case "database.user":
			return postgres.user;
		case "database.password":
			return postgres.password;
		case "redis.url":
			return redisUrl(source.driver as RedisDriver, redis);
		case "redis.ca":
			return redis.authorities;
		case "clickhouse.url":
			return clickhouseUrl(clickhouse);
		case "generated":
			return source.encoding === "fernet"
				? Buffer.from(randomBytes(16).toString("hex"))
						.toString("base64")
						.replaceAll("+", "-")
						.replaceAll("/", "_")
				: randomBytes(32).toString("hex");
		case "constant":
			return source.value;
		case "external":
			return `${randomBytes(20).toString("hex")}${source.endsIn ?? ""}`;
		default:
			throw new Error(`no value for ${source.from}`);
	}
}

/** The checklist of a service, as preflight reads it from its job. */
export function checklistIn(
	service: string,
	environment: Environment,
	contract: Platform = platform,
): Checklist {
	const made = checklistOf(contract, secondKey, service, environment);
	const read = readChecklist(JSON.stringify(made));
	if ("fact" in read) {
		throw new Error(read.fact);
	}
	return read;
}

/** What a job brings beside the service's variables; nothing where there is no such service. */
function broughtBy([, service = "", name]: readonly string[]): Variables {
	const environment = environments.find((each) => each === name);
	return environment === undefined || !Object.hasOwn(platform.services, service)
		? {}
		: {
				[checklistVariable]: JSON.stringify(checklistIn(service, environment)),
			};
}

const folder = fileURLToPath(new URL("../../preflight", import.meta.url));

/**
 * Starts preflight with these variables and no others, but the shipped contract's checklist and where Node.js keeps what
 * it compiled.
 * @param program @default the sources
 */
export function spawnPreflight(
	args: readonly string[],
	variables: Variables,
	program = folder,
): ChildProcess {
	return spawn(process.execPath, ["--no-warnings", program, ...args], {
		env: {
			NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
			...broughtBy(args),
			...variables,
		},
		stdio: ["ignore", "pipe", "pipe"],
	});
}

export type Report = {
	code: number | null;
	/** What it printed, line by line. */
	lines: string[];
	/** Where bugs go; empty in every test. */
	errors: string;
};

/** Runs preflight until it ends by itself: a connection left open would keep it. */
export async function runPreflight(
	args: readonly string[],
	variables: Variables,
	program = folder,
): Promise<Report> {
	const child = spawnPreflight(args, variables, program);
	let output = "";
	let errors = "";
	child.stdout?.setEncoding("utf8").on("data", (chunk) => {
		output += chunk;
	});
	child.stderr?.setEncoding("utf8").on("data", (chunk) => {
		errors += chunk;
	});
	const [code] = await once(child, "close");
	return { code, lines: output.trim().split("\n"), errors };
}

/** Lines with the number of attempts left open, where chance decides it: at least two. */
export function withoutAttempts(lines: readonly string[]): string[] {
	return lines.map((line) =>
		line.replace(/, (?:[2-9]|\d\d+) attempts:/, ", several attempts:"),
	);
}
