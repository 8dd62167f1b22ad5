/** The data stores that services need, where the stack has none of the kind. */
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./rule.ts";

/** A finding for each service that needs a store, if no resource of the type exists; only the whole stack can tell. */
export function* missingStore(
	{ stack, expected }: Evidence,
	need: "postgres" | "redis",
	type: string,
	what: string,
): Generator<Finding> {
	if (stack.whole && stack.ofType(type).length === 0) {
		for (const { service, contract } of expected.services) {
			if (contract.needs.includes(need)) {
				yield {
					service,
					found: `no ${what}`,
					needed: `the ${what} that the service needs`,
				};
			}
		}
	}
}
