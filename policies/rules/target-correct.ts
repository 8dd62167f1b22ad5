/** A binding means the secret that the contract names, of this environment and project. */
import { secretIdIn, variableIn } from "../../contract/names.ts";
import type { Evidence } from "../evidence.ts";
import { isMountedAs } from "../mounted.ts";
import { known, textAt } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";
import type { SecretReference } from "../secret-reference.ts";
import { types } from "../stack.ts";

export const targetCorrect: Rule = {
	id: "target-correct",
	level: "mandatory",
	requirements: ["R-032", "R-044", "R-045"],
	complies:
		"Each variable and secret file is bound to the secret that the contract names for it, in the stack's own project.",
	rejects: [
		"a binding to another secret",
		"a binding to a secret that does not exist",
		"a binding to another environment's secret",
		"a binding to another project's secret",
	],
	why: "A service that reads another secret under the right name starts, and fails at its first request or signs with the wrong key.",
	fix: "bind the secret that contract/platform.ts names",
	looksAt: "resource",
	*check(evidence) {
		const { environment } = evidence.expected;
		// What the contract writes, not what its functions make of it for the program.
		const named = (names: Readonly<Record<string, string>>) =>
			Object.entries(names).map(
				([name, id]) =>
					[variableIn(name, environment), secretIdIn(id, environment)] as const,
			);
		for (const workload of evidence.ours) {
			const { secrets, secretFiles } = workload.of.contract;
			const secretIds = new Map(named(secrets));
			for (const { name, secret } of workload.everyVariable) {
				const variable = known(name) ?? "";
				const wrong = difference(
					evidence,
					secretIds.get(variable),
					known(secret?.secret ?? { state: "missing" }),
				);
				if (wrong !== undefined) {
					yield { ...suffers(workload), variable, ...wrong };
				}
			}
			for (const { path, secret } of known(workload.files) ?? []) {
				const file = known(path) ?? "";
				const wanted = named(secretFiles).find(([place]) =>
					isMountedAs(environment, file, place),
				);
				const wrong = difference(evidence, wanted?.[1], known(secret));
				if (wrong !== undefined) {
					yield {
						...suffers(workload),
						...wrong,
						found: `${wrong.found} as the file ${file}`,
					};
				}
			}
		}
	},
};

function difference(
	evidence: Evidence,
	secretId: string | undefined,
	bound: SecretReference | undefined,
): Pick<Finding, "secretId" | "found" | "needed"> | undefined {
	if (secretId === undefined || bound === undefined) {
		return undefined;
	}
	const needed = `secret ${secretId} of project ${evidence.expected.project}`;
	if (bound.secretId !== secretId) {
		return { secretId, found: `secret ${bound.secretId}`, needed };
	}
	return inProject(evidence, bound)
		? undefined
		: { secretId, found: `a secret of project ${bound.project}`, needed };
}

/** The API shows a project as its number; the secret's own resource says which number is ours. */
function inProject(
	{ stack, expected }: Evidence,
	{ project, secretId }: SecretReference,
): boolean {
	return (
		project === undefined ||
		project === expected.project ||
		stack
			.ofType(types.secret)
			.some(
				({ properties }) =>
					known(textAt(properties, "name")) ===
					`projects/${project}/secrets/${secretId}`,
			)
	);
}
