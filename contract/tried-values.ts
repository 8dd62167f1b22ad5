/** What preflight can try of a service's values. Who issued the others is asked by nobody but the service. */
import type { CheckedStore, Checklist } from "./checklist.ts";
import { usesThrough } from "./needs.ts";
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

type Bound = Pick<Checklist, "stores" | "sources">;

/** A store that a service binds, and what it lacks of it for preflight to log in there; undefined if nothing. */
export type TriedStore = {
	name: string;
	kind: CheckedStore["kind"];
	lacks: string | undefined;
};

/** The stores that a service binds. */
export function triedStores(bound: Bound): TriedStore[] {
	const uses = usesIn(bound).flatMap(([, each]) => each);
	return Object.entries(bound.stores).map(([name, { kind }]) => {
		const taken = uses.flatMap((use) =>
			use.name === name ? [use.attribute] : [],
		);
		const forms = logins[kind];
		const isTried = forms.some((form) =>
			form.every((attribute) => taken.includes(attribute)),
		);
		return {
			name,
			kind,
			lacks: isTried
				? undefined
				: forms.map((form) => form.join(", ")).join(", or "),
		};
	});
}

/** The ids of the secrets with whose values preflight logs in for a service, whole or in part. */
export function triedSecrets(bound: Bound): ReadonlySet<string> {
	const tried = new Set(
		triedStores(bound)
			.filter(({ lacks }) => lacks === undefined)
			.map(({ name }) => name),
	);
	return new Set(
		usesIn(bound)
			.filter(([, uses]) => uses.some(({ name }) => tried.has(name)))
			.map(([id]) => id),
	);
}

const usesIn = (bound: Bound) =>
	Object.entries(bound.sources).map(
		([id, source]) => [id, usesThrough(bound, { id, source })] as const,
	);
