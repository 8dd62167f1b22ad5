/** What a workload gets can be read from the plan. */
import { known, type Reading } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";

export const bindingsStatic: Rule = {
	id: "bindings-static",
	level: "mandatory",
	requirements: ["R-030", "R-032"],
	complies:
		"The names of a workload's variables, the ids of its secrets and the paths of its secret files are known at preview.",
	rejects: [
		"a list of variables or files that this preview does not know",
		"a variable whose name this preview does not know",
		"a binding whose secret this preview does not know",
		"a volume with a secret that no container mounts, or mounts in part",
	],
	why: "What can't be read can't be checked: a swapped or missing binding would pass the first preview and fail in the running service.",
	fix: "write names and ids as literals, and bind `secret.secretId`, which is known at preview, instead of `secret.id`",
	looksAt: "resource",
	*check({ workloads }) {
		for (const workload of workloads) {
			const needed = "what every rule can read at preview";
			for (const [what, list] of [
				["variables", workload.variables],
				["secret files", workload.files],
			] as const) {
				if (list.state === "unknown") {
					yield {
						...suffers(workload),
						found: `a list of ${what} that this preview does not know`,
						needed,
						critical: true,
					};
				}
			}
			for (const [
				index,
				{ name, secret },
			] of workload.everyVariable.entries()) {
				if (name.state !== "known") {
					yield {
						...suffers(workload),
						found: `variable number ${index + 1} with a name that this preview does not know`,
						needed,
						critical: true,
					};
				} else if (secret !== undefined && secret.secret.state !== "known") {
					yield {
						...suffers(workload),
						variable: name.value,
						found: "a binding to a secret that this preview does not know",
						needed,
					};
				}
			}
			for (const { path, secret } of known(workload.files) ?? []) {
				if (path.state !== "known" || secret.state !== "known") {
					yield {
						...suffers(workload),
						found: `${named(path)}${secret.state === "known" ? "" : ", of a secret that this preview does not know"}`,
						needed,
						critical: true,
					};
				}
			}
		}
	},
};

function named(path: Reading<string>): string {
	switch (path.state) {
		case "known":
			return `the secret file ${path.value}`;
		case "unknown":
			return "a secret file whose path this preview does not know";
		case "missing":
			return "a volume with a secret that no container mounts";
	}
}
