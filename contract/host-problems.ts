/** Hosts that more than one service would answer to. They are looked for in every environment at once. */
import type { Environment } from "./environments.ts";
import type { Platform, Problem } from "./schema.ts";

/** A host where the contract writes it. What `local` takes over from staging is written once. */
type Written = {
	service: string;
	environment: Environment;
	index: number;
	host: string;
};

export function* hostProblems(platform: Platform): Generator<Problem> {
	const seen = new Map<string, Written>();
	for (const each of hostsOf(platform)) {
		const { service, environment, index, host } = each;
		const other = seen.get(host);
		if (other === undefined) {
			seen.set(host, each);
		} else if (!isLocalCopy(other, each)) {
			yield {
				path: ["services", service, "publicHosts", environment, index],
				message: `'${host}' is a host of ${other.service} in ${other.environment} already: a host belongs to one service in one environment, so give each its own`,
			};
		}
	}
}

const hostsOf = ({ services }: Platform): Written[] =>
	Object.entries(services).flatMap(([service, { publicHosts }]) =>
		(["staging", "production", "local"] as const).flatMap((environment) =>
			(publicHosts[environment] ?? []).map((host, index) => ({
				service,
				environment,
				index,
				host,
			})),
		),
	);

/** What `local` would have without saying so may be said. */
const isLocalCopy = (one: Written, other: Written) =>
	one.service === other.service &&
	one.environment === "staging" &&
	other.environment === "local";
