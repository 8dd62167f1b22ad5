import { describe, expect, it } from "@jest/globals";
import {
	bindingsFor,
	bindsLogin,
	loginSecretIds,
	secretsIn,
	secretsReadBy,
} from "../../contract/bindings.ts";
import { type Environment, environments } from "../../contract/environments.ts";
import { binds } from "../../contract/needs.ts";
import { platform } from "../../contract/platform.ts";
import { withBuckets } from "../fixtures/buckets.ts";

/** Written out by hand, so that a slip in the contract's shared parts shows. */
const shared = (upper: string) => ({
	DATABASE_URL: "database-url",
	POSTGRES_HOST: "postgres-host",
	POSTGRES_PORT: "postgres-port",
	POSTGRES_DB: "postgres-db",
	POSTGRES_USER: "postgres-user",
	POSTGRES_PASSWORD: "postgres-password",
	REDIS_URL: "redis-url",
	REDIS_CA_CERT: "redis-ca",
	JWT_SECRET_KEY: "jwt-secret",
	[`JWT_SECRET_${upper}`]: "jwt-secret",
	SECRET_KEY: "secret-key",
	SESSION_SECRET_KEY: "session-secret-key",
	SERVICE_SECRET: "service-secret",
	SERVICE_ID: "service-id",
	FERNET_KEY: "fernet-key",
	[`GOOGLE_OAUTH_CLIENT_ID_${upper}`]: "google-oauth-client-id",
	[`GOOGLE_OAUTH_CLIENT_SECRET_${upper}`]: "google-oauth-client-secret",
});

const expectedSecrets: Record<
	string,
	(upper: string) => Record<string, string>
> = {
	auth: (upper) => ({
		...shared(upper),
		OAUTH_HMAC_SECRET: "oauth-hmac-secret",
		...(upper === "PRODUCTION"
			? {}
			: { E2E_OAUTH_SIMULATION_KEY: "e2e-oauth-simulation-key" }),
	}),
	backend: (upper) => ({
		...shared(upper),
		GOOGLE_CLIENT_ID: "google-oauth-client-id",
		GOOGLE_CLIENT_SECRET: "google-oauth-client-secret",
		CLICKHOUSE_URL: "clickhouse-url",
		OPENAI_API_KEY: "openai-api-key",
		ANTHROPIC_API_KEY: "anthropic-api-key",
		GEMINI_API_KEY: "gemini-api-key",
	}),
	frontend: () => ({}),
};

const notCritical = new Set([
	"oauth-hmac-secret",
	"openai-api-key",
	"anthropic-api-key",
	"e2e-oauth-simulation-key",
]);

describe.each(environments)(
	"the bindings of %s",
	(environment: Environment) => {
		it.each(Object.keys(expectedSecrets))(
			"[R-030] give %s exactly the secrets that it needs, critical where it cannot work without",
			(service) => {
				const expected = (
					expectedSecrets[service] as (upper: string) => Record<string, string>
				)(environment.toUpperCase());
				const { secrets } = bindingsFor(platform, service, environment);
				expect(
					Object.fromEntries(
						secrets.map(({ variable, secretId, critical }) => [
							variable,
							[secretId, critical],
						]),
					),
				).toEqual(
					Object.fromEntries(
						Object.entries(expected).map(([variable, id]) => [
							variable,
							[`${id}-${environment}`, !notCritical.has(id)],
						]),
					),
				);
			},
		);

		it.each([
			["[R-020]", "clickhouse", "clickhouse.url"],
			["[R-021]", "redis", "redis.url"],
		] as const)(
			"%s give each service that needs %s its URL as a critical secret",
			(_, need, from) => {
				const { id } = platform.secrets.find(
					({ source }) => source.from === from,
				) as { id: string };
				const inNeed = Object.entries(platform.services).filter(([service]) =>
					binds(need, platform, service, environment),
				);
				expect(inNeed.length).toBeGreaterThan(0);
				for (const [service] of inNeed) {
					const { secrets } = bindingsFor(platform, service, environment);
					expect(secrets.find(({ secret }) => secret === id)?.critical).toBe(
						true,
					);
				}
			},
		);

		it("[R-045] bind the same secret under each of its names", () => {
			const ids = (service: string) =>
				new Map(
					bindingsFor(platform, service, environment).secrets.map((each) => [
						each.variable,
						each.secretId,
					]),
				);
			for (const variable of [
				"JWT_SECRET_KEY",
				`JWT_SECRET_${environment.toUpperCase()}`,
			]) {
				expect(ids("auth").get(variable)).toBe(`jwt-secret-${environment}`);
				expect(ids("backend").get(variable)).toBe(`jwt-secret-${environment}`);
			}
			expect(ids("auth").get("SERVICE_SECRET")).not.toBe(
				ids("auth").get("JWT_SECRET_KEY"),
			);
		});

		it("[R-040] tell auth and backend their environment and project", () => {
			for (const service of ["auth", "backend"]) {
				const values = new Map(
					bindingsFor(platform, service, environment).plain.map((each) => [
						each.variable,
						each.value,
					]),
				);
				expect(values.get("ENVIRONMENT")).toBe(environment);
				expect(values.get("GCP_PROJECT_ID")).toBe(`netra-${environment}`);
			}
		});

		it("[R-021] mount the certificates of Redis where REDIS_URL looks for them", () => {
			expect(bindingsFor(platform, "auth", environment).files).toEqual([
				{
					service: "auth",
					path: "/etc/netra/redis/ca.pem",
					secret: "redis-ca",
					secretId: `redis-ca-${environment}`,
					critical: true,
				},
			]);
		});
	},
);

describe("values of plain variables", () => {
	const values = (service: string, environment: Environment) =>
		Object.fromEntries(
			bindingsFor(platform, service, environment).plain.map(
				({ variable, value }) => [variable, value],
			),
		);

	it("[R-046] take the URLs of sibling services from their public hosts", () => {
		expect(values("frontend", "staging")).toEqual({
			FORCE_HTTPS: "true",
			NODE_ENV: "production",
			NEXT_PUBLIC_API_URL: "https://api.staging.netrasystems.ai",
			NEXT_PUBLIC_WS_URL: "wss://api.staging.netrasystems.ai",
			NEXT_PUBLIC_AUTH_URL: "https://auth.staging.netrasystems.ai",
			NEXT_PUBLIC_FRONTEND_URL: "https://app.staging.netrasystems.ai",
			NEXT_PUBLIC_ENVIRONMENT: "staging",
		});
		expect(values("backend", "staging").CORS_ORIGINS).toBe(
			"https://app.staging.netrasystems.ai,https://staging.netrasystems.ai",
		);
	});

	it("[R-022] follow the environment where the contract says so", () => {
		expect(values("auth", "staging").LOG_LEVEL).toBe("INFO");
		expect(values("auth", "production").LOG_LEVEL).toBe("WARNING");
		expect(values("auth", "local").LOG_LEVEL).toBe("INFO");
	});

	it("give auth and backend everything that platform and environment ask for", () => {
		expect(values("auth", "production")).toEqual({
			ENVIRONMENT: "production",
			GCP_PROJECT_ID: "netra-production",
			PYTHONUNBUFFERED: "1",
			FORCE_HTTPS: "true",
			FRONTEND_URL: "https://app.netrasystems.ai",
			AUTH_SERVICE_URL: "https://auth.netrasystems.ai",
			LOG_LEVEL: "WARNING",
			JWT_ALGORITHM: "HS256",
			JWT_ACCESS_EXPIRY_MINUTES: "15",
			JWT_REFRESH_EXPIRY_DAYS: "7",
			JWT_SERVICE_EXPIRY_MINUTES: "60",
			SESSION_TTL_HOURS: "24",
			SHUTDOWN_TIMEOUT_SECONDS: "10",
			SECURE_HEADERS_ENABLED: "true",
		});
		expect(values("backend", "production")).toEqual({
			ENVIRONMENT: "production",
			GCP_PROJECT_ID: "netra-production",
			PYTHONUNBUFFERED: "1",
			FORCE_HTTPS: "true",
			FRONTEND_URL: "https://app.netrasystems.ai",
			AUTH_SERVICE_URL: "https://auth.netrasystems.ai",
			LOG_LEVEL: "WARNING",
			AUTH_SERVICE_ENABLED: "true",
			CORS_ORIGINS: "https://app.netrasystems.ai",
			REDIS_CONNECTION_POOL_SIZE: "50",
			WEBSOCKET_CONNECTION_TIMEOUT: "240",
			WEBSOCKET_HEARTBEAT_INTERVAL: "15",
			WEBSOCKET_HEARTBEAT_TIMEOUT: "45",
		});
	});
});

describe("the secrets of an environment", () => {
	it("leave the simulation key out of production", () => {
		const ids = (environment: Environment) =>
			secretsIn(platform, environment).map(({ id }) => id);
		expect(ids("staging")).toContain("e2e-oauth-simulation-key");
		expect(ids("production")).not.toContain("e2e-oauth-simulation-key");
		expect(ids("production")).toHaveLength(22);
	});

	it("[R-032] are read by the services that bind them and by no other", () => {
		expect(secretsReadBy(platform, "frontend", "staging")).toEqual([]);
		expect(secretsReadBy(platform, "auth", "staging")).toContain("redis-ca");
		expect(secretsReadBy(platform, "auth", "staging")).not.toContain(
			"clickhouse-url",
		);
	});

	it("are refused for a service that does not exist", () => {
		expect(() => bindingsFor(platform, "worker", "staging")).toThrow(
			"there is no service 'worker' in the contract; it has: auth, backend, frontend",
		);
	});
});

describe("a login that takes turns with another", () => {
	it("[R-002] is a database's, or the key of a bucket, and not what a rotation leaves as it is", () => {
		expect(
			[...loginSecretIds(withBuckets(), "staging")].filter((id) =>
				/^(?:uploads|avatars)-/.test(id),
			),
		).toEqual([
			"uploads-access-key-id-staging",
			"uploads-secret-access-key-staging",
		]);
	});

	it("[R-002] is followed by a service that has a bucket's key and no database", () => {
		const contract = withBuckets(({ services }) => {
			Object.assign(services.frontend?.secrets ?? {}, {
				FILES_KEY: "uploads-access-key-id",
				FILES_SECRET: "uploads-secret-access-key",
			});
		});
		expect(bindsLogin(platform, "frontend", "staging")).toBe(false);
		expect(bindsLogin(contract, "frontend", "staging")).toBe(true);
	});
});
