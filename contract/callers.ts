/** Who may call a service. */
import { serviceContract } from "./bindings.ts";
import type { Environment } from "./environments.ts";
import type { Platform, Problem } from "./schema.ts";

/** Everybody, and how Cloud Run is told; or the accounts of some services. */
export type Callers =
	| { who: "everybody"; by: "switch" | "grant" }
	| { who: "services"; services: string[] };

export function callersOf(
	platform: Platform,
	service: string,
	environment: Environment,
): Callers {
	return serviceContract(platform, service).public === false
		? { who: "services", services: callingServices(platform, service) }
		: {
				who: "everybody",
				by: platform.environments[environment].publicAccess ?? "switch",
			};
}

/** A service that is not public and that no other one calls could be called by nobody. */
export function* callerProblems(platform: Platform): Generator<Problem> {
	for (const [name, each] of Object.entries(platform.services)) {
		if (each.public === false && callingServices(platform, name).length === 0) {
			yield {
				path: ["services", name, "public"],
				message: `is false, and no service names '${name}' in its 'siblings', so nobody could call it`,
			};
		}
	}
}

/** The services that name it in their `siblings`. */
export function callingServices(platform: Platform, service: string): string[] {
	return Object.entries(platform.services)
		.filter(
			([name, { siblings }]) => name !== service && siblings.includes(service),
		)
		.map(([name]) => name);
}
