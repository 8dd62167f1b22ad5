/** Exemptions: a rule, a resource, the reason and the day until which it holds, in one reviewed file. */
import { z } from "zod";
import type { Finding } from "./rule.ts";

const waiverShape = z.strictObject({
	rule: z.string(),
	/** What a violation is about: `type::name` of the resource, or the service where there is no resource. */
	resource: z.string().min(1, "must name a resource or a service"),
	reason: z.string().refine((text) => text.trim() !== "", "must not be empty"),
	/** The last day on which it holds. */
	expires: z.iso.date("must be a day such as 2027-01-31"),
});

type Waiver = z.infer<typeof waiverShape>;

/** The waivers that hold, and what is wrong with the others. */
export type Waivers = {
	granted: readonly Waiver[];
	problems: readonly Pick<Finding, "found" | "needed">[];
};

/**
 * Reads the content of the waiver file.
 * @param rules the ids of the rules that there are
 * @param today as `2026-12-31`
 */
export function readWaivers(
	content: unknown,
	rules: readonly string[],
	today: string,
): Waivers {
	if (!Array.isArray(content)) {
		return {
			granted: [],
			problems: [
				{ found: "a waiver file that is no list", needed: "a list of waivers" },
			],
		};
	}
	const granted: Waiver[] = [];
	const problems: Waivers["problems"][number][] = [];
	for (const [index, entry] of content.entries()) {
		const found = problemOf(entry, rules, today);
		if (found === undefined) {
			granted.push(entry as Waiver);
		} else {
			problems.push({
				found: `waiver number ${index + 1} ${found}`,
				needed:
					"rule, resource, reason and a day that has not passed, and nothing else",
			});
		}
	}
	return { granted, problems };
}

function problemOf(
	entry: unknown,
	rules: readonly string[],
	today: string,
): string | undefined {
	const result = waiverShape.safeParse(entry);
	if (!result.success) {
		return result.error.issues
			.map(
				({ path, message }) => `whose ${path.join(".") || "form"}: ${message}`,
			)
			.join(" and ");
	}
	if (!rules.includes(result.data.rule)) {
		return `of the rule '${result.data.rule}', which does not exist`;
	}
	return result.data.expires < today
		? `of ${result.data.rule} for ${result.data.resource}, which expired on ${result.data.expires}`
		: undefined;
}

/** What a waiver calls the subject of a finding. */
export function subjectOf({ resource, service, secretId }: Finding): string {
	return resource === undefined
		? (service ?? secretId ?? "stack")
		: `${resource.type}::${resource.name}`;
}
