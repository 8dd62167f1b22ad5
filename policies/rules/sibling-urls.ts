/** Services reach each other where the platform serves them, and others only where the contract says so. */
import { valueIn } from "../../contract/environments.ts";
import { ownHosts } from "../../contract/foreign-hosts.ts";
import { urlsIn } from "../../contract/url-hosts.ts";
import type { Expected } from "../expected.ts";
import { wrongPlainValues } from "../plain-values.ts";
import { known } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";

export const siblingUrls: Rule = {
	id: "sibling-urls",
	level: "mandatory",
	requirements: ["R-046"],
	complies:
		"The variables that hold a service's URL or host have the contract's value, and every URL in a plain variable is encrypted and names a host that the platform serves in this environment, or one of `foreignHosts`.",
	rejects: [
		"a service's URL with another value",
		"http: or ws: outside local",
		"a host that the platform does not serve in this environment",
		"a foreign host that the contract does not declare",
		"a host that is not written in lower case, or with a dot at its end",
		"a URL in which programs find different hosts",
	],
	why: "Two services once had different ideas of where the third one was; each of them started.",
	fix: "take the URL from the contract",
	looksAt: "resource",
	*check({ workloads, ours, expected }) {
		for (const workload of ours) {
			yield* wrongPlainValues(
				workload,
				expected,
				"url",
				"urls",
				"host",
				"hosts",
			);
		}
		const served = servedHosts(expected);
		const allowed = new Set([
			...served,
			...Object.keys(expected.platform.foreignHosts),
		]);
		const needed = `one of ${[...served].join(", ")}, or a host in foreignHosts`;
		for (const workload of workloads) {
			for (const { name, value } of workload.everyVariable) {
				for (const { scheme, hosts } of urlsIn(known(value) ?? "")) {
					const encrypted = scheme === "https" || scheme === "wss";
					const variable = known(name);
					if (!encrypted && expected.environment !== "local") {
						yield {
							...suffers(workload),
							variable,
							found: "a URL that is not encrypted",
							needed: "https or wss",
						};
					}
					if (!hosts.every((host) => allowed.has(host))) {
						yield {
							...suffers(workload),
							variable,
							...wrongHost(expected, hosts),
							needed,
						};
					}
				}
			}
		}
	},
};

/** What kind of host it is, never which: a URL that is taken apart wrongly may show a password. */
function wrongHost(
	{ platform }: Expected,
	hosts: readonly string[],
): Pick<Finding, "found" | "fix"> {
	const [host = ""] = hosts;
	const others = hosts.some(
		(each) => each.toLowerCase() !== host.toLowerCase(),
	);
	if (others) {
		return {
			found: "a URL in which programs find different hosts",
			fix: "write the host without '\\', '%', line feeds and other signs that no host has",
		};
	}
	if (hosts.some((each) => /[A-Z]/.test(each) || each.endsWith("."))) {
		return {
			found:
				"a URL whose host is not written in lower case, or with a dot at its end",
			fix: "write the host as the contract has it: who compares origins compares texts",
		};
	}
	return ownHosts(platform).has(host)
		? { found: "a URL of a host that the platform does not serve here" }
		: {
				found: "a URL of a foreign host that the contract does not declare",
				fix: "declare it in foreignHosts of contract/platform.ts with the reason, or take the URL of a service from the contract",
			};
}

function servedHosts({ services, environment }: Expected): Set<string> {
	return new Set(
		services.flatMap(({ contract }) =>
			valueIn(contract.publicHosts, environment),
		),
	);
}
