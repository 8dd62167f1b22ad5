/** What a service gets in an environment, computed from the contract; pure, and the only place that computes it. */

import { type Environment, valueIn } from "./environments.ts";
import { secretIdIn, variableIn } from "./names.ts";
import { own } from "./own-keys.ts";
import { shownName } from "./printable.ts";
import type {
	PlainValue,
	Platform,
	SecretContract,
	ServiceContract,
} from "./schema.ts";
import { storeUses } from "./sources.ts";
import {
	keyAttributes,
	type StoreAttribute,
	type StoreKind,
} from "./stores.ts";

/** An environment variable whose value is a version of a secret. */
export type SecretBinding = {
	service: string;
	/** The variable's name in this environment. */
	variable: string;
	/** The secret's id in the contract, without the environment. */
	secret: string;
	/** The secret's id in Secret Manager. */
	secretId: string;
	/** The service cannot work without it. */
	critical: boolean;
};

/** An environment variable whose value is written into the service. */
export type PlainVariable = {
	service: string;
	variable: string;
	value: string;
};

/** A file in the container whose content is a version of a secret. */
export type SecretFile = Omit<SecretBinding, "variable"> & { path: string };

export type Bindings = {
	secrets: SecretBinding[];
	plain: PlainVariable[];
	files: SecretFile[];
};

/**
 * A service's entry in the contract.
 * @throws {RangeError} that lists the services there are.
 */
export function serviceContract(
	platform: Platform,
	service: string,
): ServiceContract {
	const found = own(platform.services, service);
	if (found === undefined) {
		throw new RangeError(
			`there is no service '${shownName(service)}' in the contract; it has: ${Object.keys(platform.services).join(", ")}`,
		);
	}
	return found;
}

/** The secrets that exist in an environment. */
export function secretsIn(
	platform: Platform,
	environment: Environment,
): SecretContract[] {
	return platform.secrets.filter(
		(secret) => secret.environments?.includes(environment) ?? true,
	);
}

/** Everything that a service gets in an environment, each list sorted as the contract writes it. */
export function bindingsFor(
	platform: Platform,
	service: string,
	environment: Environment,
): Bindings {
	const contract = serviceContract(platform, service);
	const existing = new Map(
		secretsIn(platform, environment).map((secret) => [secret.id, secret]),
	);
	const bound = (id: string) => {
		const secret = existing.get(id);
		return secret === undefined
			? []
			: [
					{
						service,
						secret: id,
						secretId: secretIdIn(id, environment),
						critical: secret.criticalIn.includes(service),
					},
				];
	};
	return {
		secrets: Object.entries(contract.secrets).flatMap(([name, id]) =>
			bound(id).map((rest) => ({
				variable: variableIn(name, environment),
				...rest,
			})),
		),
		plain: Object.entries(contract.variables).map(([name, value]) => ({
			service,
			variable: variableIn(name, environment),
			value: plainValueIn(platform, value, environment),
		})),
		files: Object.entries(contract.secretFiles).flatMap(([path, id]) =>
			bound(id).map((rest) => ({ path, ...rest })),
		),
	};
}

/** The ids of the secrets that a service reads, as variables or as files, each once. */
export function secretsReadBy(
	platform: Platform,
	service: string,
	environment: Environment,
): string[] {
	const { secrets, secretFiles } = serviceContract(platform, service);
	const existing = new Set(
		secretsIn(platform, environment).map(({ id }) => id),
	);
	const read = [...Object.values(secrets), ...Object.values(secretFiles)];
	return [...new Set(read.filter((id) => existing.has(id)))];
}

/** True for a secret that services read as a file and in no other way. */
export function isFileAlone({ services }: Platform, id: string): boolean {
	const all = Object.values(services);
	return (
		all.some(({ secretFiles }) => Object.values(secretFiles).includes(id)) &&
		!all.some(({ secrets }) => Object.values(secrets).includes(id))
	);
}

/** What holds a login that takes turns with another, or a part of one that the other has otherwise. */
const loginAttributes: Partial<Record<StoreKind, readonly StoreAttribute[]>> = {
	postgres: ["url", "user", "password"],
	bucket: keyAttributes,
};

/** True for a value that follows the live login of a PostgreSQL store, or the live key of a bucket. */
export function followsLogin(
	platform: Platform,
	{ source }: SecretContract,
): boolean {
	return storeUses(platform, source).some(({ store, attribute }) =>
		loginAttributes[store.kind]?.includes(attribute),
	);
}

/** The ids in Secret Manager of the secrets whose value follows a login or a key. */
export function loginSecretIds(
	platform: Platform,
	environment: Environment,
): ReadonlySet<string> {
	return new Set(
		secretsIn(platform, environment)
			.filter((secret) => followsLogin(platform, secret))
			.map(({ id }) => secretIdIn(id, environment)),
	);
}

/** True if a service gets a database login or a bucket's key, in whatever form. */
export function bindsLogin(
	platform: Platform,
	service: string,
	environment: Environment,
): boolean {
	const carriers = loginSecretIds(platform, environment);
	return secretsReadBy(platform, service, environment).some((id) =>
		carriers.has(secretIdIn(id, environment)),
	);
}

function plainValueIn(
	platform: Platform,
	value: PlainValue,
	environment: Environment,
): string {
	if (typeof value === "string") {
		return value;
	}
	if (!("from" in value)) {
		return valueIn(value, environment);
	}
	switch (value.from) {
		case "environment":
			return environment;
		case "project":
			return platform.environments[environment].project;
		case "region":
			// The contract's check lets none through where it is missing.
			return platform.environments[environment].region ?? "";
		case "host":
			return publicHosts(platform, value.of, environment)[0] ?? "";
		case "hosts":
			return publicHosts(platform, value.of, environment).join(",");
		case "url":
			return `${value.scheme ?? "https"}://${publicHosts(platform, value.of, environment)[0]}`;
		case "urls":
			return publicHosts(platform, value.of, environment)
				.map((host) => `https://${host}`)
				.join(",");
	}
}

function publicHosts(
	platform: Platform,
	service: string,
	environment: Environment,
) {
	return valueIn(serviceContract(platform, service).publicHosts, environment);
}
