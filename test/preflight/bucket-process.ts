/**
 * A process that checks the buckets of a service, as often as it is asked to. Jest's context has classes of errors of its own,
 * by which Node's errors are none.
 */
import type { Checklist } from "../../contract/checklist.ts";
import { dependencyChecks } from "../../preflight/checks/plan.ts";
import { readAccess } from "../../preflight/dependencies.ts";
import { expectationsOf } from "../../preflight/expectations.ts";
import { textLine } from "../../preflight/outcome.ts";
import { runCheck } from "../../preflight/run.ts";

export type Question = {
	checklist: Checklist;
	variables: Record<string, string>;
};

/** Little, so that what is tried again ends. */
const patience = { budgetSeconds: 2, attemptSeconds: 1.5 };

process.on("message", async (question: Question) => {
	process.send?.(await said(question));
});

/** What is wrong with the variables that are given, and what the checks of buckets say. */
async function said(question: Question): Promise<string[]> {
	const { checklist, variables } = question;
	const { access, problems } = readAccess(
		checklist,
		variables,
		// The other stores' are nothing to this.
		new Set(
			expectationsOf(checklist)
				.map(({ variable }) => variable)
				.filter((variable) => variables[variable] === undefined),
		),
	);
	const checks = dependencyChecks(checklist, access).filter(({ name }) =>
		name.startsWith("bucket"),
	);
	const never = new AbortController().signal;
	const outcomes = await Promise.all(
		checks.map((each) => runCheck(each, patience, never)),
	);
	return [
		...problems.map(({ variable, fact }) => `${variable} ${fact}`),
		...outcomes.flat().map((each) => textLine(checklist, each)),
	];
}
