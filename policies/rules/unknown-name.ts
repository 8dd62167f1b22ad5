/** Nothing has a name that the contract does not have. */

import type { Environment } from "../../contract/environments.ts";
import { nearest } from "../../contract/nearest.ts";
import type { ExpectedService } from "../expected.ts";
import { isMountedAs } from "../mounted.ts";
import { known } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";
import type { Workload } from "../workload.ts";

export const unknownName: Rule = {
	id: "unknown-name",
	level: "mandatory",
	requirements: ["R-044"],
	complies:
		"Each Cloud Run service is one of the contract's, each job works for one of them, and each of their variables and secret files is in the contract for this environment.",
	rejects: [
		"a variable that the contract does not have, with the nearest name that it has",
		"another environment's variable",
		"a secret file that the contract does not have",
		"a service or job that the contract does not have",
	],
	why: "A misspelt name leaves the right one unset, and the application falls back to a default.",
	fix: "correct the name, or add it to contract/platform.ts",
	looksAt: "resource",
	*check({ workloads, expected }) {
		for (const workload of workloads) {
			const { of } = workload;
			if (of === undefined) {
				const name = known(workload.name) ?? "";
				const near = nearest(name, [
					...expected.byCloudRunName.keys(),
					...expected.byJobName.keys(),
				]);
				yield {
					...suffers(workload),
					found: `a ${workload.kind} that the contract does not have`,
					needed:
						near === undefined
							? `one of the contract's: ${[...expected.byCloudRunName.keys()].join(", ")}`
							: `${near}, which is the nearest name`,
				};
				continue;
			}
			yield* strayVariables(workload, of);
			yield* strayFiles(workload, of, expected.environment);
		}
	},
};

function* strayVariables(
	workload: Workload,
	{ variables }: ExpectedService,
): Generator<Finding> {
	for (const { name } of workload.everyVariable) {
		const variable = known(name);
		if (variable !== undefined && !variables.has(variable)) {
			const near = nearest(variable, variables);
			yield {
				...suffers(workload),
				variable,
				found: "a name that the contract does not have for this service",
				needed:
					near === undefined
						? "one that it has"
						: `${near}, which is the nearest name`,
			};
		}
	}
}

function* strayFiles(
	workload: Workload,
	{ bindings }: ExpectedService,
	environment: Environment,
): Generator<Finding> {
	for (const file of known(workload.files) ?? []) {
		const path = known(file.path);
		const isKnown = bindings.files.some((wanted) =>
			isMountedAs(environment, path ?? "", wanted.path),
		);
		if (path !== undefined && !isKnown) {
			yield {
				...suffers(workload),
				secretId: known(file.secret)?.secretId,
				found: `the secret file ${path}, which the contract does not have for this service`,
				needed: "one that it has",
			};
		}
	}
}
