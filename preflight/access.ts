/** Reads connection strings, each in the one form that its driver takes, into what is needed to log in. */
import {
	ConnectionStringError,
	clickhouseEndpoint,
	clickhouseNative,
	clickhouseUrl,
	type DatabaseLogin,
	databaseUrl,
	redisUrl,
} from "../contract/connection-strings.ts";
import type { DatabaseDriver, RedisDriver } from "../contract/stores.ts";

export type RedisAccess = {
	host: string;
	port: number;
	password: string;
	/** Where the driver looks for the authorities; only redis-py's and kombu's URL say it. */
	caFile: string | undefined;
};

export type ClickhouseAccess = {
	host: string;
	port: number;
	user: string;
	password: string;
	database: string;
};

/** A value that is not in the form that its reader takes. The message ends a sentence, and repeats nothing of the value. */
export class FormError extends Error {
	override name = "FormError";
}

/**
 * Reads `DATABASE_URL` as the contract's driver does.
 * @param rootCertificates the value of `PGSSLROOTCERT`, by which SQLAlchemy with asyncpg learns its authorities
 * @throws {FormError} for every URL that the builder would not have made.
 */
export function readDatabaseUrl(
	driver: DatabaseDriver,
	url: string,
	rootCertificates: string | undefined,
): DatabaseLogin {
	const forms = [
		{ socket: driver === "jdbc" ? "/FOLDER/INSTANCE:NAME" : "/FOLDER" },
		{ host: "HOST", port: 5432, caFile: "FILE" },
	]
		.flatMap(
			(via) =>
				rebuilt(() =>
					databaseUrl(driver, {
						user: "USER",
						password: "PASSWORD",
						database: "DATABASE",
						via: via as DatabaseLogin["via"],
					}),
				) ?? [],
		)
		.join(" or ");
	const parts = partsOf(url);
	if (parts === undefined) {
		throw wrongForm(driver, forms, url);
	}
	const { user, password, host, port, path, query } = parts;
	const database = query.get("database") ?? query.get("dbname") ?? decode(path);
	const socket = query.get("host") ?? query.get("unixSocketPath");
	const caFile = query.get("sslrootcert") ?? rootCertificates;
	if (socket === undefined && caFile === undefined) {
		throw new FormError(
			`says where to connect over TLS, but no variable PGSSLROOTCERT names the authorities' file`,
		);
	}
	const login: DatabaseLogin = {
		user,
		password,
		database,
		via:
			socket === undefined ? { host, port, caFile: caFile ?? "" } : { socket },
	};
	if (rebuilt(() => databaseUrl(driver, login)) !== url) {
		throw wrongForm(driver, forms, url);
	}
	return login;
}

/**
 * Reads `REDIS_URL` as the contract's driver does.
 * @throws {FormError} for every URL that the builder would not have made.
 */
export function readRedisUrl(driver: RedisDriver, url: string): RedisAccess {
	const form = redisUrl(driver, {
		host: "HOST",
		port: 6378,
		password: "PASSWORD",
		caFile: "FILE",
	});
	const parts = partsOf(url);
	if (parts === undefined) {
		throw wrongForm(driver, form, url);
	}
	const { host, port, password, query } = parts;
	const caFile = query.get("ssl_ca_certs");
	const login = { host, port, password, caFile: caFile ?? "" };
	if (rebuilt(() => redisUrl(driver, login)) !== url) {
		throw wrongForm(driver, form, url);
	}
	return { host, port, password, caFile };
}

/**
 * Reads `CLICKHOUSE_URL`.
 * @throws {FormError} for every URL that the builder would not have made.
 */
export function readClickhouseUrl(url: string): ClickhouseAccess {
	const form = clickhouseUrl({
		host: "HOST",
		port: 8443,
		user: "USER",
		password: "PASSWORD",
		database: "DATABASE",
	});
	const parts = partsOf(url);
	if (parts === undefined) {
		throw wrongForm("ClickHouse", form, url);
	}
	const { host, port, user, password, path } = parts;
	const access = { host, port, user, password, database: decode(path) };
	if (rebuilt(() => clickhouseUrl(access)) !== url) {
		throw wrongForm("ClickHouse", form, url);
	}
	return access;
}

/** Reads ClickHouse's address without a login: `https://HOST:PORT`. */
export function readClickhouseEndpoint(
	url: string,
): Pick<ClickhouseAccess, "host" | "port"> {
	return addressIn(url, 8443, clickhouseEndpoint);
}

/** Reads ClickHouse's native address: `clickhouse://HOST:PORT`. */
export function readClickhouseNative(
	url: string,
): Pick<ClickhouseAccess, "host" | "port"> {
	return addressIn(url, 9440, ({ host, port }) =>
		clickhouseNative({ host, nativePort: port }),
	);
}

/** @throws {FormError} for every URL that is not built from host and port alone. */
function addressIn(
	url: string,
	port: number,
	build: (address: { host: string; port: number }) => string,
): { host: string; port: number } {
	const found =
		/^[a-z]+:\/\/(?<host>\[[^\]]*\]|[^:/?#@]*):(?<port>\d{1,5})$/.exec(
			url,
		)?.groups;
	const address = {
		host: (found?.host ?? "").replace(/^\[(.*)\]$/, "$1"),
		port: Number(found?.port),
	};
	if (rebuilt(() => build(address)) !== url) {
		throw wrongForm("ClickHouse", build({ host: "HOST", port }), url);
	}
	return address;
}

const urlParts =
	/^(?:jdbc:)?[a-z0-9+]+:\/\/(?:(?<user>[^:@/?#]*):(?<password>[^:@/?#]*)@)?(?:(?<host>\[[^\]]*\]|[^:/?#]*):(?<port>\d{1,5})|localhost)?\/(?<path>[^?#]*)(?:\?(?<query>[^#]*))?$/;

/** The parts of a URL, decoded except for the path. JDBC has the login among the parameters. */
function partsOf(url: string) {
	const found = urlParts.exec(url)?.groups;
	if (found === undefined) {
		return undefined;
	}
	const { user, password, host, port, path } = found;
	const query = parametersIn(found.query);
	return {
		user: user === undefined ? (query.get("user") ?? "") : decode(user),
		password:
			password === undefined ? (query.get("password") ?? "") : decode(password),
		host: (host ?? "").replace(/^\[(.*)\]$/, "$1"),
		port: Number(port ?? 0),
		path: path ?? "",
		query,
	};
}

function parametersIn(query = ""): ReadonlyMap<string, string> {
	return new Map(
		query.split("&").map((pair): [string, string] => {
			const [name = "", value = ""] = pair.split("=");
			return [name, decode(value)];
		}),
	);
}

/** What cannot be decoded stays as it is; the comparison with the rebuilt URL then finds it. */
function decode(text = ""): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function rebuilt(build: () => string): string | undefined {
	try {
		return build();
	} catch (error) {
		if (error instanceof ConnectionStringError) {
			return undefined;
		}
		throw error;
	}
}

/** Names that a near-miss of a URL may hold. Others could be part of a password, and are not repeated. */
const knownParameters =
	/[?&](host|port|ssl|sslmode|sslrootcert|sslcert|sslkey|uselibpqcompat|unixSocketPath|cloudSqlInstance|socketFactory|ssl_cert_reqs|ssl_ca_certs|ssl_check_hostname)=/g;

function wrongForm(reader: string, form: string, url: string): FormError {
	const found = [...url.matchAll(knownParameters)].map((match) => match[1]);
	const scheme =
		/^((?:jdbc:)?postgres(?:ql)?(?:\+[a-z0-9]{1,10})?|rediss?|https?|clickhouse):\/\//.exec(
			url,
		)?.[1];
	const parameters =
		found.length === 0
			? "no known parameters"
			: `parameters ${found.join(", ")}`;
	return new FormError(
		`is not in the form that ${reader} reads, ${form}; found ${scheme ?? "no known"} scheme, ${parameters}`,
	);
}
