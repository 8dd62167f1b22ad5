/** What a service needs, worked out from what it binds. */
import { secretsIn, secretsReadBy, serviceContract } from "./bindings.ts";
import type { CheckedStore } from "./checklist.ts";
import type { Environment } from "./environments.ts";
import type { Platform } from "./schema.ts";
import {
	type AnySource,
	type StoreUse,
	secretParts,
	storeUses,
} from "./sources.ts";
import type { Store, StoreKind, StoreOf } from "./stores.ts";

/** A store and its name. */
export type NamedStore<Kind extends StoreKind = StoreKind> = {
	name: string;
	store: StoreOf<Kind>;
};

/** The stores of a kind, in the contract's order. */
export function storesOfKind<Kind extends StoreKind>(
	{ stores }: Pick<Platform, "stores">,
	kind: Kind,
): NamedStore<Kind>[] {
	return Object.entries<Store>(stores).flatMap(([name, store]) =>
		store.kind === kind ? [{ name, store: store as StoreOf<Kind> }] : [],
	);
}

/** What a service takes of its stores, once for each secret that it reads. */
export function usesOf(
	platform: Platform,
	service: string,
	environment: Environment,
): StoreUse[] {
	const read = new Set(secretsReadBy(platform, service, environment));
	return secretsIn(platform, environment)
		.filter(({ id }) => read.has(id))
		.flatMap((secret) => usesThrough(platform, secret));
}

/** What a secret holds of stores: a login to somebody else's needs the password that nothing makes. */
export function usesThrough<Declared extends CheckedStore>(
	platform: Having<Declared>,
	{ id, source }: { id: string; source: AnySource },
): StoreUse<Declared>[] {
	return [
		...storeUses(platform, source),
		...[id, ...secretParts(source)].flatMap(
			(each) => passwordUse(platform, each) ?? [],
		),
	];
}

/** What has stores: a contract, or a checklist. */
type Having<Declared> = { stores: Readonly<Record<string, Declared>> };

/** Somebody else's store keeps its password in a secret that nothing makes. */
function passwordUse<Declared extends CheckedStore>(
	{ stores }: Having<Declared>,
	id: string,
): StoreUse<Declared> | undefined {
	const [name, store] =
		Object.entries(stores).find(
			([, store]) => store.kind === "clickhouse" && store.passwordSecret === id,
		) ?? [];
	return name === undefined || store === undefined
		? undefined
		: { name, store, attribute: "password", via: undefined };
}

/** The stores that a service binds, each once, in the contract's order. */
export function storesBoundBy(
	platform: Platform,
	service: string,
	environment: Environment,
): NamedStore[] {
	const bound = new Set(
		usesOf(platform, service, environment).map(({ name }) => name),
	);
	return Object.entries(platform.stores).flatMap(([name, store]) =>
		bound.has(name) ? [{ name, store }] : [],
	);
}

/** True if a service binds a store of a kind. */
export function binds(
	kind: StoreKind,
	platform: Platform,
	service: string,
	environment: Environment,
): boolean {
	return storesBoundBy(platform, service, environment).some(
		({ store }) => store.kind === kind,
	);
}

/** The PostgreSQL stores whose sockets a service sees: those that it does not reach by tls alone. */
export function socketsOf(
	platform: Platform,
	service: string,
	environment: Environment,
): NamedStore<"postgres">[] {
	const uses = usesOf(platform, service, environment);
	return storesOfKind(platform, "postgres").filter(({ name }) => {
		const ways = uses.flatMap((use) => (use.name === name ? [use.via] : []));
		return (
			ways.includes("socket") || (ways.length > 0 && !ways.includes("tls"))
		);
	});
}

/** True if a service reaches a PostgreSQL store by tls. */
export function bindsTls(
	platform: Platform,
	service: string,
	environment: Environment,
): boolean {
	return usesOf(platform, service, environment).some(
		({ via }) => via === "tls",
	);
}

/** True if a service reaches private addresses, so that it needs a way into the VPC. Cloud SQL's sockets are no address. */
export function needsVpc(
	platform: Platform,
	service: string,
	environment: Environment,
): boolean {
	return (
		serviceContract(platform, service).vpcAccess === true ||
		binds("redis", platform, service, environment) ||
		bindsTls(platform, service, environment)
	);
}

/** Lets an account through Cloud SQL's sockets. */
const sqlClient = "roles/cloudsql.client";

/** The roles that a service's account has on the project: those that it declares, and those that its stores take. */
export function rolesOf(
	platform: Platform,
	service: string,
	environment: Environment,
): string[] {
	const { roles } = serviceContract(platform, service);
	return [
		...new Set([
			...(socketsOf(platform, service, environment).length > 0
				? [sqlClient]
				: []),
			...roles,
		]),
	];
}
