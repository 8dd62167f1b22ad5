/**
 * Connection strings in the form that each driver reads; pure, and the only builder there is.
 *
 * Every part is percent-encoded, never form-encoded: drivers do not turn `+` back into a space. A socket URL
 * carries no TLS parameter, since Cloud SQL's socket is a plain one whose traffic is encrypted further on, and
 * drivers either fail on the parameter or apply it to the socket.
 */
import {
	type DatabaseDriver,
	namesAuthorities,
	type RedisDriver,
	type RedisDriverWithFile,
} from "./stores.ts";

/** A folder with PostgreSQL's socket in it, such as `/cloudsql/PROJECT:REGION:INSTANCE`. */
export type SocketAddress = {
	socket: string;
	host?: never;
	port?: never;
	caFile?: never;
};

/** A host that speaks TLS. */
export type TlsAddress = {
	/** A name or an IP address; IPv6 without brackets. */
	host: string;
	port: number;
	/**
	 * The PEM file, as the service sees it, of the authorities that may have signed the server's certificate.
	 * SQLAlchemy with asyncpg has no parameter for it: the service needs `PGSSLROOTCERT` with this path.
	 */
	caFile: string;
	socket?: never;
};

/** A login to a database, and the way there. */
export type DatabaseLogin = {
	user: string;
	password: string;
	database: string;
	via: SocketAddress | TlsAddress;
};

/** A value that no connection string can carry. The message names the part and never repeats a password. */
export class ConnectionStringError extends Error {
	override name = "ConnectionStringError";
}

type Parameter = [name: string, value: string];

/** Encodes one part of a URL. */
type Encoder = (what: string, value: string) => string;

/** What a driver's URL looks like beyond the parts that are the same for all. */
type DatabaseForm = {
	scheme: string;
	/** TLS parameters for a host, in the order in which they are written; undefined where none check what must be. */
	tls?: (caFile: string) => Parameter[];
	/** The host that stands before a socket's parameter, which wins over it. @default none */
	socketHost?: string;
	/** The path and the further parameters that name the database. @default the encoded name as the path */
	database?: (
		name: string,
		part: Encoder,
	) => { path: string; parameters?: string[] };
};

const libpqTls = (caFile: string): Parameter[] => [
	["sslmode", "verify-ca"],
	["sslrootcert", caFile],
];

function nodePostgresTls(caFile: string): Parameter[] {
	// Without `uselibpqcompat` it takes verify-ca for verify-full, which Cloud SQL's certificates fail.
	return [["uselibpqcompat", "true"], ...libpqTls(caFile)];
}

const databaseForms: Record<Exclude<DatabaseDriver, "jdbc">, DatabaseForm> = {
	"sqlalchemy-asyncpg": {
		scheme: "postgresql+asyncpg",
		// The dialect hands every parameter to asyncpg.connect(), which has no `sslmode` and no `sslrootcert`.
		tls: () => [["ssl", "verify-ca"]],
		database: sqlalchemyDatabase("database"),
	},
	asyncpg: { scheme: "postgresql", tls: libpqTls },
	libpq: { scheme: "postgresql", tls: libpqTls },
	"sqlalchemy-psycopg2": {
		scheme: "postgresql+psycopg2",
		tls: libpqTls,
		database: sqlalchemyDatabase("dbname"),
	},
	"node-postgres": {
		scheme: "postgres",
		tls: nodePostgresTls,
		database: nodePostgresDatabase,
	},
	// For code that gives the URL to a parser or validator first: WHATWG's refuses a login without a host.
	"node-postgres-whatwg": {
		scheme: "postgresql",
		socketHost: "localhost",
		tls: nodePostgresTls,
		database: nodePostgresDatabase,
	},
	/**
	 * By socket alone. With `sslaccept=strict` its engines check the server's name too, which no parameter turns off,
	 * and of the file that `sslcert` names they take the first authority; without it they check nothing
	 * (prisma-engines, quaint/src/connector/postgres: url.rs, native/mod.rs). They refuse an empty host.
	 */
	prisma: {
		scheme: "postgresql",
		socketHost: "localhost",
		database: prismaDatabase,
	},
};

/** SQLAlchemy up to 2.0 takes the path as it is, and 2.1 decodes it; a parameter is decoded by all. */
function sqlalchemyDatabase(parameter: string): DatabaseForm["database"] {
	return (name, part) => {
		const encoded = part("database name", name);
		return /^[\w-]+$/.test(name)
			? { path: encoded }
			: { path: "", parameters: [`${parameter}=${encoded}`] };
	};
}

/** Its parser decodes the path with `decodeURI`, which leaves some characters encoded: those stand as they are. */
function nodePostgresDatabase(name: string, part: Encoder): { path: string } {
	if (/[?#]/.test(name) || name === "." || name === "..") {
		refuse(
			"node-postgres",
			`its parser cannot read the database name '${name}' from a URL`,
			"choose a name of letters, digits, '_' and '-'",
		);
	}
	return {
		path: part("database name", name).replace(
			/%(?:2F|3A|40|26|3D|2B|24|2C|3B)/g,
			decodeURIComponent,
		),
	};
}

/** Its engines take the path as it is. */
function prismaDatabase(name: string, part: Encoder): { path: string } {
	requirePlainName("prisma", "its engines take", name);
	return { path: part("database name", name) };
}

/**
 * The URL by which a driver logs in to PostgreSQL.
 * @throws {ConnectionStringError} if a part is empty or cannot stand in a URL, if a socket comes with TLS parameters, or
 * if a host is given to a driver that cannot check its authorities.
 */
export function databaseUrl(
	driver: DatabaseDriver,
	login: DatabaseLogin,
): string {
	return driver === "jdbc" ? jdbcUrl(login) : loginUrl(driver, login);
}

function loginUrl(
	driver: keyof typeof databaseForms,
	{ user, password, database, via }: DatabaseLogin,
): string {
	const form = databaseForms[driver];
	const part = encoderFor(driver);
	const { tls } = form;
	if (via.socket === undefined && tls === undefined) {
		refuse(
			driver,
			"it checks a host's name, or nothing at all",
			"give it a socket",
		);
	}
	const { path, parameters = [] } = form.database?.(database, part) ?? {
		path: part("database name", database),
	};
	const query = [
		...(via.socket === undefined
			? written(part, tls?.(via.caFile) ?? [])
			: [`host=${socketIn(driver, via)}`]),
		...parameters,
	].join("&");
	const authority =
		via.socket === undefined
			? authorityOf(driver, via.host, via.port)
			: (form.socketHost ?? "");
	return `${form.scheme}://${part("user", user)}:${part("password", password)}@${authority}/${path}?${query}`;
}

/**
 * pgjdbc takes user and password as parameters only, and no socket: the factory of Google's library
 * `postgres-socket-factory` opens that (docs/jdbc.md of cloud-sql-jdbc-socket-factory, "Connection via Unix Sockets").
 * It asks for the instance even where it is given the socket, and adds the socket's name to the folder.
 */
function jdbcUrl({ user, password, database, via }: DatabaseLogin): string {
	const part = encoderFor("jdbc");
	const login: Parameter[] = [
		["user", user],
		["password", password],
	];
	const name = part("database name", database);
	if (via.socket === undefined) {
		const query = [
			...written(part, login),
			...written(part, libpqTls(via.caFile)),
		];
		return `jdbc:postgresql://${authorityOf("jdbc", via.host, via.port)}/${name}?${query.join("&")}`;
	}
	const socket = socketIn("jdbc", via);
	const instance = /(?<=\/)[^/:]+(?::[^/:]+)+$/.exec(via.socket)?.[0];
	if (instance === undefined) {
		refuse(
			"jdbc",
			`'${via.socket}' does not end in the instance's connection name`,
			"give a path such as /cloudsql/PROJECT:REGION:INSTANCE",
		);
	}
	const query = [
		`unixSocketPath=${socket}`,
		...written(part, [
			["cloudSqlInstance", instance],
			["socketFactory", "com.google.cloud.sql.postgres.SocketFactory"],
			...login,
		]),
	];
	return `jdbc:postgresql:///${name}?${query.join("&")}`;
}

/** Parameters as they stand in a query; a password is encoded whole, and a path stays readable. */
function written(part: Encoder, parameters: readonly Parameter[]): string[] {
	return parameters.map(([name, value]) =>
		name === "password" || name === "user"
			? `${name}=${part(name, value)}`
			: `${name}=${pathIn(part, name, value)}`,
	);
}

/**
 * The URL by which a driver logs in to Redis over TLS, to database 0.
 * @param login.caFile stands only in redis-py's and kombu's URL; the other drivers take the authorities in code
 * @throws {ConnectionStringError} if a part is empty or cannot stand in a URL.
 */
export function redisUrl(
	driver: RedisDriver,
	{
		host,
		port,
		password,
		caFile,
	}: { host: string; port: number; password: string; caFile: string },
): string {
	const part = encoderFor(driver);
	const url = `rediss://:${part("password", password)}@${authorityOf(driver, host, port)}/0`;
	// redis-py checks host names by default from version 6 on; Memorystore's certificate names an IP address.
	return namesAuthorities(driver)
		? `${url}?ssl_cert_reqs=${certificatesRequired[driver]}&ssl_ca_certs=${pathIn(part, "CA file", caFile)}&ssl_check_hostname=false`
		: url;
}

/**
 * kombu used to look the word up in Python's `ssl`, where `required` is none (comments on celery's pull request 5703);
 * redis-py knows only its own. kombu reads `ssl_check_hostname` as redis-py does from 5.5 on (its pull request 2229): before, it took
 * "false" for true.
 */
const certificatesRequired: Record<RedisDriverWithFile, string> = {
	"redis-py": "required",
	kombu: "CERT_REQUIRED",
};

/**
 * The URL by which clients reach ClickHouse's HTTPS interface. The port is always written: without it clients
 * choose 8123 in plain text, or 443.
 * @throws {ConnectionStringError} if a part is empty or cannot stand in a URL.
 */
export function clickhouseUrl({
	host,
	port,
	user,
	password,
	database,
}: {
	host: string;
	port: number;
	user: string;
	password: string;
	database: string;
}): string {
	const part = encoderFor("clickhouse");
	requirePlainName("clickhouse", "clients take", database);
	return `https://${part("user", user)}:${part("password", password)}@${authorityOf("clickhouse", host, port)}/${part("database name", database)}`;
}

/**
 * ClickHouse's HTTPS interface alone, for applications that take the login from other variables.
 * @throws {ConnectionStringError} if the host or the port is none.
 */
export function clickhouseEndpoint(address: {
	host: string;
	port: number;
}): string {
	return `https://${authorityOf("clickhouse", address.host, address.port)}`;
}

/**
 * ClickHouse's native interface over TLS, without a login. That it speaks TLS no part of the URL says: the port does,
 * and the application must be told (golang-migrate's `secure=true`, Langfuse's CLICKHOUSE_MIGRATION_SSL).
 * @throws {ConnectionStringError} if the host or the port is none.
 */
export function clickhouseNative(address: {
	host: string;
	nativePort: number;
}): string {
	return `clickhouse://${authorityOf("clickhouse", address.host, address.nativePort)}`;
}

function requirePlainName(driver: string, who: string, database: string) {
	if (!/^[\w-]*$/.test(database)) {
		refuse(
			driver,
			`${who} the database name '${database}' from a URL without decoding it`,
			"choose a name of letters, digits, '_' and '-'",
		);
	}
}

function refuse(driver: string, fact: string, remedy: string): never {
	throw new ConnectionStringError(
		`connection string for ${driver}: ${fact}; ${remedy}`,
	);
}

/** Encodes one part after another, and refuses what no encoding can carry. */
function encoderFor(driver: string): Encoder {
	return (what, value) => {
		if (value === "") {
			refuse(driver, `the ${what} is empty`, "give it a value");
		}
		if (/\p{Cc}/u.test(value) || !value.isWellFormed()) {
			refuse(
				driver,
				`the ${what} holds a character that cannot be printed`,
				"use printable characters only",
			);
		}
		return encodeURIComponent(value);
	};
}

/** A path within a query: `/` and `:` may stand there as they are, and people read them so. */
function pathIn(part: Encoder, what: string, path: string): string {
	return part(what, path).replaceAll("%2F", "/").replaceAll("%3A", ":");
}

/** The kernel's limit for the path of a socket, in bytes. */
const socketPathLimit = 107;

function socketIn(driver: DatabaseDriver, via: SocketAddress): string {
	const given = (["host", "port", "caFile"] as const).filter(
		(key) => via[key] !== undefined,
	);
	if (given.length > 0) {
		refuse(
			driver,
			`a socket comes with ${given.join(", ")}`,
			"give either { socket } or { host, port, caFile }",
		);
	}
	// Drivers split a list of hosts at commas, and take digits after a colon for a port.
	if (!/^\/[^,]*$/.test(via.socket) || /:\d+$/.test(via.socket)) {
		refuse(
			driver,
			`'${via.socket}' is no folder of a socket`,
			"give an absolute path without commas, such as /cloudsql/PROJECT:REGION:INSTANCE",
		);
	}
	const bytes = Buffer.byteLength(`${via.socket}/.s.PGSQL.5432`);
	if (bytes > socketPathLimit) {
		refuse(
			driver,
			`the socket in '${via.socket}' has a path of ${bytes} bytes, the system takes ${socketPathLimit}`,
			"shorten the socket root",
		);
	}
	return pathIn(encoderFor(driver), "socket", via.socket);
}

function authorityOf(driver: string, host: string, port: number): string {
	const isIpv6 = /^[0-9A-Fa-f]*:[0-9A-Fa-f:.]+$/.test(host);
	if (!isIpv6 && !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host)) {
		refuse(
			driver,
			"the host is neither a name nor an IP address",
			"give the host alone, without scheme, port or login",
		);
	}
	if (!Number.isInteger(port) || port < 1 || port > 65535) {
		refuse(driver, `${port} is no port`, "give a number from 1 to 65535");
	}
	return `${isIpv6 ? `[${host}]` : host}:${port}`;
}
