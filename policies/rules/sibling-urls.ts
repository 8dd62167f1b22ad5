/** Services reach each other where the platform serves them. */
import { valueIn } from "../../contract/environments.ts";
import { parseConnectionUrl } from "../connection-url.ts";
import type { Expected } from "../expected.ts";
import { wrongPlainValues } from "../plain-values.ts";
import { known } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";

export const siblingUrls: Rule = {
	id: "sibling-urls",
	level: "mandatory",
	requirements: ["R-046"],
	complies:
		"The variables that hold a service's URL have the contract's value, and every URL in a plain variable is encrypted and names a host that the platform serves in this environment.",
	rejects: [
		"a service's URL with another value",
		"http: or ws: outside local",
		"a host that the platform does not serve in this environment",
	],
	why: "Two services once had different ideas of where the third one was; each of them started.",
	fix: "take the URL from the contract",
	looksAt: "resource",
	*check({ workloads, ours, expected }) {
		for (const workload of ours) {
			yield* wrongPlainValues(workload, "url", "urls");
		}
		const served = hostsIn(expected);
		for (const workload of workloads) {
			for (const { name, value } of workload.everyVariable) {
				const urls = (known(value) ?? "")
					.split(",")
					.map((each) => parseConnectionUrl(each.trim()))
					.filter((url) => url !== undefined);
				for (const { scheme, host } of urls) {
					const encrypted = scheme === "https" || scheme === "wss";
					if (!encrypted && expected.environment !== "local") {
						yield {
							...suffers(workload),
							variable: known(name),
							found: "a URL that is not encrypted",
							needed: "https or wss",
						};
					}
					if (!served.has(host)) {
						yield {
							...suffers(workload),
							variable: known(name),
							found: "a URL of a host that the platform does not serve",
							needed: `one of ${[...served].join(", ")}`,
						};
					}
				}
			}
		}
	},
};

function hostsIn({ services, environment }: Expected): Set<string> {
	return new Set(
		services.flatMap(({ contract }) =>
			valueIn(contract.publicHosts, environment),
		),
	);
}
