/**
 * The edits of the contract alone that no check rejects, each with the reason why that is accepted. `*` stands for any
 * characters. An entry covers survivors only: it is wrong as soon as one of its edits is rejected.
 */

export type Accepted = {
	why: string;
	edits: readonly string[];
};

/** The recorded plan changes with them: `npm run plan:diff` shows each to its reviewers, and the tests fail until then. */
export const shownByThePlan: readonly Accepted[] = [
	{
		why: "Sizes are for who pays and measures; that they suffice no rule can know.",
		edits: [
			"services.*.sizing.*.memoryMib: halved",
			"services.*.sizing.*.memoryMib: doubled",
			"services.*.sizing.*.cpu: doubled",
			"services.*.sizing.production.cpu: halved",
			"services.backend.sizing.staging.cpu: halved",
			"services.*.sizing.*.minInstances: doubled",
			"services.*.sizing.production.minInstances: halved",
			"services.backend.sizing.staging.minInstances: halved",
			"services.*.sizing.*.maxInstances: halved",
			"stores.*.sizing.*.tier: other",
			"stores.*.sizing.*Gb: doubled",
			"stores.*.sizing.*.disk*Gb: halved",
			"stores.redis.sizing.production.memoryGb: halved",
			"stores.redis.sizing: dropped",
		],
	},
	{
		why: "More instances of a service without a database take no connections.",
		edits: ["services.frontend.sizing.*.maxInstances: doubled"],
	},
	{
		why: "More connections take memory, which the tier's owner knows; fewer are rejected.",
		edits: ["stores.database.sizing.*.maxConnections: doubled"],
	},
	{
		why: "How long backups are kept and whether a second zone stands by is agreed with who answers for the data.",
		edits: [
			"stores.database.sizing.*.availability: other",
			"stores.database.sizing.*.backups: halved",
			"stores.database.sizing.*.backups: doubled",
			"stores.database.sizing.*.recoveryDays: halved",
			"stores.database.sizing.staging.recoveryDays: doubled",
		],
	},
	{
		why: "An update refuses to move a network that exists.",
		edits: ["network.*: other"],
	},
	{
		why: "The image decides: a wrong port or path fails the startup or liveness probe, so the revision gets no traffic and the update fails.",
		edits: [
			"services.*.port: halved",
			"services.*.port: doubled",
			"services.*.startupPath: other",
			"services.*.livenessPath: other",
			"services.auth.livenessPath: dropped",
			"services.backend.livenessPath: dropped",
		],
	},
	{
		why: "Measured by the service's owners; the start time that is declared is covered by the probe in any case.",
		edits: [
			"services.*.concurrency: *ed",
			"services.*.requestTimeoutSeconds: *ed",
			"services.*.startBudgetSeconds: dropped",
			"services.*.startBudgetSeconds: halved",
			"services.frontend.startBudgetSeconds: doubled",
			"services.*.sessionAffinity: *ed",
			"services.*.cpuAlwaysAllocated: *ed",
		],
	},
	{
		why: "They write logs, metrics and traces; a service works without them.",
		edits: ["services.*.roles: dropped", "services.*.roles: without *"],
	},
	{
		why: "Tuning of the application, which has a default that works.",
		edits: [
			"services.*.variables.PYTHONUNBUFFERED: *",
			"services.*.variables.LOG_LEVEL: *",
			"services.auth.variables.JWT_*_EXPIRY_*: *",
			"services.auth.variables.SESSION_TTL_HOURS: *",
			"services.auth.variables.SHUTDOWN_TIMEOUT_SECONDS: *",
			"services.backend.variables.REDIS_CONNECTION_POOL_SIZE: *",
			"services.backend.variables.WEBSOCKET_*: *",
		],
	},
	{
		why: "A label for people, of a secret that this stack makes.",
		edits: [
			"secrets.database-url.category: dropped",
			"secrets.postgres-*.category: dropped",
			"secrets.redis-*.category: dropped",
			"secrets.clickhouse-url.category: dropped",
			"secrets.jwt-secret.category: dropped",
			"secrets.*secret-key.category: dropped",
			"secrets.service-*.category: dropped",
			"secrets.oauth-hmac-secret.category: dropped",
			"secrets.fernet-key.category: dropped",
			"secrets.e2e-oauth-simulation-key.category: dropped",
		],
	},
	{
		why: "One more secret for a service that gets secrets: its grant is in the plan. Nothing that it had is lost.",
		edits: [
			"services.auth.secrets.CLICKHOUSE_URL: added",
			"services.auth.secrets.*_API_KEY: added",
			"services.backend.secrets.OAUTH_HMAC_SECRET: added",
		],
	},
	{
		why: "One way alone, in a service that binds no other.",
		edits: [
			"services.auth.variables.CLICKHOUSE_HOST: added",
			"services.frontend.variables.*_HOST: added",
		],
	},
	{
		why: "A key for tests alone, which nothing depends on where it is missing.",
		edits: [
			"secrets.e2e-oauth-simulation-key.environments: empty",
			"secrets.e2e-oauth-simulation-key.environments: without staging",
		],
	},
	{
		why: "Whom a service calls is asked by the verification alone, as long as all services are public; a private one that loses its callers is refused.",
		edits: [
			"services.auth.siblings: with auth",
			"services.*.siblings: with frontend",
			"services.backend.siblings: dropped",
			"services.frontend.siblings: dropped",
			"services.frontend.siblings: without *",
		],
	},
	{
		why: "The model is not critical; preflight then takes a shorter key for possible.",
		edits: [
			'secrets.openai-api-key.source: {"from":"external"}',
			'secrets.anthropic-api-key.source: {"from":"external"}',
		],
	},
	{
		why: "One more name for the key of test logins, in no environment but those that may have it.",
		edits: ["services.backend.secrets.E2E_OAUTH_SIMULATION_KEY: added"],
	},
];

/** Nothing that is registered in staging or production changes with them. */
export const withoutEffect: readonly Accepted[] = [
	{
		why: "A label for people, of a secret that others made.",
		edits: [
			"secrets.clickhouse-password.category: dropped",
			"secrets.google-*.category: dropped",
			"secrets.*-api-key.category: dropped",
		],
	},
	{
		why: "A sibling that no variable leads to: nobody is asked.",
		edits: ["services.*.siblings: with backend"],
	},
	{
		why: "A claim about the application that only its owners can check; the sum of the pools is judged.",
		edits: ["services.*.poolPerInstance: halved"],
	},
	{
		why: "Documents which paths are WebSockets; nothing is made from it.",
		edits: ["services.*.webSocketPaths: *"],
	},
	{
		why: "No name holds it: the URL that is made with it is critical itself.",
		edits: ["secrets.clickhouse-password.criticalIn: without backend"],
	},
	{
		why: "For tests alone, on a laptop.",
		edits: ["secrets.e2e-oauth-simulation-key.environments: without local"],
	},
];
