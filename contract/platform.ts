/** What the Netra platform needs: the one file to edit to add a service, a secret or a variable. */
import { parsePlatform } from "./schema.ts";

const databaseVariables = {
	DATABASE_URL: "database-url",
	POSTGRES_HOST: "postgres-host",
	POSTGRES_PORT: "postgres-port",
	POSTGRES_DB: "postgres-db",
	POSTGRES_USER: "postgres-user",
	POSTGRES_PASSWORD: "postgres-password",
};

const redisVariables = {
	REDIS_URL: "redis-url",
	REDIS_CA_CERT: "redis-ca",
};

const authenticationVariables = {
	JWT_SECRET_KEY: "jwt-secret",
	"JWT_SECRET_{ENV}": "jwt-secret",
	SECRET_KEY: "secret-key",
	SESSION_SECRET_KEY: "session-secret-key",
	SERVICE_SECRET: "service-secret",
	SERVICE_ID: "service-id",
	FERNET_KEY: "fernet-key",
};

const googleOauthVariables = {
	"GOOGLE_OAUTH_CLIENT_ID_{ENV}": "google-oauth-client-id",
	"GOOGLE_OAUTH_CLIENT_SECRET_{ENV}": "google-oauth-client-secret",
};

const runtimeVariables = {
	ENVIRONMENT: { from: "environment" },
	GCP_PROJECT_ID: { from: "project" },
	PYTHONUNBUFFERED: "1",
	FORCE_HTTPS: "true",
	FRONTEND_URL: { from: "url", of: "frontend" },
	AUTH_SERVICE_URL: { from: "url", of: "auth" },
	LOG_LEVEL: { staging: "INFO", production: "WARNING" },
} as const;

const observabilityRoles = [
	"roles/logging.logWriter",
	"roles/monitoring.metricWriter",
	"roles/cloudtrace.agent",
];

/** Where `REDIS_URL` of redis-py looks for the certificates that Memorystore signs with. */
const redisCaFile = "/etc/netra/redis/ca.pem";

export const platform = parsePlatform({
	name: "netra",
	environments: {
		local: { project: "netra-local" },
		staging: { project: "netra-staging" },
		production: { project: "netra-production" },
	},

	network: {
		// Direct VPC egress takes about two addresses an instance.
		subnetRange: "10.0.0.0/22",
		privateServicesRange: "10.64.0.0/16",
	},

	stores: {
		database: {
			kind: "postgres",
			database: "netra",
			sizing: {
				staging: {
					tier: "db-g1-small",
					availability: "ZONAL",
					diskGb: 20,
					diskLimitGb: 100,
					backups: 7,
					recoveryDays: 3,
					maxConnections: 200,
				},
				production: {
					tier: "db-custom-4-16384",
					availability: "REGIONAL",
					diskGb: 100,
					diskLimitGb: 500,
					backups: 30,
					recoveryDays: 7,
					maxConnections: 1000,
				},
			},
		},
		redis: {
			kind: "redis",
			sizing: {
				staging: { tier: "BASIC", memoryGb: 1 },
				production: { tier: "STANDARD_HA", memoryGb: 5 },
			},
		},
		clickhouse: { kind: "clickhouse", passwordSecret: "clickhouse-password" },
	},

	services: {
		auth: {
			port: 8080,
			sizing: {
				staging: { cpu: 1, memoryMib: 1024, minInstances: 1, maxInstances: 10 },
				production: {
					cpu: 2,
					memoryMib: 4096,
					minInstances: 2,
					maxInstances: 50,
				},
			},
			concurrency: 80,
			requestTimeoutSeconds: 300,
			startBudgetSeconds: 120,
			startupPath: "/health/ready",
			livenessPath: "/health/live",
			publicHosts: {
				staging: ["auth.staging.netrasystems.ai"],
				production: ["auth.netrasystems.ai"],
			},
			poolPerInstance: 3,
			cpuAlwaysAllocated: true,
			roles: observabilityRoles,
			variables: {
				...runtimeVariables,
				JWT_ALGORITHM: "HS256",
				JWT_ACCESS_EXPIRY_MINUTES: "15",
				JWT_REFRESH_EXPIRY_DAYS: "7",
				JWT_SERVICE_EXPIRY_MINUTES: "60",
				SESSION_TTL_HOURS: "24",
				SHUTDOWN_TIMEOUT_SECONDS: "10",
				SECURE_HEADERS_ENABLED: "true",
			},
			secrets: {
				...databaseVariables,
				...redisVariables,
				...authenticationVariables,
				...googleOauthVariables,
				OAUTH_HMAC_SECRET: "oauth-hmac-secret",
				E2E_OAUTH_SIMULATION_KEY: "e2e-oauth-simulation-key",
			},
			secretFiles: { [redisCaFile]: "redis-ca" },
		},

		backend: {
			port: 8000,
			sizing: {
				staging: { cpu: 4, memoryMib: 6144, minInstances: 2, maxInstances: 15 },
				production: {
					cpu: 4,
					memoryMib: 8192,
					minInstances: 2,
					maxInstances: 100,
				},
			},
			concurrency: 100,
			// WebSockets live as long as their request.
			requestTimeoutSeconds: 600,
			startBudgetSeconds: 180,
			startupPath: "/health/ready",
			livenessPath: "/health/live",
			siblings: ["auth"],
			publicHosts: {
				staging: ["api.staging.netrasystems.ai"],
				production: ["api.netrasystems.ai"],
			},
			poolPerInstance: 3,
			sessionAffinity: true,
			webSocketPaths: ["/ws", "/ws/*", "/websocket", "/websocket/*"],
			cpuAlwaysAllocated: true,
			roles: observabilityRoles,
			variables: {
				...runtimeVariables,
				AUTH_SERVICE_ENABLED: "true",
				CORS_ORIGINS: { from: "urls", of: "frontend" },
				REDIS_CONNECTION_POOL_SIZE: "50",
				WEBSOCKET_CONNECTION_TIMEOUT: "240",
				WEBSOCKET_HEARTBEAT_INTERVAL: "15",
				WEBSOCKET_HEARTBEAT_TIMEOUT: "45",
			},
			secrets: {
				...databaseVariables,
				...redisVariables,
				...authenticationVariables,
				...googleOauthVariables,
				GOOGLE_CLIENT_ID: "google-oauth-client-id",
				GOOGLE_CLIENT_SECRET: "google-oauth-client-secret",
				CLICKHOUSE_URL: "clickhouse-url",
				OPENAI_API_KEY: "openai-api-key",
				ANTHROPIC_API_KEY: "anthropic-api-key",
				GEMINI_API_KEY: "gemini-api-key",
			},
			secretFiles: { [redisCaFile]: "redis-ca" },
		},

		frontend: {
			port: 3000,
			sizing: {
				staging: { cpu: 1, memoryMib: 1024, minInstances: 1, maxInstances: 10 },
				production: {
					cpu: 2,
					memoryMib: 4096,
					minInstances: 2,
					maxInstances: 100,
				},
			},
			concurrency: 80,
			requestTimeoutSeconds: 60,
			startBudgetSeconds: 60,
			startupPath: "/api/health",
			livenessPath: "/api/health",
			siblings: ["backend", "auth"],
			publicHosts: {
				staging: ["app.staging.netrasystems.ai", "staging.netrasystems.ai"],
				production: ["app.netrasystems.ai"],
			},
			sessionAffinity: true,
			roles: observabilityRoles,
			// Next.js reads the NEXT_PUBLIC_ variables when the image is built: the release names the
			// environment that the image was built for.
			variables: {
				FORCE_HTTPS: "true",
				NODE_ENV: "production",
				NEXT_PUBLIC_API_URL: { from: "url", of: "backend" },
				NEXT_PUBLIC_WS_URL: { from: "url", of: "backend", scheme: "wss" },
				NEXT_PUBLIC_AUTH_URL: { from: "url", of: "auth" },
				NEXT_PUBLIC_FRONTEND_URL: { from: "url", of: "frontend" },
				NEXT_PUBLIC_ENVIRONMENT: { from: "environment" },
			},
		},
	},

	secrets: [
		{
			id: "database-url",
			category: "database",
			source: { from: "database.url", driver: "sqlalchemy-asyncpg" },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "postgres-host",
			category: "database",
			source: { from: "database.host" },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "postgres-port",
			category: "database",
			source: { from: "database.port" },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "postgres-db",
			category: "database",
			source: { from: "database.name" },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "postgres-user",
			category: "database",
			source: { from: "database.user" },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "postgres-password",
			category: "database",
			source: { from: "database.password" },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "redis-url",
			category: "redis",
			source: { from: "redis.url", driver: "redis-py", caFile: redisCaFile },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "redis-ca",
			category: "redis",
			source: { from: "redis.ca" },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "clickhouse-url",
			category: "analytics",
			source: { from: "clickhouse.url" },
			criticalIn: ["backend"],
		},
		{
			id: "clickhouse-password",
			category: "analytics",
			source: { from: "external" },
			criticalIn: ["backend"],
		},
		{
			id: "jwt-secret",
			category: "authentication",
			source: { from: "generated", encoding: "hex" },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "secret-key",
			category: "authentication",
			source: { from: "generated", encoding: "hex" },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "session-secret-key",
			category: "authentication",
			source: { from: "generated", encoding: "hex" },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "service-secret",
			category: "authentication",
			source: { from: "generated", encoding: "hex" },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "service-id",
			category: "authentication",
			source: { from: "constant", value: "netra-backend" },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "fernet-key",
			category: "authentication",
			source: { from: "generated", encoding: "fernet", dataDepends: true },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "oauth-hmac-secret",
			category: "oauth",
			source: { from: "generated", encoding: "hex" },
			criticalIn: [],
		},
		{
			id: "google-oauth-client-id",
			category: "oauth",
			source: { from: "external", endsIn: ".apps.googleusercontent.com" },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "google-oauth-client-secret",
			category: "oauth",
			source: { from: "external" },
			criticalIn: ["auth", "backend"],
		},
		{
			id: "openai-api-key",
			category: "ai",
			source: { from: "external", minLength: 32 },
			criticalIn: [],
		},
		{
			id: "anthropic-api-key",
			category: "ai",
			source: { from: "external", minLength: 32 },
			criticalIn: [],
		},
		{
			id: "gemini-api-key",
			category: "ai",
			source: { from: "external", minLength: 32 },
			criticalIn: ["backend"],
		},
		{
			id: "e2e-oauth-simulation-key",
			category: "oauth",
			source: { from: "generated", encoding: "hex" },
			criticalIn: [],
			environments: ["local", "staging"],
		},
	],
});
