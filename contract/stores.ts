/** The data stores that a platform has by name, and what each gives to whoever binds it. */
import { z } from "zod";
import { perEnvironment } from "./environments.ts";
import { kindOf } from "./in-words.ts";
import { choices } from "./nearest.ts";
import { shownName } from "./printable.ts";
import { databaseName, kebabName } from "./shapes.ts";

const postgresSizing = z.strictObject({
	tier: z.string(),
	availability: z.enum(["ZONAL", "REGIONAL"]),
	diskGb: z.number().int().min(10),
	diskLimitGb: z.number().int().min(10),
	backups: z.number().int().min(1),
	/** Point-in-time recovery; the ENTERPRISE edition allows 7 at most. */
	recoveryDays: z.number().int().min(1).max(7),
	maxConnections: z.number().int().min(50),
});

const redisSizing = z.strictObject({
	tier: z.enum(["BASIC", "STANDARD_HA"]),
	memoryGb: z.number().int().min(1),
});

/** What a small platform starts with. */
const smallPostgres = {
	staging: {
		tier: "db-g1-small",
		availability: "ZONAL" as const,
		diskGb: 10,
		diskLimitGb: 100,
		backups: 7,
		recoveryDays: 3,
		maxConnections: 100,
	},
	production: {
		tier: "db-custom-2-7680",
		availability: "REGIONAL" as const,
		diskGb: 20,
		diskLimitGb: 500,
		backups: 30,
		recoveryDays: 7,
		maxConnections: 400,
	},
};
const smallRedis = {
	staging: { tier: "BASIC" as const, memoryGb: 1 },
	production: { tier: "STANDARD_HA" as const, memoryGb: 1 },
};

/** A data store. What it is called in the contract is what its resources are called in the program. */
export const store = z.discriminatedUnion(
	"kind",
	[
		/** A Cloud SQL instance of its own, with one database and two logins of which one is live and the other idle. */
		z.strictObject({
			kind: z.literal("postgres"),
			/** The database's name; the logins' and the owner role's begin with it, so no two stores share it. */
			database: databaseName,
			/** @default a small instance in staging, a replicated one with two cores in production */
			sizing: perEnvironment(postgresSizing).default(smallPostgres),
		}),
		/** A Memorystore instance, with AUTH and TLS. */
		z.strictObject({
			kind: z.literal("redis"),
			/** @default 1 GB, replicated in production */
			sizing: perEnvironment(redisSizing).default(smallRedis),
		}),
		/** Somebody else's ClickHouse: the stack file says where it is and whose login to use. */
		z.strictObject({
			kind: z.literal("clickhouse"),
			/** The id of the secret that holds the login's password. */
			passwordSecret: kebabName,
		}),
		/** A Cloud Storage bucket, which the services that bind it read and write. */
		z.strictObject({
			kind: z.literal("bucket"),
			/** For an application that speaks S3: an account of the bucket's own, with a key of S3's kind. */
			hmac: z.literal(true).optional(),
		}),
	],
	{
		error: ({ code, input }) =>
			code === "invalid_union" ? kindProblem(input) : undefined,
	},
);

function kindProblem(input: unknown): string {
	const { kind } = (input ?? {}) as { kind?: unknown };
	const known: string[] = Object.keys(attributesOf);
	return typeof kind === "string"
		? `is '${shownName(kind)}'; ${choices(kind, known)}`
		: `is ${kindOf(kind)}; there are ${known.join(", ")}`;
}

export type Store = z.infer<typeof store>;
export type StoreKind = Store["kind"];
export type StoreOf<Kind extends StoreKind> = Extract<Store, { kind: Kind }>;
export type PostgresSizing = z.infer<typeof postgresSizing>;
export type RedisSizing = z.infer<typeof redisSizing>;

/**
 * What a store of each kind gives. ClickHouse's password is a secret of its own; `endpoint` and `native` are its HTTPS
 * and its native address for whoever takes the login apart from them, as Langfuse does. A bucket without `hmac` has no key.
 */
export const attributesOf = {
	postgres: ["url", "host", "port", "name", "user", "password", "ca"],
	redis: ["url", "host", "port", "password", "ca"],
	clickhouse: ["url", "endpoint", "native", "host", "port", "name", "user"],
	bucket: ["name", "endpoint", "region", "access-key-id", "secret-access-key"],
} as const satisfies Record<StoreKind, readonly string[]>;

export type StoreAttribute = (typeof attributesOf)[StoreKind][number];

/** The drivers that read a store's URL; each has a form of its own. A ClickHouse URL has one form for all. */
export const driversOf = {
	postgres: [
		"sqlalchemy-asyncpg",
		"asyncpg",
		"libpq",
		"sqlalchemy-psycopg2",
		"node-postgres",
		"node-postgres-whatwg",
		"prisma",
		"jdbc",
	],
	redis: ["redis-py", "kombu", "ioredis", "node-redis"],
	clickhouse: [],
	bucket: [],
} as const satisfies Record<StoreKind, readonly string[]>;

/** A driver that reads a PostgreSQL URL. */
export type DatabaseDriver = (typeof driversOf)["postgres"][number];
/** A driver that reads a Redis URL. */
export type RedisDriver = (typeof driversOf)["redis"][number];

/** Where a store that this stack makes answers: PostgreSQL's own port on Cloud SQL, the one for TLS on Memorystore. */
export const ports = { postgres: 5432, redis: 6378 } as const satisfies Partial<
	Record<StoreKind, number>
>;

/** Reads, lists, writes and deletes objects; changes neither the bucket nor who may use it. */
export const bucketUserRole = "roles/storage.objectUser";

/** Attributes that a bucket with `hmac` alone has. */
export const keyAttributes: readonly StoreAttribute[] = [
	"access-key-id",
	"secret-access-key",
];

/**
 * Where S3's protocol is spoken, and the region that goes with it.
 * @see https://cloud.google.com/storage/docs/interoperability
 */
export const s3 = {
	endpoint: "https://storage.googleapis.com",
	region: "auto",
} as const;
/** The drivers whose Redis URL names the file of the authorities; the others are given them in code. */
const redisDriversWithFile = [
	"redis-py",
	"kombu",
] as const satisfies readonly RedisDriver[];
export type RedisDriverWithFile = (typeof redisDriversWithFile)[number];

export function namesAuthorities(
	driver: string | undefined,
): driver is RedisDriverWithFile {
	return redisDriversWithFile.some((each) => each === driver);
}
