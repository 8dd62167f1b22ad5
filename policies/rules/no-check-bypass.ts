/** No deployed service has a check turned off. */
import { known, type Reading } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";

export const noCheckBypass: Rule = {
	id: "no-check-bypass",
	level: "mandatory",
	requirements: ["R-022", "R-031"],
	complies:
		"In staging and production no workload has a variable that contract/platform.ts forbids.",
	rejects: [
		"a variable that turns a check off, such as BYPASS_… or SKIP_…",
		"a forbidden value, such as REDIS_DISABLED=true, or one that this preview does not know",
	],
	why: "A switch for tests, left on, hides the fault that the check was made to find.",
	fix: "remove the variable",
	looksAt: "resource",
	*check({ workloads, expected }) {
		if (expected.environment === "local") {
			return;
		}
		const forbidden = expected.platform.forbiddenVariables.map(matcher);
		for (const workload of workloads) {
			for (const { name, value } of workload.everyVariable) {
				const variable = known(name);
				if (
					variable !== undefined &&
					forbidden.some((matches) => matches(variable, value))
				) {
					yield {
						...suffers(workload),
						variable,
						found: "a switch that the contract forbids",
						needed: `no such variable in ${expected.environment}`,
					};
				}
			}
		}
	},
};

/** A pattern with `*`, or `NAME=value`, where a value in any case counts and an unknown one too. */
function matcher(
	pattern: string,
): (variable: string, value: Reading<string>) => boolean {
	const [name = "", forbidden] = pattern.split("=", 2);
	const names = new RegExp(`^${name.replaceAll("*", ".*")}$`);
	return (variable, value) =>
		names.test(variable) &&
		(forbidden === undefined ||
			value.state !== "known" ||
			value.value.trim().toLowerCase() === forbidden.toLowerCase());
}
