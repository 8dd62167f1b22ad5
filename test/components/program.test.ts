import { beforeAll, describe, expect, it, jest } from "@jest/globals";
import { bindingsFor } from "../../contract/bindings.ts";
import { type Environment, environments } from "../../contract/environments.ts";
import { platform } from "../../contract/platform.ts";
import { checklistIn } from "../preflight/preflight.ts";
import { type Registered, runProgram } from "./run-program.ts";

/** The key by which the engine's protocol tells a special value from an object. */
const secretMark = "4dabf18193072939515e22adb298388d";

const stacks = new Map<Environment, Registered[]>();

beforeAll(async () => {
	for (const environment of environments) {
		jest.resetModules();
		stacks.set(environment, await runProgram(environment));
	}
});

const resources = (environment: Environment, type: string) =>
	(stacks.get(environment) ?? []).filter((each) => each.type === type);
// biome-ignore lint/suspicious/noExplicitAny: inputs of many types of resources, read down to their leaves
type Inputs = Record<string, any>;
const named = (environment: Environment, type: string, name: string) =>
	resources(environment, type).find((each) => each.name === name)
		?.inputs as Inputs;

describe.each(environments)("the program in %s", (environment) => {
	it.each(Object.keys(platform.services))(
		"[R-030] gives %s and its preflight jobs every binding of the contract, and the jobs what to check",
		(service) => {
			const { plain, secrets } = bindingsFor(platform, service, environment);
			const external = new Set(
				platform.secrets
					.filter(({ source }) => source.from === "external")
					.map(({ id }) => id),
			);
			const expected = [
				...plain.map(({ variable, value }) => ({ name: variable, value })),
				...secrets.map(({ variable, secret, secretId }) => ({
					name: variable,
					valueSource: {
						secretKeyRef: {
							secret: secretId,
							version: external.has(secret) ? "3" : "7",
						},
					},
				})),
			];
			expect(
				named(environment, "gcp:cloudrunv2/service:Service", service).template
					.containers[0].envs,
			).toEqual(expected);
			const brought = checklistIn(service, environment);
			for (const job of ["preflight", "verify"]) {
				expect(
					named(environment, "gcp:cloudrunv2/job:Job", `${service}-${job}`)
						.template.template.containers[0].envs,
				).toEqual([
					...expected,
					{ name: "PREFLIGHT_CHECKLIST", value: JSON.stringify(brought) },
				]);
			}
		},
	);

	it("[R-032] grants each secret to the services that read it, and to no other", () => {
		const granted = resources(
			environment,
			"gcp:secretmanager/secretIamMember:SecretIamMember",
		).map(({ name, inputs }) => [
			name,
			inputs.role,
			String(inputs.member).split("@")[0],
		]);
		const expected = ["auth", "backend"].flatMap((service) => {
			const { secrets, files } = bindingsFor(platform, service, environment);
			return [
				...new Set([...secrets, ...files].map(({ secret }) => secret)),
			].map((secret) => [
				`${secret}-${service}`,
				"roles/secretmanager.secretAccessor",
				`serviceAccount:netra-${service}`,
			]);
		});
		expect(granted.sort()).toEqual(expected.sort());
	});
});

/** The value of a secret's version, which must be marked as secret on its way to the provider. */
function secretData(id: string, environment: Environment = "staging"): string {
	const data = named(
		environment,
		"gcp:secretmanager/secretVersion:SecretVersion",
		id,
	).secretData;
	expect(Object.keys(data)).toEqual([secretMark, "value"]);
	return data.value;
}

describe("a value", () => {
	it("[R-001] of a login's secrets is that of the login that is live", () => {
		const password = "generated for database-user-a-password".padEnd(64, ".");
		expect(secretData("postgres-user")).toBe("netra_a");
		expect(secretData("postgres-password")).toBe(password);
		expect(secretData("database-url")).toBe(
			`postgresql+asyncpg://netra_a:${encodeURIComponent(password)}@/netra?host=/cloudsql/netra-staging:us-central1:pg`,
		);
	});

	it("[R-011] of DATABASE_URL on a socket carries no TLS parameter", () => {
		expect(secretData("database-url")).not.toMatch(/ssl/i);
		expect(secretData("postgres-host")).toBe(
			"/cloudsql/netra-staging:us-central1:pg",
		);
		expect(secretData("postgres-port")).toBe("5432");
		expect(secretData("postgres-db")).toBe("netra");
	});

	it("[R-021] of REDIS_URL has host, TLS port, AUTH and the file of certificates", () => {
		expect(secretData("redis-url")).toBe(
			"rediss://:auth%2Fstring%2B@10.64.0.4:6378/0?ssl_cert_reqs=required&ssl_ca_certs=/etc/netra/redis/ca.pem&ssl_check_hostname=false",
		);
		expect(secretData("redis-ca")).toBe(
			"-----BEGIN ONE-----\n-----BEGIN TWO-----\n",
		);
	});

	it("[R-021] of REDIS_URL comes from an instance that asks for AUTH and speaks TLS alone", () => {
		expect(
			named("staging", "gcp:redis/instance:Instance", "redis-instance"),
		).toMatchObject({
			authEnabled: true,
			transitEncryptionMode: "SERVER_AUTHENTICATION",
		});
	});

	it("[R-020] of CLICKHOUSE_URL has the password that somebody else issued", () => {
		expect(secretData("clickhouse-url")).toBe(
			"https://netra:p%40ss%2Fword%2Bof%3Aclickhouse@ch.example.org:8443/netra",
		);
	});

	it("[R-045] that is generated belongs to one secret alone", () => {
		const generated = [
			"jwt-secret",
			"secret-key",
			"session-secret-key",
			"service-secret",
			"oauth-hmac-secret",
			"fernet-key",
		].map((id) => secretData(id));
		expect(new Set(generated).size).toBe(6);
	});

	it("of FERNET_KEY is URL-safe base64 with padding", () => {
		expect(secretData("fernet-key")).toMatch(/^[A-Za-z0-9_-]{43}=$/);
	});
});

describe("what holds data", () => {
	const protection = (environment: Environment) => [
		named(
			environment,
			"gcp:sql/databaseInstance:DatabaseInstance",
			"database-instance",
		).deletionProtection,
		named(environment, "gcp:redis/instance:Instance", "redis-instance")
			.deletionProtection,
		named(environment, "gcp:secretmanager/secret:Secret", "secret-key")
			.deletionProtection,
	];

	it("is protected outside of local", () => {
		expect(protection("staging")).toEqual([true, true, true]);
		expect(protection("production")).toEqual([true, true, true]);
		expect(protection("local")).toEqual([false, false, false]);
	});

	it("is sized as the environment asks for", () => {
		const settings = named(
			"production",
			"gcp:sql/databaseInstance:DatabaseInstance",
			"database-instance",
		).settings;
		expect(settings).toMatchObject({
			tier: "db-custom-4-16384",
			edition: "ENTERPRISE",
			availabilityType: "REGIONAL",
			diskSize: 100,
			diskAutoresizeLimit: 500,
			databaseFlags: [{ name: "max_connections", value: "1000" }],
			ipConfiguration: {
				ipv4Enabled: false,
				sslMode: "ENCRYPTED_ONLY",
				serverCaMode: "GOOGLE_MANAGED_INTERNAL_CA",
			},
			backupConfiguration: {
				enabled: true,
				pointInTimeRecoveryEnabled: true,
				transactionLogRetentionDays: 7,
				backupRetentionSettings: { retainedBackups: 30 },
			},
		});
	});

	it("[R-070] keeps every version of a secret and every login", () => {
		for (const { inputs } of resources(
			"production",
			"gcp:secretmanager/secretVersion:SecretVersion",
		)) {
			expect(inputs).toMatchObject({
				deletionPolicy: "ABANDON",
				enabled: true,
			});
		}
		for (const { inputs } of resources("production", "gcp:sql/user:User")) {
			expect(inputs.deletionPolicy).toBe("ABANDON");
		}
	});
});

describe("a service", () => {
	const template = (service: string) =>
		named("staging", "gcp:cloudrunv2/service:Service", service).template;

	it("[R-060] starts within the contract's budget, and its liveness asks no dependency", () => {
		const [container] = template("backend").containers;
		expect(container.startupProbe).toMatchObject({
			httpGet: { path: "/health/ready", port: 8000 },
			periodSeconds: 5,
			failureThreshold: 36,
		});
		expect(container.livenessProbe.httpGet).toEqual({
			path: "/health/live",
			port: 8000,
		});
	});

	it("[R-070] is named for its login, its template and its try", () => {
		expect(template("auth").revision).toMatch(
			/^netra-auth-staging-e0-[0-9a-f]{8}-1$/,
		);
		expect(template("frontend").revision).toMatch(
			/^netra-frontend-staging-[0-9a-f]{8}-1$/,
		);
		expect(
			named("staging", "gcp:cloudrunv2/service:Service", "auth").traffics,
		).toEqual([
			{ type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 100 },
		]);
	});

	it("[R-041] runs as its own account", () => {
		expect(
			["auth", "backend", "frontend"].map(
				(service) => template(service).serviceAccount,
			),
		).toEqual([
			"netra-auth@netra-staging.iam.gserviceaccount.com",
			"netra-backend@netra-staging.iam.gserviceaccount.com",
			"netra-frontend@netra-staging.iam.gserviceaccount.com",
		]);
	});

	it("[R-050] runs images of one release by digest", () => {
		for (const service of ["auth", "backend", "frontend"]) {
			expect(template(service).containers[0].image).toMatch(
				/@sha256:[0-9a-f]{64}$/,
			);
			expect(template(service).labels.release).toBe("2026-11-20-1");
		}
	});

	it("reaches its data stores as platform and contract say", () => {
		expect(template("auth").vpcAccess.egress).toBe("PRIVATE_RANGES_ONLY");
		expect(template("auth").volumes).toEqual([
			{
				name: "cloudsql",
				cloudSqlInstance: { instances: ["netra-staging:us-central1:pg"] },
			},
			{
				name: "redis-ca",
				secret: {
					secret: "redis-ca-staging",
					items: [{ path: "ca.pem", version: "7", mode: 0o444 }],
				},
			},
		]);
		expect(template("auth").containers[0].volumeMounts).toEqual([
			{ name: "cloudsql", mountPath: "/cloudsql" },
			{ name: "redis-ca", mountPath: "/etc/netra/redis" },
		]);
		expect(template("frontend").vpcAccess).toBeUndefined();
		expect(template("frontend").volumes).toEqual([]);
	});

	it("[R-004] runs its preflight with the service's account, network and volumes, once and for each try", () => {
		const job = named("staging", "gcp:cloudrunv2/job:Job", "auth-preflight");
		const { serviceAccount, vpcAccess, volumes, containers, maxRetries } =
			job.template.template;
		expect({ serviceAccount, vpcAccess, volumes }).toEqual({
			serviceAccount: template("auth").serviceAccount,
			vpcAccess: template("auth").vpcAccess,
			volumes: template("auth").volumes,
		});
		expect(maxRetries).toBe(0);
		expect(containers[0].args).toEqual(["check", "auth", "staging", "--json"]);
		expect(job.runExecutionToken).toMatch(/^[0-9a-f]{8}-1$/);
		expect(job.labels.attempt).toBe("1");
	});
});
