/** Nothing that a deployed service gets points at its own machine. */
import {
	commandPointsAtLoopback,
	pointsAtLoopback,
} from "../../contract/loopback.ts";
import { known } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";

export const noLoopback: Rule = {
	id: "no-loopback",
	level: "mandatory",
	requirements: ["R-020", "R-021", "R-046"],
	complies:
		"In staging and production no variable, argument or secret value names a loopback host, or 0.0.0.0 other than to listen there.",
	rejects: [
		"a plain variable that points at loopback",
		"0.0.0.0 where nothing listens: in a URL, or in a variable whose name is not that of a listen address",
		"a secret whose value, where it is known, points at loopback",
		"a command or argument that points at loopback",
	],
	why: "There is no database, Redis or ClickHouse beside a container in Cloud Run; services once fell back to localhost and started.",
	fix: "use the address that the data store's resource gives, or the sibling's public URL; to listen on every address, 0.0.0.0 in a variable such as HOST or LISTEN_ADDRESS, or after --host",
	looksAt: "resource",
	*check(evidence) {
		if (evidence.expected.environment === "local") {
			return;
		}
		const needed = "an address that a container in Cloud Run can reach";
		for (const workload of evidence.workloads) {
			const reviewed = new Map(
				workload.of?.plain
					.filter(({ variable }) => workload.of?.reviewed.has(variable))
					.map(({ variable, value }) => [variable, value]),
			);
			for (const { name, value } of workload.everyVariable) {
				const text = known(value) ?? "";
				if (
					reviewed.get(known(name) ?? "") !== text &&
					pointsAtLoopback(text, known(name))
				) {
					yield {
						...suffers(workload),
						variable: known(name),
						found: "a value that points at loopback",
						needed,
					};
				}
			}
			if (commandPointsAtLoopback(workload.commandLine)) {
				yield {
					...suffers(workload),
					found: "a command or argument that points at loopback",
					needed,
				};
			}
		}
		for (const { value, secretId, resource } of evidence.secretData()) {
			const users = evidence.expected.usersOf.get(secretId) ?? [];
			for (const { service, variable } of pointsAtLoopback(value)
				? users
				: []) {
				yield {
					service,
					variable,
					secretId,
					resource,
					found: "a value that points at loopback",
					needed,
				};
			}
		}
	},
};
