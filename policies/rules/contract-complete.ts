/** A workload has every variable and file of the contract. */
import type { Environment } from "../../contract/environments.ts";
import type { OurWorkload } from "../evidence.ts";
import { isMountedAs } from "../mounted.ts";
import { wrongPlainValues } from "../plain-values.ts";
import { known } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";

export const contractComplete: Rule = {
	id: "contract-complete",
	level: "mandatory",
	requirements: ["R-022", "R-030", "R-031", "R-042"],
	complies:
		"Each service, and each job that works for it, has every variable and secret file of the contract, and the plain ones hold the contract's value.",
	rejects: [
		"a variable that is missing",
		"a secret file that is missing",
		"a plain variable with another value, or one that this preview does not know",
	],
	why: "A service that starts without a variable falls back to a default, such as a database on its own machine.",
	fix: "bind it as contract/platform.ts says",
	looksAt: "resource",
	*check({ ours, expected }) {
		for (const workload of ours) {
			// A list that is unknown as a whole is the rule bindings-static's.
			if (workload.variables.state !== "unknown") {
				yield* missingVariables(workload);
				yield* wrongPlainValues(workload, expected, "literal");
			}
			if (workload.files.state !== "unknown") {
				yield* missingFiles(workload, expected.environment);
			}
		}
	},
};

function* missingVariables(workload: OurWorkload): Generator<Finding> {
	const names = new Set(
		known(workload.variables)?.map(({ name }) => known(name)),
	);
	const { secrets, plain } = workload.of.bindings;
	for (const { variable, secretId } of secrets) {
		if (!names.has(variable)) {
			yield {
				...suffers(workload),
				variable,
				secretId,
				found: "no such variable",
				needed: "one that is bound to the secret",
			};
		}
	}
	for (const { variable, value } of plain) {
		if (!names.has(variable)) {
			yield {
				...suffers(workload),
				variable,
				found: "no such variable",
				needed: `the plain value '${value}'`,
			};
		}
	}
}

function* missingFiles(
	workload: OurWorkload,
	environment: Environment,
): Generator<Finding> {
	const paths = (known(workload.files) ?? []).map(
		({ path }) => known(path) ?? "",
	);
	for (const { path, secretId } of workload.of.bindings.files) {
		if (!paths.some((found) => isMountedAs(environment, found, path))) {
			yield {
				...suffers(workload),
				secretId,
				found: `no file ${path}`,
				needed: "the secret, mounted as that file",
			};
		}
	}
}
