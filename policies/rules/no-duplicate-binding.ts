/** A variable has one value, a file one content. */
import { known } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";

export const noDuplicateBinding: Rule = {
	id: "no-duplicate-binding",
	level: "mandatory",
	requirements: ["R-043"],
	complies: "No container has a variable twice, and no file is mounted twice.",
	rejects: ["a variable that is set twice", "a file that is mounted twice"],
	why: "Which of the two wins is the platform's choice, not the author's; the provider merges equal ones silently.",
	fix: "remove all but one",
	looksAt: "inputs",
	*check({ workloads }) {
		for (const workload of workloads) {
			for (const container of workload.containers) {
				const names = (known(container.variables) ?? []).map(({ name }) =>
					known(name),
				);
				for (const variable of repeated(names)) {
					yield {
						...suffers(workload),
						variable,
						found: "the variable more than once",
						needed: "it once",
					};
				}
			}
			const paths = (known(workload.files) ?? []).map(({ path }) =>
				known(path),
			);
			for (const path of repeated(paths)) {
				yield {
					...suffers(workload),
					found: `the file ${path} more than once`,
					needed: "it once",
				};
			}
		}
	},
};

function repeated(names: (string | undefined)[]): Set<string> {
	return new Set(
		names
			.filter((name) => name !== undefined)
			.filter((name, index, all) => all.indexOf(name) !== index),
	);
}
