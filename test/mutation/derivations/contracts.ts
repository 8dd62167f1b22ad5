/** Small contracts that together have one of everything that is derived. Each is parsed when it is asked for. */
import { type Platform, parsePlatform } from "../../../contract/schema.ts";

const ca = "/etc/shop/ca.pem";
const size = { cpu: 1, memoryMib: 512, minInstances: 0 };

/** What every service has. */
const service = (host: string) => ({
	port: 8080,
	sizing: {
		staging: { ...size, maxInstances: 2 },
		production: { ...size, maxInstances: 6 },
	},
	startupPath: "/ready",
	publicHosts: {
		staging: [`${host}.staging.example.org`],
		production: [`${host}.example.org`],
	},
});

const environments = {
	staging: { project: "shop-staging" },
	production: { project: "shop-production" },
};

export const contracts = {
	/** A login in parts, by the socket. */
	parts: () =>
		parsePlatform({
			name: "shop",
			environments,
			stores: { orders: { kind: "postgres", database: "sales" } },
			services: {
				web: {
					...service("www"),
					poolPerInstance: 4,
					variables: {
						DB_HOST: { from: "orders.host" },
						DB_PORT: { from: "orders.port" },
						DB_NAME: { from: "orders.name" },
						DB_USER: { from: "orders.user" },
						DB_PASSWORD: { from: "orders.password" },
					},
				},
			},
		}),

	/** One database, by TLS, by the socket and by both. */
	ways: () =>
		parsePlatform({
			name: "shop",
			environments,
			stores: { orders: { kind: "postgres", database: "sales" } },
			services: {
				web: {
					...service("www"),
					poolPerInstance: 4,
					checkCommand: ["shop", "check"],
					secrets: { DATABASE_URL: "tls-url" },
					secretFiles: { [ca]: "orders-ca" },
				},
				worker: {
					...service("worker"),
					poolPerInstance: 2,
					variables: { DATABASE_URL: { from: "orders.url", driver: "prisma" } },
				},
				mail: {
					...service("mail"),
					poolPerInstance: 2,
					variables: {
						DATABASE_URL: { from: "orders.url", driver: "prisma" },
						DB_USER: { from: "orders.user" },
						DB_PASSWORD: { from: "orders.password" },
					},
					secrets: { DB_HOST: "tls-host", DB_ADDRESS: "tls-address" },
					secretFiles: { [ca]: "orders-ca" },
				},
			},
			secrets: [
				{
					id: "tls-url",
					source: {
						from: "orders.url",
						driver: "libpq",
						via: "tls",
						caFile: ca,
					},
					criticalIn: ["web"],
				},
				{
					id: "tls-host",
					source: { from: "orders.host", via: "tls" },
					criticalIn: ["mail"],
				},
				{
					id: "tls-address",
					source: {
						from: "template",
						text: "{orders.host}:{orders.port}",
						via: "tls",
					},
					criticalIn: ["mail"],
				},
				{
					id: "orders-ca",
					source: { from: "orders.ca" },
					criticalIn: ["web", "mail"],
				},
			],
		}),

	/** Two databases, of which one is a part of a template alone. */
	databases: () =>
		parsePlatform({
			name: "shop",
			environments,
			stores: {
				orders: { kind: "postgres", database: "sales" },
				archive: { kind: "postgres", database: "history" },
			},
			services: {
				web: {
					...service("www"),
					poolPerInstance: 4,
					variables: {
						DATABASE_URL: { from: "orders.url", driver: "sqlalchemy-asyncpg" },
					},
				},
				worker: {
					...service("worker"),
					poolPerInstance: 2,
					variables: {
						ARCHIVE: {
							from: "template",
							text: "postgresql://{archive.user}:{archive.password}@/{archive.name}?host={archive.host}",
						},
					},
				},
			},
		}),

	/** Two caches: a URL with its file beside another store, and parts in a template that is read as a file. */
	caches: () =>
		parsePlatform({
			name: "shop",
			environments,
			stores: {
				events: { kind: "clickhouse", passwordSecret: "events-password" },
				cache: { kind: "redis" },
				queue: { kind: "redis" },
			},
			services: {
				web: {
					...service("www"),
					variables: { EVENTS_URL: { from: "events.endpoint" } },
					secrets: { CACHE_URL: "cache-url" },
					secretFiles: { [ca]: "cache-ca" },
				},
				worker: {
					...service("worker"),
					secretFiles: {
						"/etc/shop/queue/settings.json": "settings",
						"/etc/shop/queue-ca/ca.pem": "queue-ca",
					},
				},
			},
			secrets: [
				{
					id: "events-password",
					source: { from: "external" },
					criticalIn: [],
				},
				{
					id: "cache-url",
					source: { from: "cache.url", driver: "redis-py", caFile: ca },
					criticalIn: ["web"],
				},
				{ id: "cache-ca", source: { from: "cache.ca" }, criticalIn: ["web"] },
				{ id: "queue-ca", source: { from: "queue.ca" }, criticalIn: [] },
				{
					id: "settings",
					source: {
						from: "template",
						text: '{"host":"{queue.host}","port":{queue.port},"password":"{queue.password}"}',
					},
					criticalIn: ["worker"],
				},
			],
		}),

	/** Somebody else's store, with the login whole and apart; images of others. */
	events: () =>
		parsePlatform({
			name: "shop",
			environments,
			stores: {
				events: { kind: "clickhouse", passwordSecret: "events-password" },
			},
			services: {
				web: {
					...service("www"),
					variables: { EVENTS: { from: "events.url" } },
				},
				worker: {
					...service("worker"),
					foreignImage: {
						repository: {
							staging: "docker.io/acme/worker",
							production: "docker.io/acme/worker-signed",
						},
						reason: "built by its makers",
					},
					variables: {
						EVENTS_URL: { from: "events.endpoint" },
						EVENTS_MIGRATION_URL: { from: "events.native" },
						EVENTS_USER: { from: "events.user" },
					},
					secrets: { EVENTS_PASSWORD: "events-password" },
				},
			},
			secrets: [
				{
					id: "events-password",
					source: { from: "external" },
					criticalIn: ["web", "worker"],
				},
			],
		}),

	/** A bucket with a key, and one without. */
	buckets: () =>
		parsePlatform({
			name: "shop",
			environments,
			stores: {
				uploads: { kind: "bucket", hmac: true },
				avatars: { kind: "bucket" },
			},
			services: {
				web: {
					...service("www"),
					variables: {
						S3_BUCKET: { from: "uploads.name" },
						S3_ENDPOINT: { from: "uploads.endpoint" },
						S3_REGION: { from: "uploads.region" },
						S3_KEY: { from: "uploads.access-key-id" },
						S3_SECRET: { from: "uploads.secret-access-key" },
					},
				},
				worker: {
					...service("worker"),
					variables: { AVATARS: { from: "avatars.name" } },
				},
			},
		}),

	/** Keys in every encoding, one that keeps a former secret's generator, and parts of a template. */
	keys: () =>
		parsePlatform({
			name: "shop",
			environments: {
				...environments,
				staging: {
					project: "shop-staging",
					secretReplication: { locations: ["europe-west1"] },
				},
			},
			foreignHosts: { "keys.acme.dev": "signs" },
			services: {
				web: {
					...service("www"),
					variables: {
						COOKIE_KEY: { from: "generated", encoding: "base64", bytes: 25 },
						TOKEN_KEY: { from: "generated", encoding: "base64url" },
						TENANT: { from: "generated", encoding: "uuid" },
						FERNET_KEY: {
							from: "generated",
							encoding: "fernet",
							generator: "former-key",
							dataDepends: true,
						},
						SIGNED: {
							from: "template",
							text: "https://{signing-key}:{mail-key}@keys.acme.dev/?key={mail-key}",
						},
						SETTINGS: {
							from: "template",
							text: '{"mail":"{mail-key}","signing":"{signing-key}"}',
						},
					},
					secrets: { SIGNING_KEY: "signing-key" },
					secretFiles: { "/etc/shop/signing/key": "signing-key" },
				},
			},
			secrets: [
				{
					id: "signing-key",
					source: { from: "generated", encoding: "hex", bytes: 16 },
					criticalIn: ["web"],
				},
				{ id: "mail-key", source: { from: "external" }, criticalIn: [] },
			],
		}),

	/** Plain values of every origin, names and secrets of one environment, and a service that others call. */
	plain: () =>
		parsePlatform({
			name: "shop",
			environments: {
				...environments,
				staging: {
					project: "shop-staging",
					region: "europe-west1",
					publicAccess: "grant",
				},
				production: { project: "shop-production", region: "europe-west4" },
			},
			foreignHosts: { "mail.acme.dev": "sends mail" },
			services: {
				web: {
					...service("www"),
					publicHosts: {
						staging: ["shop.staging.example.org", "www.staging.example.org"],
						production: ["shop.example.org", "www.example.org"],
					},
					siblings: ["worker"],
					roles: ["roles/logging.logWriter"],
					variables: {
						ENVIRONMENT: { from: "environment" },
						PROJECT: { from: "project" },
						BASE_URL: { from: "url", of: "web" },
						ORIGINS: { from: "urls", of: "web" },
						REGION: { from: "region" },
						DOMAIN: { from: "host", of: "web" },
						LIVE_URL: { from: "url", of: "worker", scheme: "wss" },
						LOG_LEVEL: { staging: "debug", production: "info" },
						MAIL_URL: "https://mail.acme.dev",
						"MAIL_KEY_{ENV}": { from: "external" },
						"SIGNING_KEY_{ENV}": { from: "generated", encoding: "hex" },
					},
					secrets: {
						TRIAL_KEY: "trial-key",
						LIVE_KEY: "live-key",
						ISSUER: "issuer",
					},
				},
				worker: { ...service("worker"), public: false, vpcAccess: true },
				pages: service("pages"),
			},
			secrets: [
				{
					id: "issuer",
					source: { from: "constant", value: "shop-web" },
					criticalIn: [],
				},
				{
					id: "trial-key",
					source: { from: "generated", encoding: "hex" },
					criticalIn: [],
					environments: ["local", "staging"],
				},
				{
					id: "live-key",
					source: { from: "generated", encoding: "hex" },
					criticalIn: [],
					environments: ["production"],
				},
			],
		}),
} satisfies Record<string, () => Platform>;

export type ContractName = keyof typeof contracts;
