/** Which logins a service's variables give, in whatever form it takes them, where they agree with each other. */
import { bindingsFor } from "../contract/bindings.ts";
import type { DatabaseLogin } from "../contract/connection-strings.ts";
import type { Environment } from "../contract/environments.ts";
import type { Platform, SecretContract } from "../contract/schema.ts";
import {
	isStoreSource,
	type StoreSource,
	storeUse,
} from "../contract/sources.ts";
import type {
	DatabaseDriver,
	RedisDriver,
	StoreAttribute,
	StoreKind,
} from "../contract/stores.ts";
import { readBack } from "../contract/templates.ts";
import { valueProblems } from "../contract/value-rules.ts";
import {
	type ClickhouseAccess,
	FormError,
	type RedisAccess,
	readClickhouseEndpoint,
	readClickhouseNative,
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

/** A login to a store, and the variable that gave it: of several, the one with the password. */
export type Given<T> = {
	/** The store's name in the contract. */
	store: string;
	variable: string;
	secretId: string;
	login: T;
};

/** By the kind of the store; a service may bind several. */
export type Access = {
	postgres: Given<DatabaseLogin>[];
	/** `authorities` is the content of the secret, PEM. */
	redis: Given<RedisAccess & { authorities: string }>[];
	clickhouse: Given<ClickhouseAccess>[];
};

type Bound = {
	variable: string;
	secretId: string;
	contract: SecretContract;
	/** For a part of a composed value: what it says. @default the variable's value */
	part?: string;
};

/** Memorystore's port for TLS, and PostgreSQL's: for a service that leaves them to its driver. */
const defaultPorts = { postgres: 5432, redis: 6378 };

/**
 * Reads the logins to the stores that a service binds.
 * @param unusable variables that are missing or wrong; a login that needs one of them is left out without a word
 */
export function readAccess(
	platform: Platform,
	service: string,
	environment: Environment,
	variables: NodeJS.ProcessEnv,
	unusable: ReadonlySet<string>,
): { access: Access; problems: Problem[] } {
	const expected = expectationsOf(platform, service, environment);
	const problems: Problem[] = [];
	const reader = new Reader(
		platform,
		expected.flatMap(({ variable, secret }: Expectation): Bound[] =>
			secret === undefined ? [] : [{ variable, ...secret }],
		),
		filesOf(platform, service, environment),
		{ variables, environment, unusable, problems },
	);
	return {
		access: {
			postgres: (["socket", "tls"] as const).flatMap((way) =>
				reader.each("postgres", (store) => reader.postgres(store, way)),
			),
			redis: reader.each("redis", (store) => reader.redis(store)),
			clickhouse: reader.each("clickhouse", (store) =>
				reader.clickhouse(store),
			),
		},
		problems,
	};
}

/** The paths of a service's secret files, by the id of the secret in the contract. */
function filesOf(
	platform: Platform,
	service: string,
	environment: Environment,
): ReadonlyMap<string, string> {
	const { files } = bindingsFor(platform, service, environment);
	return new Map(files.map(({ path, secret }) => [secret, path]));
}

type Surroundings = {
	variables: NodeJS.ProcessEnv;
	environment: Environment;
	unusable: ReadonlySet<string>;
	problems: Problem[];
};

/** Finds variables by the source of their secret, never by name, and notes what is wrong with them. */
class Reader {
	readonly #platform: Platform;
	readonly #bound: readonly Bound[];
	readonly #files: ReadonlyMap<string, string>;
	readonly #given: Surroundings;

	constructor(
		platform: Platform,
		bound: readonly Bound[],
		files: ReadonlyMap<string, string>,
		given: Surroundings,
	) {
		this.#platform = platform;
		this.#bound = bound;
		this.#files = files;
		this.#given = given;
	}

	/** What is read of each store of a kind. */
	each<T>(kind: StoreKind, read: (store: string) => T | undefined): T[] {
		return Object.entries(this.#platform.stores).flatMap(([name, store]) => {
			const login = store.kind === kind ? read(name) : undefined;
			return login === undefined ? [] : [login];
		});
	}

	/** @param way only what the contract has reach the store so; the other parts are of either */
	postgres(
		store: string,
		way: "socket" | "tls",
	): Given<DatabaseLogin> | undefined {
		// A template's host is the socket's.
		const isOnWay = ({ contract, part }: Bound) =>
			(part === undefined
				? storeUse(this.#platform, contract.source)?.via
				: "socket") === way;
		const urls = this.#all(store, "url").filter(isOnWay);
		const logins = urls.map((url) =>
			this.#read(url, (value) => this.#databaseUrl(url, value)),
		);
		if (urls.length > 0) {
			return this.#agreed(
				store,
				urls,
				logins,
				(login) => ({
					host: login.via.socket ?? login.via.host,
					port: String(login.via.port ?? defaultPorts.postgres),
					name: login.database,
					user: login.user,
					password: login.password,
				}),
				(part, attribute) => attribute !== "host" || isOnWay(part),
			);
		}
		const host = this.#all(store, "host").find(isOnWay);
		const [user, password] = (["user", "password"] as const).map((attribute) =>
			this.#part(store, attribute),
		);
		if (
			host === undefined ||
			user === undefined ||
			password === undefined ||
			this.#lacks(store, ["port", "name"])
		) {
			return undefined;
		}
		const via = this.#wayTo(store, host, way);
		const declared = this.#platform.stores[store];
		return (
			via &&
			this.#login(store, password, {
				user: this.#value(user),
				password: this.#value(password),
				database:
					this.#text(store, "name") ??
					(declared?.kind === "postgres" ? declared.database : ""),
				via,
			})
		);
	}

	#databaseUrl(url: Bound, value: string): DatabaseLogin {
		const read = readDatabaseUrl(
			sourceOf(url).driver as DatabaseDriver,
			value,
			this.#given.variables.PGSSLROOTCERT,
		);
		if (read.via.caFile !== undefined) {
			requireCertificates(
				contentOf(
					read.via.caFile,
					"needs the authorities' certificates in a file",
				),
			);
		}
		return read;
	}

	/** The way to a host that is given alone; over TLS with the file that the service has of the store's certificates. */
	#wayTo(
		store: string,
		host: Bound,
		way: "socket" | "tls",
	): DatabaseLogin["via"] | undefined {
		if (way === "socket") {
			return { socket: this.#value(host) };
		}
		const secret = this.#platform.secrets.find(
			({ id, source }) => source.from === `${store}.ca` && this.#files.has(id),
		);
		const caFile = secret && this.#files.get(secret.id);
		if (secret === undefined || caFile === undefined) {
			return undefined;
		}
		return this.#try(
			{ variable: caFile, secretId: secret.id, contract: secret },
			() => {
				requireCertificates(contentOf(caFile, "is not mounted"));
				const port = this.#text(store, "port") ?? defaultPorts.postgres;
				return { host: this.#value(host), port: Number(port), caFile };
			},
		);
	}

	redis(
		store: string,
	): Given<RedisAccess & { authorities: string }> | undefined {
		const urls = this.#all(store, "url");
		const logins = urls.map((url) =>
			this.#read(url, (value) =>
				readRedisUrl(sourceOf(url).driver as RedisDriver, value),
			),
		);
		const login =
			urls.length > 0
				? this.#agreed(store, urls, logins, ({ host, port, password }) => ({
						host,
						port: String(port),
						password,
					}))
				: this.#redisParts(store);
		const authorities = this.#authorities(store, login?.login.caFile);
		return login === undefined || authorities === undefined
			? undefined
			: { ...login, login: { ...login.login, authorities } };
	}

	#redisParts(store: string): Given<RedisAccess> | undefined {
		const host = this.#part(store, "host");
		const password = this.#part(store, "password");
		if (
			host === undefined ||
			password === undefined ||
			this.#lacks(store, ["port"])
		) {
			return undefined;
		}
		return this.#login(store, password, {
			host: this.#value(host),
			port: Number(this.#text(store, "port") ?? defaultPorts.redis),
			password: this.#value(password),
			caFile: undefined,
		});
	}

	clickhouse(store: string): Given<ClickhouseAccess> | undefined {
		const urls = this.#all(store, "url");
		const logins = urls.map((url) => this.#read(url, readClickhouseUrl));
		const address = this.#clickhouseAddress(
			store,
			new Map(
				urls.flatMap((url, index): [Bound, string][] => {
					const login = logins[index];
					return login === undefined ? [] : [[url, login.host]];
				}),
			),
		);
		if (urls.length > 0) {
			return this.#agreed(store, urls, logins, (login) => ({
				host: login.host,
				port: String(login.port),
				name: login.database,
				user: login.user,
				password: login.password,
			}));
		}
		const [user, password] = (["user", "password"] as const).map((attribute) =>
			this.#part(store, attribute),
		);
		return address && user && password && !this.#lacks(store, ["name"])
			? this.#login(store, password, {
					...address,
					user: this.#value(user),
					password: this.#value(password),
					database: this.#text(store, "name") ?? clickhouseDefaultDatabase,
				})
			: undefined;
	}

	/**
	 * Where ClickHouse is, for whoever takes the login apart; every variable that says it must say the same.
	 * @param hosts those of the URLs with a login
	 */
	#clickhouseAddress(
		store: string,
		hosts: Map<Bound, string>,
	): Pick<ClickhouseAccess, "host" | "port"> | undefined {
		const read = (
			attribute: StoreAttribute,
			form: typeof readClickhouseNative,
		) =>
			this.#all(store, attribute).flatMap((bound) => {
				const address = this.#read(bound, form);
				if (address !== undefined) {
					hosts.set(bound, address.host);
				}
				return address ?? [];
			});
		const [endpoint] = read("endpoint", readClickhouseEndpoint);
		read("native", readClickhouseNative);
		// Beside a URL with a login, the host has been compared with it already.
		for (const bound of this.#all(store, "url").length === 0
			? this.#all(store, "host")
			: []) {
			hosts.set(bound, this.#value(bound));
		}
		const [first, ...others] = [...hosts];
		for (const [bound, host] of others) {
			if (first !== undefined && host !== first[1]) {
				this.#note(bound, `differs from the host in ${first[0].variable}`);
			}
		}
		const [host, port] = (["host", "port"] as const).map((attribute) =>
			this.#text(store, attribute),
		);
		return (
			endpoint ??
			(host !== undefined && port !== undefined
				? { host, port: Number(port) }
				: undefined)
		);
	}

	/** The first URL's login, if all are readable; each other variable of the store must say the same. */
	#agreed<T extends object>(
		store: string,
		urls: readonly Bound[],
		logins: readonly (T | undefined)[],
		partsOf: (login: T) => Partial<Record<StoreAttribute, string>>,
		isPart: (part: Bound, attribute: StoreAttribute) => boolean = () => true,
	): Given<T> | undefined {
		const [url] = urls;
		const [login] = logins;
		if (url === undefined || login === undefined) {
			return undefined;
		}
		const parts = Object.entries(partsOf(login)) as [StoreAttribute, string][];
		for (const [index, other] of logins.slice(1).entries()) {
			const theirs = other && partsOf(other);
			const differing = parts.find(
				([attribute, value]) => theirs && theirs[attribute] !== value,
			);
			if (differing !== undefined) {
				this.#note(
					urls[index + 1] as Bound,
					`differs from the ${nameOf(differing[0])} in ${url.variable}`,
				);
			}
		}
		for (const [attribute, value] of parts) {
			for (const part of this.#all(store, attribute).filter((each) =>
				isPart(each, attribute),
			)) {
				if (this.#value(part) !== value) {
					this.#note(
						part,
						`differs from the ${nameOf(attribute)} in ${url.variable}`,
					);
				}
			}
		}
		return this.#login(store, url, login);
	}

	#login<T>(store: string, { variable, secretId }: Bound, login: T): Given<T> {
		return { store, variable, secretId, login };
	}

	/** PEM, from the variable or the file that holds it. */
	#authorities(
		store: string,
		namedFile: string | undefined,
	): string | undefined {
		const bound = this.#part(store, "ca");
		if (bound === undefined && this.#lacks(store, ["ca"])) {
			return undefined;
		}
		if (bound !== undefined) {
			return this.#read(bound, (value) => {
				requireCertificates(value);
				if (namedFile !== undefined) {
					requireSameFile(namedFile, value);
				}
				return value;
			});
		}
		const secret = this.#platform.secrets.find(
			({ source }) => source.from === `${store}.ca`,
		);
		const path = secret && this.#files.get(secret.id);
		if (secret === undefined || path === undefined) {
			return undefined;
		}
		return this.#try(
			{ variable: path, secretId: secret.id, contract: secret },
			() => {
				const pem = contentOf(namedFile ?? path, "is not mounted");
				requireCertificates(pem);
				return pem;
			},
		);
	}

	/** The variables that hold an attribute of a store, those that can be used. */
	#all(store: string, attribute: StoreAttribute): Bound[] {
		return this.#holding(store, attribute).filter(
			({ variable }) => !this.#given.unusable.has(variable),
		);
	}

	#holding(store: string, attribute: StoreAttribute): Bound[] {
		const declared = this.#platform.stores[store];
		const password =
			attribute === "password" && declared?.kind === "clickhouse"
				? declared.passwordSecret
				: undefined;
		const name = `${store}.${attribute}`;
		return this.#bound.flatMap((bound): Bound[] => {
			const { id, source } = bound.contract;
			if (source.from === name || id === password) {
				return [bound];
			}
			if (source.from !== "template") {
				return [];
			}
			const parts = readBack(source.text, this.#value(bound));
			const part = parts?.get(name) ?? parts?.get(password ?? "");
			return part === undefined ? [] : [{ ...bound, part }];
		});
	}

	#part(store: string, attribute: StoreAttribute): Bound | undefined {
		return this.#all(store, attribute)[0];
	}

	/** The text of an attribute; undefined where the service does not take it from the store. */
	#text(store: string, attribute: StoreAttribute): string | undefined {
		const part = this.#part(store, attribute);
		return part && this.#value(part);
	}

	/** True if the service takes one of these and it can't be used. */
	#lacks(store: string, attributes: readonly StoreAttribute[]): boolean {
		return attributes.some(
			(attribute) =>
				this.#holding(store, attribute).length > 0 &&
				this.#part(store, attribute) === undefined,
		);
	}

	#value({ variable, part }: Bound): string {
		return part ?? this.#given.variables[variable] ?? "";
	}

	#read<T>(bound: Bound, read: (value: string) => T): T | undefined {
		return this.#try(bound, () => {
			const result = read(this.#value(bound));
			const password = (result as { password?: string }).password;
			const [weak] =
				password === undefined ? [] : valueProblems(password, "password", true);
			if (weak !== undefined) {
				throw new FormError(`holds a password that ${weak}`);
			}
			return result;
		});
	}

	#try<T>(bound: Bound, read: () => T): T | undefined {
		try {
			return read();
		} catch (error) {
			if (!(error instanceof FormError)) {
				throw error;
			}
			this.#note(bound, error.message);
			return undefined;
		}
	}

	#note({ variable, secretId, contract }: Bound, fact: string): void {
		const { environment, problems } = this.#given;
		const fix = valueFix(this.#platform, contract, secretId, environment);
		problems.push({ variable, secretId, fact, fix });
	}
}

/** The database of a session that names none. */
const clickhouseDefaultDatabase = "default";

/** What a message calls an attribute. */
const nameOf = (attribute: StoreAttribute) =>
	attribute === "name" ? "database" : attribute;

function sourceOf({ contract }: Bound): Partial<StoreSource> {
	return isStoreSource(contract.source) ? contract.source : {};
}
