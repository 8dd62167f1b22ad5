/** Which logins a service's variables give, where they agree with each other. */
import { serviceContract } from "../contract/bindings.ts";
import type { DatabaseLogin } from "../contract/connection-strings.ts";
import type {
	Environment,
	Platform,
	SecretContract,
	SecretSource,
} from "../contract/schema.ts";
import { valueProblems } from "../contract/value-rules.ts";
import {
	type ClickhouseAccess,
	FormError,
	type RedisAccess,
	readClickhouseUrl,
	readDatabaseUrl,
	readRedisUrl,
} from "./access.ts";
import {
	contentOf,
	requireCertificates,
	requireSameFile,
} from "./authorities.ts";
import { type Expectation, expectationsOf } from "./expectations.ts";
import { valueFix } from "./remedies.ts";
import type { Problem } from "./variable-rules.ts";

/** A login, and the variable that gave it. */
export type Given<T> = { variable: string; secretId: string; login: T };

export type Access = {
	postgres?: Given<DatabaseLogin>;
	/** `authorities` is the content of the secret, PEM. */
	redis?: Given<RedisAccess & { authorities: string }>;
	clickhouse?: Given<ClickhouseAccess>;
};

type Bound = { variable: string; secretId: string; contract: SecretContract };

/**
 * Reads the logins of the dependencies that a service needs.
 * @param unusable variables that are missing or wrong; a login that needs one of them is left out without a word
 */
export function readAccess(
	platform: Platform,
	service: string,
	environment: Environment | undefined,
	variables: NodeJS.ProcessEnv,
	unusable: ReadonlySet<string>,
): { access: Access; problems: Problem[] } {
	const bound = expectationsOf(platform, service, environment).flatMap(
		({ variable, secret }: Expectation): Bound[] =>
			secret === undefined || unusable.has(variable)
				? []
				: [{ variable, ...secret }],
	);
	const problems: Problem[] = [];
	const reader = new Reader(bound, variables, environment, problems);
	const { needs } = serviceContract(platform, service);
	const postgres = needs.includes("postgres") ? reader.postgres() : undefined;
	const redis = needs.includes("redis") ? reader.redis() : undefined;
	const clickhouse = needs.includes("clickhouse")
		? reader.clickhouse()
		: undefined;
	return {
		access: {
			...(postgres === undefined ? {} : { postgres }),
			...(redis === undefined ? {} : { redis }),
			...(clickhouse === undefined ? {} : { clickhouse }),
		},
		problems,
	};
}

/** Finds variables by the source of their secret, never by name, and notes what is wrong with them. */
class Reader {
	readonly #bound: Bound[];
	readonly #variables: NodeJS.ProcessEnv;
	readonly #environment: Environment | undefined;
	readonly #problems: Problem[];

	constructor(
		bound: Bound[],
		variables: NodeJS.ProcessEnv,
		environment: Environment | undefined,
		problems: Problem[],
	) {
		this.#bound = bound;
		this.#variables = variables;
		this.#environment = environment;
		this.#problems = problems;
	}

	postgres(): Access["postgres"] {
		const url = this.#find("database.url");
		if (url?.contract.source.from !== "database.url") {
			return undefined;
		}
		const { driver } = url.contract.source;
		const login = this.#read(url, (value) => {
			const read = readDatabaseUrl(
				driver,
				value,
				this.#variables.PGSSLROOTCERT,
			);
			if (read.via.caFile !== undefined) {
				contentOf(
					read.via.caFile,
					"needs the authorities' certificates in a file",
				);
			}
			return read;
		});
		if (login === undefined) {
			return undefined;
		}
		const parts: [SecretSource["from"], string, string][] = [
			["database.host", "host", login.via.socket ?? login.via.host],
			["database.port", "port", String(login.via.port ?? 5432)],
			["database.name", "database", login.database],
			["database.user", "user", login.user],
			["database.password", "password", login.password],
		];
		for (const [from, what, expected] of parts) {
			this.#compare(url, from, what, expected);
		}
		return { ...url, login };
	}

	redis(): Access["redis"] {
		const url = this.#find("redis.url");
		const authorities = this.#find("redis.ca");
		if (
			url?.contract.source.from !== "redis.url" ||
			authorities === undefined
		) {
			return undefined;
		}
		const { driver } = url.contract.source;
		const login = this.#read(url, (value) => readRedisUrl(driver, value));
		const pem = this.#read(authorities, (value) => {
			requireCertificates(value);
			if (login?.caFile !== undefined) {
				requireSameFile(login.caFile, value);
			}
			return value;
		});
		return login === undefined || pem === undefined
			? undefined
			: { ...url, login: { ...login, authorities: pem } };
	}

	clickhouse(): Access["clickhouse"] {
		const url = this.#find("clickhouse.url");
		const login = url && this.#read(url, readClickhouseUrl);
		return url === undefined || login === undefined
			? undefined
			: { ...url, login };
	}

	#find(from: SecretSource["from"]): Bound | undefined {
		return this.#bound.find(({ contract }) => contract.source.from === from);
	}

	#read<T>(bound: Bound, read: (value: string) => T): T | undefined {
		try {
			const result = read(this.#variables[bound.variable] ?? "");
			const password = (result as { password?: string }).password;
			const [weak] =
				password === undefined ? [] : valueProblems(password, "password", true);
			if (weak !== undefined) {
				throw new FormError(`holds a password that ${weak}`);
			}
			return result;
		} catch (error) {
			if (!(error instanceof FormError)) {
				throw error;
			}
			this.#note(bound, error.message);
			return undefined;
		}
	}

	/** The variable that holds one part must say what the URL says. */
	#compare(
		url: Bound,
		from: SecretSource["from"],
		what: string,
		expected: string,
	): void {
		const part = this.#find(from);
		if (part !== undefined && this.#variables[part.variable] !== expected) {
			this.#note(part, `differs from the ${what} in ${url.variable}`);
		}
	}

	#note({ variable, secretId, contract }: Bound, fact: string): void {
		const fix = valueFix(contract, secretId, this.#environment);
		this.#problems.push({ variable, secretId, fact, fix });
	}
}
