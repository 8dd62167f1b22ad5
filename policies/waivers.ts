/** Exemptions: a rule, a resource, the reason and the day until which it holds, in one reviewed file. */
import { z } from "zod";
import type { Finding } from "./rule.ts";
import { types } from "./stack.ts";

const waiverShape = z.strictObject({
	rule: z.string(),
	/** What a violation is about. @see subjectsOf */
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

/** The waiver that exempts a finding of a rule, if there is one. */
export function waiverOf(
	{ granted }: Waivers,
	rule: string,
	finding: Pick<Finding, "resource" | "service" | "secretId">,
): Waiver | undefined {
	const subjects = subjectsOf(finding);
	return granted.find(
		(waiver) => waiver.rule === rule && subjects.includes(waiver.resource),
	);
}

/**
 * What a waiver may call the subject of a finding: the resource to blame, as `type::name`, and nothing but that resource.
 * Or the service, by its name in the contract: that covers the service itself, its jobs, and what blames no resource, but
 * no other resource, such as a secret that other services read too. Both can be told of one resource that is judged
 * alone, so an update says of a waiver what the preview said.
 */
function subjectsOf({
	resource,
	service,
	secretId,
}: Pick<Finding, "resource" | "service" | "secretId">): string[] {
	if (resource === undefined) {
		return [service ?? secretId ?? "stack"];
	}
	const own = `${resource.type}::${resource.name}`;
	const isWorkload = [types.service, types.job].some(
		(type) => type === resource.type,
	);
	return service === undefined || !isWorkload ? [own] : [own, service];
}
