/** What the contract wants in one environment, looked up the ways that rules need. */
import {
	type Bindings,
	bindingsFor,
	type PlainVariable,
	type SecretBinding,
	secretsIn,
	serviceContract,
} from "../contract/bindings.ts";
import type { Environment } from "../contract/environments.ts";
import {
	checkJobNameIn,
	preflightJobNameIn,
	secretIdIn,
	serviceAccountEmail,
	serviceNameIn,
	variableIn,
	verifyJobNameIn,
} from "../contract/names.ts";
import {
	type NamedStore,
	needsVpc,
	socketsOf,
	storesBoundBy,
} from "../contract/needs.ts";
import type {
	PlainValue,
	Platform,
	SecretContract,
	ServiceContract,
} from "../contract/schema.ts";
import {
	type Critical,
	criticalFiles,
	criticalVariables,
	type SecondKey,
} from "./second-key.ts";

/**
 * What a job does for a service. `preflight` and `check` are its gates, which must succeed before it changes; `check` is
 * there only if the contract names a command. `verify` runs on a schedule.
 */
export type JobRole = "preflight" | "check" | "verify";

export type ExpectedService = {
	/** The service's name in the contract. */
	service: string;
	contract: ServiceContract;
	/** Its name in Cloud Run. */
	cloudRunName: string;
	/** The names of the jobs that work for it. */
	jobs: ReadonlyMap<JobRole, string>;
	accountEmail: string;
	/** The data stores that it binds. */
	stores: readonly NamedStore[];
	/** The data stores whose sockets it sees. */
	sockets: readonly NamedStore<"postgres">[];
	/** It reaches private addresses. */
	needsVpc: boolean;
	/** The services that may call it; undefined for one that is open to everybody. */
	callers: readonly string[] | undefined;
	bindings: Bindings;
	/** Its plain variables, each with what the contract writes. */
	plain: readonly (PlainVariable & { written: PlainValue })[];
	/** The plain variables whose values look wrong, and are meant, as their reviewers say. */
	reviewed: ReadonlySet<string>;
	/** The variables' names of all kinds. */
	variables: ReadonlySet<string>;
	/** The ids in Secret Manager of what it may read. */
	secretIds: ReadonlySet<string>;
	/** The variables that the second key lists for it, by name. */
	critical: ReadonlyMap<string, Critical>;
	/** The secret files that the second key lists for it, by path. */
	criticalFiles: ReadonlyMap<string, Critical>;
};

export type Expected = {
	platform: Platform;
	secondKey: SecondKey;
	environment: Environment;
	project: string;
	services: readonly ExpectedService[];
	byCloudRunName: ReadonlyMap<string, ExpectedService>;
	byJobName: ReadonlyMap<string, { of: ExpectedService; role: JobRole }>;
	byAccountEmail: ReadonlyMap<string, ExpectedService>;
	/** The secrets of the environment by their id in Secret Manager. */
	secrets: ReadonlyMap<string, SecretContract>;
	/** The variables that hold a secret, by its id in Secret Manager. */
	usersOf: ReadonlyMap<string, readonly SecretBinding[]>;
	/** The variables that the second key lists, by service; a service may be in it that the contract has no longer. */
	critical: ReadonlyMap<string, ReadonlyMap<string, Critical>>;
	/** Ids in Secret Manager that hold the value of a critical name, for some service. */
	criticalSecretIds: ReadonlySet<string>;
};

export function expectedIn(
	platform: Platform,
	secondKey: SecondKey,
	environment: Environment,
): Expected {
	const { project } = platform.environments[environment];
	const services = Object.keys(platform.services).map((service) =>
		expectedService(platform, secondKey, environment, service),
	);
	const by = (key: (each: ExpectedService) => string) =>
		new Map(services.map((each) => [key(each), each]));
	return {
		platform,
		secondKey,
		environment,
		project,
		services,
		byCloudRunName: by(({ cloudRunName }) => cloudRunName),
		byJobName: new Map(
			services.flatMap((of) =>
				[...of.jobs].map(([role, name]) => [name, { of, role }]),
			),
		),
		byAccountEmail: by(({ accountEmail }) => accountEmail),
		secrets: new Map(
			secretsIn(platform, environment).map((secret) => [
				secretIdIn(secret.id, environment),
				secret,
			]),
		),
		usersOf: Map.groupBy(
			services.flatMap(({ bindings }) => bindings.secrets),
			({ secretId }) => secretId,
		),
		critical: new Map(
			Object.keys(secondKey.services).map((service) => [
				service,
				criticalVariables(secondKey, service, environment),
			]),
		),
		criticalSecretIds: new Set(
			services.flatMap(({ bindings, critical }) =>
				bindings.secrets
					.filter(({ variable }) => critical.has(variable))
					.map(({ secretId }) => secretId),
			),
		),
	};
}

function expectedService(
	platform: Platform,
	secondKey: SecondKey,
	environment: Environment,
	service: string,
): ExpectedService {
	const bindings = bindingsFor(platform, service, environment);
	const contract = serviceContract(platform, service);
	const written = new Map(
		Object.entries(contract.variables).map(([name, value]) => [
			variableIn(name, environment),
			value,
		]),
	);
	return {
		service,
		contract,
		cloudRunName: serviceNameIn(platform, service, environment),
		jobs: jobsOf(platform, service, environment),
		accountEmail: serviceAccountEmail(
			platform,
			service,
			platform.environments[environment].project,
		),
		stores: storesBoundBy(platform, service, environment),
		sockets: socketsOf(platform, service, environment),
		needsVpc: needsVpc(platform, service, environment),
		callers:
			contract.public === false
				? Object.keys(platform.services).filter(
						(name) =>
							name !== service &&
							platform.services[name]?.siblings.includes(service),
					)
				: undefined,
		bindings,
		plain: bindings.plain.map((each) => ({
			...each,
			written: written.get(each.variable) ?? each.value,
		})),
		reviewed: new Set(
			Object.keys(contract.reviewedValues ?? {}).map((name) =>
				variableIn(name, environment),
			),
		),
		variables: new Set(
			[...bindings.secrets, ...bindings.plain].map(({ variable }) => variable),
		),
		// What the contract writes: the grants are made from what contract/bindings.ts makes of it.
		secretIds: new Set(
			[
				...Object.values(contract.secrets),
				...Object.values(contract.secretFiles),
			].map((id) => secretIdIn(id, environment)),
		),
		critical: criticalVariables(secondKey, service, environment),
		criticalFiles: criticalFiles(secondKey, service),
	};
}

function jobsOf(
	platform: Platform,
	service: string,
	environment: Environment,
): Map<JobRole, string> {
	const { checkCommand } = serviceContract(platform, service);
	const jobs = new Map<JobRole, string>([
		["preflight", preflightJobNameIn(platform, service, environment)],
		["verify", verifyJobNameIn(platform, service, environment)],
	]);
	if (checkCommand !== undefined) {
		jobs.set("check", checkJobNameIn(platform, service, environment));
	}
	return jobs;
}
