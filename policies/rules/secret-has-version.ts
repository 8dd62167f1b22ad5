/** What a binding names exists: a version that can be read, and that no update destroys. */
import type { Evidence } from "../evidence.ts";
import { booleanAt, is, known, textAt } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";
import { type StackResource, types } from "../stack.ts";
import { secretUses } from "../workload.ts";

export const secretHasVersion: Rule = {
	id: "secret-has-version",
	level: "mandatory",
	requirements: ["R-032", "R-070"],
	complies:
		"Each secret that is bound has an enabled version in this stack whose deletionPolicy is ABANDON, or is kept elsewhere and pinned by number: an external secret, or a generated one that was taken over.",
	rejects: [
		"a bound secret without a version",
		"a disabled version, or one of which this preview does not know whether it is enabled",
		"a version that an update would destroy while a revision pins it",
	],
	why: "A revision that pins a missing, disabled or destroyed version can't start, and neither can the one that it would be rolled back to.",
	fix: "make a SecretVersion of the secret with enabled: true and deletionPolicy: ABANDON",
	looksAt: "stack",
	*check(evidence) {
		for (const workload of evidence.ours) {
			for (const { variable, path, secretId, version } of secretUses(
				workload,
			)) {
				if (!evidence.expected.secrets.has(secretId)) {
					continue;
				}
				const subject = { ...suffers(workload), variable, secretId };
				const made = evidence.versionsOf(secretId);
				if (made.length === 0 && !keptElsewhere(evidence, secretId, version)) {
					yield {
						...subject,
						found: `no version of the secret${path === undefined ? "" : ` for the file ${path}`}`,
						needed: "one that this stack makes",
					};
				}
				for (const found of made.flatMap(problemsOf)) {
					yield { ...subject, found, needed: "one that stays readable" };
				}
			}
		}
	},
};

/** External values are others' to keep, and a generated one may have been taken over; the rest follow resources. */
function keptElsewhere(
	{ stack, expected }: Evidence,
	secretId: string,
	version: string | undefined,
): boolean {
	const from = expected.secrets.get(secretId)?.source.from ?? "";
	const declared = stack
		.ofType(types.secret)
		.some(
			({ properties }) => known(textAt(properties, "secretId")) === secretId,
		);
	return (
		!declared &&
		(from === "external" || from === "generated") &&
		/^[1-9]\d*$/.test(version ?? "")
	);
}

function problemsOf({ properties }: StackResource): string[] {
	const enabled = booleanAt(properties, "enabled");
	const problems: string[] = [];
	// The provider's default is to enable it.
	if (enabled.state !== "missing" && !is(enabled, true)) {
		problems.push(
			enabled.state === "unknown"
				? "a version of which this preview does not know whether it is enabled"
				: "a disabled version",
		);
	}
	if (!is(textAt(properties, "deletionPolicy"), "ABANDON")) {
		problems.push("a version that an update would destroy");
	}
	return problems;
}
