/** What the contract wants in one environment, looked up the ways that rules need. */
import {
	type Bindings,
	bindingsFor,
	type PlainVariable,
	type SecretBinding,
	secretsIn,
	secretsReadBy,
	serviceContract,
} from "../contract/bindings.ts";
import { type Callers, callersOf } from "../contract/callers.ts";
import {
	preflightJobNameIn,
	secretIdIn,
	serviceAccountEmail,
	serviceNameIn,
	variableIn,
} from "../contract/names.ts";
import type {
	Environment,
	Platform,
	SecretContract,
	ServiceContract,
} from "../contract/schema.ts";
import { type PlainSource, plainSource } from "./plain-values.ts";
import { criticalVariables, type SecondKey } from "./second-key.ts";

export type ExpectedService = {
	/** The service's name in the contract. */
	service: string;
	contract: ServiceContract;
	/** Its name in Cloud Run. */
	cloudRunName: string;
	preflightJobName: string;
	accountEmail: string;
	/** Who may call it. */
	callers: Callers;
	bindings: Bindings;
	/** Its plain variables, each with where the contract takes the value from. */
	plain: readonly (PlainVariable & { source: PlainSource })[];
	/** The variables' names of all kinds. */
	variables: ReadonlySet<string>;
	/** The ids in Secret Manager of what it reads. */
	secretIds: ReadonlySet<string>;
	/** The names that the second key lists for it. */
	critical: ReadonlySet<string>;
};

export type Expected = {
	platform: Platform;
	environment: Environment;
	project: string;
	services: readonly ExpectedService[];
	byCloudRunName: ReadonlyMap<string, ExpectedService>;
	byPreflightJobName: ReadonlyMap<string, ExpectedService>;
	byAccountEmail: ReadonlyMap<string, ExpectedService>;
	/** The secrets of the environment by their id in Secret Manager. */
	secrets: ReadonlyMap<string, SecretContract>;
	/** The variables that hold a secret, by its id in Secret Manager. */
	usersOf: ReadonlyMap<string, readonly SecretBinding[]>;
	/** The names that the second key lists, by service; a service may be in it that the contract has no longer. */
	critical: ReadonlyMap<string, ReadonlySet<string>>;
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
		environment,
		project,
		services,
		byCloudRunName: by(({ cloudRunName }) => cloudRunName),
		byPreflightJobName: by(({ preflightJobName }) => preflightJobName),
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
			Object.keys(secondKey).map((service) => [
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
	const sources = new Map(
		Object.entries(contract.variables).map(([name, value]) => [
			variableIn(name, environment),
			plainSource(value),
		]),
	);
	return {
		service,
		contract,
		cloudRunName: serviceNameIn(platform, service, environment),
		preflightJobName: preflightJobNameIn(platform, service, environment),
		accountEmail: serviceAccountEmail(
			platform,
			service,
			platform.environments[environment].project,
		),
		callers: callersOf(platform, service, environment),
		bindings,
		plain: bindings.plain.map((each) => ({
			...each,
			source: sources.get(each.variable) ?? "literal",
		})),
		variables: new Set(
			[...bindings.secrets, ...bindings.plain].map(({ variable }) => variable),
		),
		secretIds: new Set(
			secretsReadBy(platform, service, environment).map((id) =>
				secretIdIn(id, environment),
			),
		),
		critical: criticalVariables(secondKey, service, environment),
	};
}
