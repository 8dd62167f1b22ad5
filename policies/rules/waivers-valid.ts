/** Exemptions are reasoned, for a time, and never for what a service cannot work without. */
import type { Rule } from "../rule.ts";

export const waiversValid: Rule = {
	id: "waivers-valid",
	level: "mandatory",
	requirements: ["R-042"],
	complies:
		"Each entry of policies/waivers.json names a rule that exists, a resource or service, a reason and a day that has not passed; none exempts a critical binding.",
	rejects: [
		"a waiver without a reason",
		"a waiver of a rule that does not exist",
		"a waiver whose day has passed",
		"a waiver with another form",
		"a waiver of a violation that a critical name suffers from, which then still counts",
	],
	why: "An exemption that nobody has to look at again becomes the rule.",
	fix: "correct or remove the entry in policies/waivers.json",
	looksAt: "stack",
	*check({ waivers }) {
		yield* waivers.problems;
	},
};
