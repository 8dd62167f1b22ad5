/** Everything belongs to the environment that the stack is named after. */
import { environments } from "../../contract/environments.ts";
import type { Evidence } from "../evidence.ts";
import { wrongPlainValues } from "../plain-values.ts";
import { known, textAt } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";
import { types } from "../stack.ts";
import { waiverOf } from "../waivers.ts";

export const environmentMatches: Rule = {
	id: "environment-matches",
	level: "mandatory",
	requirements: ["R-040", "R-044"],
	complies:
		"The stack is named after an environment; its resources are in that environment's project, the names of secrets, services, jobs and buckets and the variables that name environment and project say so, and no value names another environment's project.",
	rejects: [
		"a stack whose name is no environment",
		"a resource in another project, or a service of which this preview does not know the project",
		"ENVIRONMENT, GCP_PROJECT_ID or the like with another value",
		"a variable or secret value that names another environment's project",
		"a secret, service, job or bucket whose name does not say the environment",
	],
	why: "A service that believes it is elsewhere reads other secrets, or takes development defaults.",
	fix: "take the value from the contract, and set gcp:project to the environment's project",
	looksAt: "resource",
	*check(evidence) {
		yield* projects(evidence);
		yield* names(evidence);
		for (const workload of evidence.ours) {
			yield* wrongPlainValues(
				workload,
				evidence.expected,
				"environment",
				"project",
				"region",
			);
		}
		yield* foreignValues(evidence);
	},
};

/** One finding for each wrong project, not one for each resource in it; a waiver exempts its own resource alone. */
function* projects({
	stack,
	expected,
	workloads,
	waivers,
}: Evidence): Generator<Finding> {
	const { project } = expected;
	const elsewhere = Map.groupBy(
		stack.resources.filter(
			(resource) =>
				resource.type.startsWith("gcp:") &&
				waiverOf(waivers, environmentMatches.id, { resource }) === undefined,
		),
		(resource) => resource.project ?? project,
	);
	elsewhere.delete(project);
	for (const [found, [first, ...others]] of elsewhere) {
		yield {
			resource: first,
			found: `${first?.name}${others.length === 0 ? "" : ` and ${others.length} more`} in project ${found}`,
			needed: `everything in ${project}`,
			fix: `pulumi config set gcp:project ${project} -s ${expected.environment}`,
		};
	}
	for (const workload of workloads) {
		if (workload.resource.project === undefined) {
			yield {
				...suffers(workload),
				found: "a project that this preview does not know",
				needed: `project ${project}`,
				fix: `pulumi config set gcp:project ${project} -s ${expected.environment}`,
			};
		}
	}
}

/** The property that names each kind of resource, and what ends it: bucket names are everybody's. */
const named = [
	[types.secret, "secretId", ""],
	[types.service, "name", ""],
	[types.job, "name", ""],
	[types.bucket, "name", "project"],
] as const;

/** Two environments in one project, or a name that is taken elsewhere, would make one of the other's. */
function* names({ stack, expected }: Evidence): Generator<Finding> {
	const { environment, project } = expected;
	for (const [type, property, end] of named) {
		const ending = `-${environment}${end === "" ? "" : `-${project}`}`;
		for (const resource of stack.ofType(type)) {
			const name = known(textAt(resource.properties, property));
			if (name !== undefined && !name.endsWith(ending)) {
				yield {
					resource,
					found: `the name '${name}'`,
					needed: `one that ends in '${ending}'`,
				};
			}
		}
	}
}

/** Values that name the project of another environment, such as a socket of its database. */
function* foreignValues(evidence: Evidence): Generator<Finding> {
	const { platform, environment, usersOf } = evidence.expected;
	const others = environments
		.filter((each) => each !== environment)
		.map((each) => platform.environments[each].project);
	const foreign = new RegExp(
		`(?<![a-z0-9-])(${others.join("|")})(?![a-z0-9-])`,
	);
	const found = "a value that names another environment's project";
	const needed = `a value of project ${evidence.expected.project}`;
	for (const workload of evidence.workloads) {
		for (const { name, value } of workload.everyVariable) {
			if (foreign.test(known(value) ?? "")) {
				yield { ...suffers(workload), variable: known(name), found, needed };
			}
		}
	}
	for (const { secretId, resource, value } of evidence.secretData()) {
		if (foreign.test(value)) {
			const user = usersOf.get(secretId)?.[0];
			yield {
				service: user?.service,
				variable: user?.variable,
				secretId,
				resource,
				found,
				needed,
			};
		}
	}
}
