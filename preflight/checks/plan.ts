/** The checks of a service: one for each login it has, and in scheduled runs one for each sibling. */
import type { Checklist } from "../../contract/checklist.ts";
import type { DatabaseLogin } from "../../contract/connection-strings.ts";
import { databaseUserIn, ownerRoleIn, slots } from "../../contract/names.ts";
import { bucketUserRole, type StoreKind } from "../../contract/stores.ts";
import type { Access } from "../dependencies.ts";
import { Failure } from "../failure.ts";
import type { Outcome } from "../outcome.ts";
import { loginFix, upCommand } from "../remedies.ts";

/** A check of one dependency. Its driver is loaded with it, and not if nobody needs it. */
export type Check = {
	name: string;
	variable: string;
	secretId?: string;
	host: string;
	/** One attempt. Throws a `Failure`. */
	run: (signal: AbortSignal) => Promise<{ fact: string; warning?: Warning }>;
	/** What it means that an attempt took too long. */
	silence: () => Failure;
};

/** Something that works today and will not tomorrow. */
export type Warning = Required<Pick<Outcome, "fact" | "fix">>;

/** The checks that the service's variables allow. */
export function dependencyChecks(
	checklist: Checklist,
	access: Access,
): Check[] {
	const plan = new Plan(checklist);
	return [
		...access.postgres.map((given) => plan.postgres(given)),
		...access.redis.map((given) => plan.redis(given)),
		...access.clickhouse.map((given) => plan.clickhouse(given)),
		...access.bucket.map((given) => plan.bucket(given)),
	];
}

const tablesNamed = 10;

class Plan {
	readonly #stores: Checklist["stores"];
	readonly #environment: Checklist["environment"];

	constructor({ stores, environment }: Checklist) {
		this.#stores = stores;
		this.#environment = environment;
	}

	postgres({
		store,
		variable,
		secretId,
		login,
	}: Access["postgres"][number]): Check {
		const declared = this.#stores[store];
		const database =
			declared?.kind === "postgres" ? declared.database : login.database;
		const owner = ownerRoleIn(database);
		const slotLogins = slots.map((slot) => databaseUserIn(database, slot));
		const up = `run '${upCommand(this.#environment)}'`;
		const remedies = {
			...this.#network(variable, "the Cloud SQL instance runs"),
			login: loginFix(login.user, this.#environment),
			database: `${up}, which creates database ${login.database}`,
			connections: `lower 'poolPerInstance' or 'maxInstances', or raise 'maxConnections' in contract/platform.ts, then ${up}`,
			roles: `${up}, which makes both logins as members of cloudsqlsuperuser; where ${owner} exists already, its creator grants it: GRANT ${owner} TO ${slotLogins.join(", ")} WITH ADMIN OPTION`,
		};
		const driver = import("./postgres.ts");
		return {
			name: this.#named("postgres", store),
			variable,
			secretId,
			host: login.via.socket ?? `${login.via.host}:${login.via.port}`,
			run: async (signal) => {
				const { checkPostgres } = await driver;
				const { fact, foreignTables } = await checkPostgres(
					login as DatabaseLogin,
					{ slots: slotLogins, owner },
					remedies,
					signal,
				);
				return {
					fact,
					...(foreignTables.length === 0
						? {}
						: { warning: foreignTablesWarning(foreignTables, owner) }),
				};
			},
			silence: () => silenceFailure(remedies.network),
		};
	}

	redis({ store, variable, secretId, login }: Access["redis"][number]): Check {
		const remedies = {
			...this.#network(variable, "the Memorystore instance runs"),
			login: `run '${upCommand(this.#environment)}', which takes the AUTH string from the instance; AUTH must be on`,
			writes: "free memory or raise 'memoryGb' in contract/platform.ts",
		};
		const driver = import("./redis.ts");
		return {
			name: this.#named("redis", store),
			variable,
			secretId,
			host: `${login.host}:${login.port}`,
			run: async (signal) => {
				const { checkRedis } = await driver;
				return { fact: await checkRedis(login, remedies, signal) };
			},
			silence: () => silenceFailure(remedies.network),
		};
	}

	clickhouse({
		store,
		variable,
		secretId,
		login,
	}: Access["clickhouse"][number]): Check {
		const declared = this.#stores[store];
		const password =
			declared?.kind === "clickhouse" ? declared.passwordSecret : "";
		const remedies = {
			...this.#network(variable, "ClickHouse runs"),
			login: `store the user's password with 'gcloud secrets versions add ${password}-${this.#environment} --data-file=-', pin its number with 'pulumi config set --path 'externalSecrets["${password}"].version' <number> -s ${this.#environment}', then run '${upCommand(this.#environment)}'`,
			database: `create database ${login.database}, or correct it with 'pulumi config set --path 'stores["${store}"].database' <name> -s ${this.#environment}'`,
			certificate:
				"check that the host is ClickHouse's own, with a certificate of a public authority",
		};
		const driver = import("./clickhouse.ts");
		return {
			name: this.#named("clickhouse", store),
			variable,
			secretId,
			host: `${login.host}:${login.port}`,
			run: async (signal) => {
				const { checkClickhouse } = await driver;
				return { fact: await checkClickhouse(login, remedies, signal) };
			},
			silence: () => silenceFailure(remedies.network),
		};
	}

	bucket({
		store,
		variable,
		secretId,
		login,
	}: Access["bucket"][number]): Check {
		const up = `run '${upCommand(this.#environment)}'`;
		const { host } = new URL(login.endpoint);
		const remedies = {
			network: `check that the service has a way to ${host}, and that the address is Cloud Storage's`,
			certificate: `check that ${host} is Cloud Storage's own address`,
			login:
				"metadataHost" in login.as
					? `check that the job runs as the service's account, and that the account is enabled`
					: `${up}, which binds the key whose turn it is; one that was deactivated or deleted by hand is replaced by a rotation: 'pulumi config set rotationEpoch <n + 1> -s ${this.#environment}'`,
			bucket: `${up}, which creates the bucket that ${variable} belongs to`,
			rights: `${up}, which grants ${bucketUserRole} on ${login.bucket}; a grant takes some minutes to be known everywhere`,
		};
		const driver = import("./bucket.ts");
		return {
			name: this.#named("bucket", store),
			variable,
			secretId,
			host,
			run: async (signal) => {
				const { checkBucket } = await driver;
				return { fact: await checkBucket(login, remedies, signal) };
			},
			silence: () => silenceFailure(remedies.network),
		};
	}

	/** A check is called after the kind of its store, and where there are several of the kind, after the store too. */
	#named(kind: StoreKind, store: string): string {
		const ofKind = Object.values(this.#stores).filter(
			(each) => each.kind === kind,
		);
		return ofKind.length > 1 ? `${kind} ${store}` : kind;
	}

	#network(variable: string, what: string) {
		const up = `run '${upCommand(this.#environment)}'`;
		return {
			network: `check that ${what}, and that the service has a way to it (VPC egress, private services access)`,
			certificate: `${up}, which takes address and authorities from the instance that ${variable} belongs to`,
		};
	}
}

function silenceFailure(fix: string): Failure {
	return new Failure("no answer in time", { fix, definite: false });
}

function foreignTablesWarning(tables: string[], owner: string): Warning {
	const named = tables.slice(0, tablesNamed).join(", ");
	const rest = tables.length - tablesNamed;
	return {
		fact: `${tables.length} ${tables.length === 1 ? "table belongs" : "tables belong"} to other roles, and migrations cannot change them: ${named}${rest > 0 ? ` and ${rest} more` : ""}`,
		fix: `as their owner: REASSIGN OWNED BY CURRENT_USER TO ${owner}; docs/adopt-a-project.md, step 1, says how that user may`,
	};
}

/** A check for each service that this one calls; only scheduled runs make them, since a deployment brings siblings up in turn. */
export function siblingChecks(
	{ siblings }: Checklist,
	variables: NodeJS.ProcessEnv,
): Check[] {
	return Object.entries(siblings).flatMap(([sibling, called]): Check[] => {
		const { variable, path, cloudRunName } = called;
		const address = variables[variable];
		if (address === undefined || !URL.canParse(address)) {
			return [];
		}
		const url = new URL(path, address);
		const remedies = {
			network: `look at the revisions of ${sibling} and at the load balancer: gcloud run revisions list --service=${cloudRunName}`,
			certificate:
				"check the load balancer's certificate: gcloud compute ssl-certificates list",
		};
		const driver = import("./sibling.ts");
		return [
			{
				name: `sibling ${sibling}`,
				variable,
				host: url.host,
				run: async (signal) => {
					const { checkSibling } = await driver;
					return { fact: await checkSibling(url, remedies, signal) };
				},
				silence: () => silenceFailure(remedies.network),
			},
		];
	});
}
