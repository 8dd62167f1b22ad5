/** Runs the rules over the evidence. What a rule can't do counts against the stack: a rule that throws is a violation. */
import { oneLine } from "../contract/printable.ts";
import type { Evidence } from "./evidence.ts";
import type { Expected } from "./expected.ts";
import type { Finding, Rule } from "./rule.ts";
import { waiversValid } from "./rules/waivers-valid.ts";
import { waiverOf } from "./waivers.ts";

/** A finding as it is reported. */
export type Violation = {
	rule: string;
	level: Rule["level"];
	/** One line. */
	message: string;
	/** The resource to blame, if there is one. */
	urn: string | undefined;
	finding: Finding;
};

/** Every violation that no waiver exempts, each once, sorted by service, variable and rule. */
export function judge(rules: readonly Rule[], evidence: Evidence): Violation[] {
	const { environment } = evidence.expected;
	const violations = rules.flatMap((rule) =>
		findingsOf(rule, evidence).map((finding) =>
			violation(rule, finding, environment),
		),
	);
	return sorted(
		// Twins last: what is waived for a service is not waived for its job, which an update judges alone.
		withoutTwins(violations.flatMap((each) => afterWaivers(each, evidence))),
	);
}

function sorted(violations: readonly Violation[]): Violation[] {
	const once = new Map(violations.map((each) => [each.message, each]));
	return [...once.values()].sort((a, b) => compared(sortKey(a), sortKey(b)));
}

/** A service and its jobs share their bindings: what is wrong with the service is not said again of its job. */
function withoutTwins(violations: readonly Violation[]): Violation[] {
	const said = (each: Violation) =>
		JSON.stringify([
			each.rule,
			each.finding.service,
			each.finding.variable,
			each.finding.secretId,
			each.finding.found,
		]);
	const ofServices = new Set(
		violations.filter(({ finding }) => finding.job === undefined).map(said),
	);
	return violations.filter(
		(each) => each.finding.job === undefined || !ofServices.has(said(each)),
	);
}

/** A waived violation is none; but one that a critical name suffers from stays, and so does a remark on the waiver. */
function afterWaivers(
	each: Violation,
	{ waivers, expected }: Evidence,
): Violation[] {
	const waiver = waiverOf(waivers, each.rule, each.finding);
	if (waiver === undefined) {
		return [each];
	}
	return isCritical(each.finding, expected)
		? [
				each,
				violation(
					waiversValid,
					{
						...each.finding,
						fix: waiversValid.fix,
						found: `a waiver of ${each.rule} for ${waiver.resource}`,
						needed: "none: what a service cannot work without cannot be waived",
					},
					expected.environment,
				),
			]
		: [];
}

/** A finding as a violation of its rule. */
export function violation(
	rule: Pick<Rule, "id" | "level" | "fix">,
	finding: Finding,
	environment: string,
): Violation {
	return {
		rule: rule.id,
		level: rule.level,
		message: messageOf(rule, finding, environment),
		urn: finding.resource?.urn,
		finding,
	};
}

function findingsOf(rule: Rule, evidence: Evidence): Finding[] {
	try {
		return [...rule.check(evidence)];
	} catch (error) {
		return [
			{
				// The error's message is left out: it may quote a value.
				found: `the rule itself failed, so it could not look (${(error as Error)?.name} ${placeOf(error)})`,
				needed: "a rule that decides every case",
				fix: `report it, it is a bug in policies/rules/${rule.id}.ts`,
				critical: true,
			},
		];
	}
}

/** The first line of a stack trace that says where. */
function placeOf(error: unknown): string {
	const lines = (error as Error)?.stack?.split("\n") ?? [];
	const place = lines.find((line) => /^\s+at /.test(line))?.trim();
	return place ?? "at an unknown place";
}

function messageOf(
	{ id, fix }: Pick<Rule, "id" | "fix">,
	finding: Finding,
	environment: string,
): string {
	const { service, job, variable, secretId, resource } = finding;
	const named = service ?? job ?? variable ?? secretId;
	const subject = [
		service && `service ${service}`,
		job && `job ${job}`,
		variable && `variable ${variable}`,
		secretId && `secret ${secretId}`,
		named === undefined && resource && `resource ${resource.name}`,
		`environment ${environment}`,
	].filter((part) => part !== undefined && part !== false && part !== "");
	return oneLine(
		`[${id}] ${subject.join(", ")}: found ${finding.found}; needed ${finding.needed}; fix: ${finding.fix ?? fix}`,
	);
}

function sortKey({ finding, rule, message }: Violation): string[] {
	return [
		finding.service ?? "",
		finding.variable ?? finding.secretId ?? "",
		rule,
		message,
	];
}

function compared(a: string[], b: string[]): number {
	const index = a.findIndex((part, position) => part !== b[position]);
	return index === -1
		? 0
		: (a[index] as string) < (b[index] as string)
			? -1
			: 1;
}

/** True if a service cannot work without what the finding is about. */
function isCritical(finding: Finding, expected: Expected): boolean {
	if (finding.critical === true) {
		return true;
	}
	const service = expected.services.find(
		(each) => each.service === finding.service,
	);
	return (
		(finding.variable !== undefined &&
			service?.critical.has(finding.variable) === true) ||
		(finding.secretId !== undefined &&
			expected.criticalSecretIds.has(finding.secretId))
	);
}
