/** A service gets the time that it needs to start. */
import { type Data, numberAt } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";

/** Cloud Run's defaults, and its limit for an instance's whole start. */
const defaults = {
	initialDelaySeconds: 0,
	periodSeconds: 10,
	failureThreshold: 3,
	timeoutSeconds: 1,
};
const longestSeconds = 240;

export const startupBudget: Rule = {
	id: "startup-budget",
	level: "mandatory",
	requirements: ["R-060"],
	complies:
		"The startup probe's delay plus its period times its failure threshold covers the contract's start time, and stays within Cloud Run's 240 s.",
	rejects: [
		"a budget below the contract's start time",
		"a budget above what Cloud Run grants",
		"a timeout longer than the period",
		"a number that this preview does not know",
	],
	why: "Health checks gave up before a service could recover.",
	fix: "raise failureThreshold or periodSeconds of the startup probe",
	looksAt: "resource",
	*check({ ours }) {
		for (const workload of ours.filter(({ kind }) => kind === "service")) {
			const budget = budgetOf(workload.main?.data ?? null);
			const seconds = workload.of.contract.startBudgetSeconds;
			const needed = `from ${seconds} s, the contract's start time, to ${longestSeconds} s`;
			if (budget === undefined) {
				yield {
					...suffers(workload),
					found: "a startup budget that this preview does not know",
					needed,
				};
			} else if (budget.total < seconds || budget.total > longestSeconds) {
				yield {
					...suffers(workload),
					found: `a startup budget of ${budget.total} s`,
					needed,
				};
			} else if (budget.timeoutSeconds > budget.periodSeconds) {
				yield {
					...suffers(workload),
					found: `a startup probe with a timeout of ${budget.timeoutSeconds} s and a period of ${budget.periodSeconds} s`,
					needed: "a timeout no longer than the period",
				};
			}
		}
	},
};

function budgetOf(container: Data) {
	const numbers = Object.entries(defaults).map(([key, value]) => {
		const reading = numberAt(container, "startupProbe", key);
		return [
			key,
			reading.state === "known"
				? reading.value
				: reading.state === "missing"
					? value
					: Number.NaN,
		];
	});
	const probe = Object.fromEntries(numbers) as typeof defaults;
	const total =
		probe.initialDelaySeconds + probe.periodSeconds * probe.failureThreshold;
	return Number.isNaN(total + probe.timeoutSeconds)
		? undefined
		: { ...probe, total };
}
