/** The policy pack for the engine: one policy that judges the whole stack, one that judges each resource before it is created. */
import type { PolicyPackArgs, ReportViolation } from "@pulumi/policy/policy.js";
import { type Environment, environments } from "../contract/environments.ts";
import type { Platform } from "../contract/schema.ts";
import { Evidence } from "./evidence.ts";
import { type Expected, expectedIn } from "./expected.ts";
import { judge, type Violation, violation } from "./judge.ts";
import type { Rule } from "./rule.ts";
import type { SecondKey } from "./second-key.ts";
import { isJudged, type Stack, stackOf, stackOfOne } from "./stack.ts";
import { readWaivers } from "./waivers.ts";

export type PackOptions = {
	platform: Platform;
	secondKey: SecondKey;
	rules: readonly Rule[];
	/** What the waiver file holds. */
	waivers: unknown;
	/** As `2026-12-31`. */
	today: string;
	/**
	 * Nothing will be created. What the whole stack shows is then not looked for in each resource, so that each fault is
	 * reported once.
	 */
	dryRun: boolean;
	/** Whether the engine was interrupted, so that the whole stack is not whole. @default it was not */
	isInterrupted?: () => Promise<boolean>;
};

/**
 * What the engine is given. The SDK decodes the whole stack anew for each policy, so all rules share one policy and
 * report under their own names.
 */
export function packArgs(options: PackOptions): PolicyPackArgs {
	const { rules, dryRun } = options;
	const whole = judgeBy(
		options,
		rules.filter(({ looksAt }) => looksAt !== "inputs"),
	);
	const alone = judgeBy(
		options,
		rules.filter(
			({ looksAt }) =>
				looksAt === "inputs" || (looksAt === "resource" && !dryRun),
		),
	);
	return {
		enforcementLevel: "mandatory",
		policies: [
			{
				name: "stack",
				description: "Judges the whole stack by every rule.",
				enforcementLevel: "mandatory",
				validateStack: async (args, report) => {
					const stack = stackOf(args.resources, dryRun);
					const found = whole(stack);
					reportAll(report, await unlessInterrupted(options, stack, found));
				},
			},
			{
				name: "resource",
				description:
					"Judges each resource before it is created, by the rules that need no other.",
				enforcementLevel: "mandatory",
				validateResource: (args, report) => {
					if (isJudged(args)) {
						reportAll(report, alone(stackOfOne(args)));
					}
				},
			},
		],
	};
}

/** Judges stacks by some rules; what the contract wants of an environment is computed once. */
function judgeBy(
	{ platform, secondKey, waivers, today, dryRun, rules: all }: PackOptions,
	rules: readonly Rule[],
): (stack: Stack) => Violation[] {
	const exempted = readWaivers(
		waivers,
		all.map(({ id }) => id),
		today,
	);
	const expected = new Map<Environment, Expected>();
	return (stack) => {
		const name = stack.resources[0]?.stack ?? "";
		const environment = environments.find((each) => each === name);
		if (environment === undefined) {
			// In a preview, said once, of the whole stack.
			return stack.whole || !dryRun ? [unknownStack(name)] : [];
		}
		const wanted =
			expected.get(environment) ?? expectedIn(platform, secondKey, environment);
		expected.set(environment, wanted);
		return judge(rules, new Evidence(stack, wanted, exempted));
	};
}

/**
 * What is missing from a stack that was interrupted says nothing about it. It is rejected all the same, by one
 * violation that says why: nothing passes that would not pass as a whole.
 */
async function unlessInterrupted(
	{ isInterrupted, dryRun }: PackOptions,
	stack: Stack,
	found: Violation[],
): Promise<Violation[]> {
	const isRejected = found.some(({ level }) => level === "mandatory");
	if (!isRejected || !(await isInterrupted?.())) {
		return found;
	}
	const name = stack.resources[0]?.stack ?? "";
	const command = dryRun ? "preview" : "up";
	return [
		violation(
			{
				id: "interrupted",
				level: "mandatory",
				fix: `run the same command again, such as: pulumi ${command} -s ${name} --policy-pack policies`,
			},
			{
				found: `${dryRun ? "a preview" : "an update"} that was interrupted before it had come to every resource`,
				needed: "the whole stack, which alone can be judged",
			},
			name,
		),
	];
}

/** Without the environment nothing can be judged. */
function unknownStack(name: string): Violation {
	return violation(
		{
			id: "environment-matches",
			level: "mandatory",
			fix: "pulumi stack select staging",
		},
		{
			found: `a stack named '${name}'`,
			needed: `one of ${environments.join(", ")}, since the stack's name says which environment the contract is read for`,
		},
		"unknown",
	);
}

/**
 * The server takes this form too, which the SDK's types don't show. Level and name are written out: a policy
 * configuration could lower the policy's own level.
 */
type FullReport = (violation: {
	name: string;
	description: string;
	message: string;
	urn: string | undefined;
	enforcementLevel: Rule["level"];
}) => void;

function reportAll(
	report: ReportViolation,
	violations: readonly Violation[],
): void {
	for (const { rule, level, message, urn } of violations) {
		(report as unknown as FullReport)({
			name: rule,
			description: message,
			message,
			urn,
			enforcementLevel: level,
		});
	}
}
