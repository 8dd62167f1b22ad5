/** What a rule is. Rules are pure: they read the evidence and say what they found. */
import type { Evidence } from "./evidence.ts";
import type { StackResource } from "./stack.ts";
import type { Workload } from "./workload.ts";

export type Rule = {
	/** Also the name of its file. */
	id: string;
	level: "mandatory" | "advisory";
	/** The requirements that it serves, such as `R-042`. */
	requirements: readonly string[];
	/** The condition that complies. */
	complies: string;
	/** What it rejects: each item is a way to break the rule. */
	rejects: readonly string[];
	why: string;
	/** What to do, unless the finding says it more exactly. */
	fix: string;
	/**
	 * `stack`: at all resources together, which the engine shows at the end of a preview, and of an update only when
	 * all of them exist.
	 * `resource`: the same, and at each resource before it is created: its own inputs are enough to judge it.
	 * `inputs`: at each resource's inputs, in previews too, since the provider's answer no longer shows the fault.
	 */
	looksAt: "stack" | "resource" | "inputs";
	check(evidence: Evidence): Iterable<Finding>;
};

/** One thing that is wrong. The texts never hold a value that may be secret. */
export type Finding = {
	/** The service that suffers, by its name in the contract. */
	service?: string | undefined;
	/** The job of the service, where it is the job that suffers. */
	job?: string | undefined;
	variable?: string | undefined;
	/** The secret's id in Secret Manager. */
	secretId?: string | undefined;
	/** The resource to blame, if there is one. */
	resource?: StackResource | undefined;
	found: string;
	needed: string;
	/** @default the rule's */
	fix?: string;
	/** A critical name suffers though the finding names none. */
	critical?: boolean;
};

/** The part of a finding that says which workload suffers. */
export function suffers(
	workload: Workload,
): Pick<Finding, "service" | "job" | "resource"> {
	const name =
		workload.name.state === "known"
			? workload.name.value
			: workload.resource.name;
	return {
		service:
			workload.of?.service ?? (workload.kind === "service" ? name : undefined),
		job: workload.kind === "job" ? name : undefined,
		resource: workload.resource,
	};
}

/**
 * A finding about a secret's version, for each variable that holds the secret, so that the message names who suffers; once
 * without, where no variable does.
 */
export function* forUsers(
	{ expected }: Evidence,
	secretId: string,
	resource: StackResource,
	problem: Pick<Finding, "found" | "needed">,
): Generator<Finding> {
	const users = expected.usersOf.get(secretId) ?? [];
	if (users.length === 0) {
		yield { secretId, resource, ...problem };
	}
	for (const { service, variable } of users) {
		yield { service, variable, secretId, resource, ...problem };
	}
}
