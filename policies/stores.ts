/** Which of the contract's data stores a resource is, and which the stack lacks. */
import { type NamedStore, storesOfKind } from "../contract/needs.ts";
import type { StoreKind } from "../contract/stores.ts";
import type { Evidence } from "./evidence.ts";
import { known, textAt } from "./read.ts";
import type { Finding } from "./rule.ts";
import { type StackResource, types } from "./stack.ts";

/** A finding for each service that needs a store, if no resource of the type exists; only the whole stack can tell. */
export function* missingStore(
	{ stack, expected }: Evidence,
	kind: StoreKind,
	type: string,
	what: string,
): Generator<Finding> {
	if (stack.whole && stack.ofType(type).length === 0) {
		for (const { service, stores } of expected.services) {
			if (stores.some(({ store }) => store.kind === kind)) {
				yield {
					service,
					found: `no ${what}`,
					needed: `the ${what} that the service needs`,
				};
			}
		}
	}
}

/** The stores whose database is made in an instance; where none can be told, every one that it may be. */
export function databasesIn(
	{ stack, expected }: Evidence,
	instance: StackResource,
): NamedStore<"postgres">[] {
	const all = storesOfKind(expected.platform, "postgres");
	const names = stack
		.ofType(types.database)
		.filter((database) =>
			stack
				.madeFrom(database, "instance", types.databaseInstance)
				.includes(instance),
		)
		.map(({ properties }) => known(textAt(properties, "name")));
	const found = all.filter(({ store }) => names.includes(store.database));
	return found.length === 0 ? all : found;
}
