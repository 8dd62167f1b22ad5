/** Hosts that are somebody else's: object storage, a login provider, a collector of telemetry. */
import { environments, valueIn } from "./environments.ts";
import type { PlainValue, Platform, Problem } from "./schema.ts";
import { hostsIn } from "./templates.ts";
import { urlsIn } from "./url-hosts.ts";

/**
 * A host is declared for the whole platform, since whether somebody else is who we mean does not depend on which of our
 * services asks. Each is written out: the contract holds the values that name hosts, so that no pattern is needed. One
 * that nothing names is refused: a host that was moved away from would stay allowed.
 */
export function* foreignHostProblems(platform: Platform): Generator<Problem> {
	const own = ownHosts(platform);
	const named = new Set(
		Object.values(platform.services).flatMap(({ variables }) =>
			Object.values(variables)
				.flatMap(textsOf)
				.flatMap(urlsIn)
				.flatMap(({ hosts }) => hosts),
		),
	);
	for (const [index, { source }] of platform.secrets.entries()) {
		for (const host of source.from === "template" ? hostsIn(source.text) : []) {
			named.add(host);
			if (!own.has(host) && !Object.hasOwn(platform.foreignHosts, host)) {
				yield {
					path: ["secrets", index, "source", "text"],
					message: `leads to '${host}', which is none of the platform's hosts: declare it in foreignHosts, with the reason`,
				};
			}
		}
	}
	for (const host of Object.keys(platform.foreignHosts)) {
		const service = own.get(host);
		if (service !== undefined) {
			yield {
				path: ["foreignHosts", host],
				message: `is a host of the service '${service}': remove it, and let variables take { from: "url", of: "${service}" }`,
			};
		} else if (!named.has(host)) {
			yield {
				path: ["foreignHosts", host],
				message:
					"is named by no URL in a plain variable or a template: remove it",
			};
		}
	}
}

/** The services' own hosts in every environment, each with its service. */
export function ownHosts({
	services,
}: Pick<Platform, "services">): ReadonlyMap<string, string> {
	return new Map(
		Object.entries(services).flatMap(([service, { publicHosts }]) =>
			environments.flatMap((environment) =>
				valueIn(publicHosts, environment).map(
					(host) => [host, service] as const,
				),
			),
		),
	);
}

/** The texts that the contract writes for a plain variable, in every environment. */
export function textsOf(value: PlainValue): string[] {
	if (typeof value === "string") {
		return [value];
	}
	return "from" in value ? [] : Object.values(value);
}
