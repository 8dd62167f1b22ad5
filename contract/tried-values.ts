/** What preflight can try of a service's values. Who issued the others is asked by nobody but the service. */
import { secretsIn, secretsReadBy } from "./bindings.ts";
import type { Environment } from "./environments.ts";
import { type NamedStore, storesBoundBy, usesThrough } from "./needs.ts";
import type { Platform } from "./schema.ts";
import type { StoreAttribute, StoreKind } from "./stores.ts";

/** By what preflight logs in to a store of each kind: one of the lists. */
const logins: Record<StoreKind, readonly StoreAttribute[][]> = {
	postgres: [["url"], ["host", "user", "password"]],
	redis: [["url"], ["host", "password"]],
	clickhouse: [
		["url"],
		["endpoint", "user", "password"],
		["host", "port", "user", "password"],
	],
	// Without a key as the service's own account.
	bucket: [["name"]],
};

/** The stores that a service binds, and what it lacks of each for preflight to log in there; undefined if nothing. */
export function triedStores(
	platform: Platform,
	service: string,
	environment: Environment,
): (NamedStore & { lacks: string | undefined })[] {
	const read = new Set(secretsReadBy(platform, service, environment));
	const uses = secretsIn(platform, environment)
		.filter(({ id }) => read.has(id))
		.flatMap((secret) => usesThrough(platform, secret));
	return storesBoundBy(platform, service, environment).map((store) => {
		const taken = uses.flatMap(({ name, attribute }) =>
			name === store.name ? [attribute] : [],
		);
		const forms = logins[store.store.kind];
		const isTried = forms.some((form) =>
			form.every((attribute) => taken.includes(attribute)),
		);
		return {
			...store,
			lacks: isTried
				? undefined
				: forms.map((form) => form.join(", ")).join(", or "),
		};
	});
}

/** The ids of the secrets with whose values preflight logs in for a service, whole or in part. */
export function triedSecrets(
	platform: Platform,
	service: string,
	environment: Environment,
): ReadonlySet<string> {
	const tried = new Set(
		triedStores(platform, service, environment)
			.filter(({ lacks }) => lacks === undefined)
			.map(({ name }) => name),
	);
	return new Set(
		secretsIn(platform, environment)
			.filter((secret) =>
				usesThrough(platform, secret).some(({ name }) => tried.has(name)),
			)
			.map(({ id }) => id),
	);
}
