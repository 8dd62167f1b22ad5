/** The jobs that try a service's configuration do try it. */
import { type Checklist, checklistVariable } from "../../contract/checklist.ts";
import {
	asksPreflightFor,
	preflightArgs,
} from "../../contract/preflight-command.ts";
import { shownName } from "../../contract/printable.ts";
import { isPreflightImage, preflightImage } from "../../contract/release.ts";
import { firstDifference, wantedChecklist } from "../checklist.ts";
import type { Evidence } from "../evidence.ts";
import type { Expected, ExpectedService, JobRole } from "../expected.ts";
import {
	at,
	type Data,
	described,
	elementsAt,
	known,
	numberAt,
	type Reading,
	textAt,
	textsAt,
} from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";
import type { Workload } from "../workload.ts";

type Problem = Pick<Finding, "found" | "needed">;
type Job = Workload & { of: ExpectedService; role: JobRole };

export const gateGenuine: Rule = {
	id: "gate-genuine",
	level: "mandatory",
	requirements: ["R-004", "R-051", "R-061"],
	complies:
		"Each service's preflight job runs preflight's image and nothing but its check of that service, by the checklist that the contract makes for it, its verify job nothing but the verification, and its check job the service's own image with the contract's check command; each in one container, at least one task, without a second try that would hide a failure, and executed anew for whatever the check is made from.",
	rejects: [
		"a preflight or verify job with another image than preflight's, or one that this preview does not know",
		"a preflight or verify job with a command of its own, or in another folder",
		"a preflight or verify job with other arguments than the check of its own service, or ones that this preview does not know",
		"a preflight or verify job that brings another checklist than the contract's for its own service and environment, none, or one that this preview does not know",
		"a check job with another image than the service's, or with another command than the contract's",
		"several containers, or none that this preview knows",
		"no task, or no time",
		"a second try of a failed task",
		"a volume that could put another program into the container",
		"a gate whose token is not made from all that its template is made from",
		"a gate that counts as done once it has started, or a verify job that is executed with the update",
	],
	why: "A job that runs `true`, or tries another service's credentials, succeeds whatever is broken, and the service then changes as if it had been tried.",
	fix: "make the job as components/contract-service.ts does",
	looksAt: "resource",
	*check(evidence) {
		for (const workload of evidence.workloads.filter(isJobOfService)) {
			const { size } = workload.of.critical;
			for (const problem of problemsOf(workload, evidence)) {
				yield { ...suffers(workload), ...problem, critical: size > 0 };
			}
		}
	},
};

function isJobOfService(workload: Workload): workload is Job {
	return workload.role !== undefined && workload.of !== undefined;
}

function* problemsOf(job: Job, evidence: Evidence): Generator<Problem> {
	const { containers, role } = job;
	const [container, ...others] = containers;
	if (container === undefined || others.length > 0) {
		yield {
			found:
				container === undefined
					? "no container that this preview knows"
					: `${containers.length} containers`,
			needed: "one, whose end is the job's",
		};
	}
	if (container !== undefined) {
		yield* role === "check"
			? ownCheckProblems(job, container.data, evidence)
			: preflightProblems(job, container.data, role, evidence.expected);
	}
	if (role !== "check") {
		yield* checklistProblems(job, evidence.expected);
	}
	yield* executionProblems(job);
	yield* volumeProblems(job);
	yield* tokenProblems(job);
	yield* freshnessProblems(job, evidence);
}

function* preflightProblems(
	{ of: { service } }: Job,
	container: Data,
	role: "preflight" | "verify",
	{ environment }: Expected,
): Generator<Problem> {
	const mode = role === "verify" ? "verify" : "check";
	const image = textAt(container, "image");
	if (!isPreflightImage(known(image) ?? "")) {
		yield {
			found: `the image ${described(image)}`,
			needed: `the release's image '${preflightImage}'`,
		};
	}
	const args = textsAt(container, "args");
	if (
		args.state !== "known" ||
		!asksPreflightFor(args.value, mode, service, environment)
	) {
		yield {
			found: `${quantity(args)} arguments`,
			needed: `'${preflightArgs(mode, service, environment).join(" ")}', and no other`,
		};
	}
	const commands = textsAt(container, "commands");
	if (commands.state !== "known" || commands.value.length > 0) {
		yield {
			found: `${quantity(commands)} commands in place of the image's own`,
			needed: "none: preflight's image runs preflight",
		};
	}
	const folder = textAt(container, "workingDir");
	if (isGiven(folder)) {
		yield {
			found: `the working folder ${described(folder)}`,
			needed: "none: the image's own",
		};
	}
}

/** What was found is not repeated: somebody may have written a secret there. */
function* checklistProblems(
	{ of, checklists }: Job,
	expected: Expected,
): Generator<Problem> {
	const [checklist, ...others] = checklists;
	const found =
		checklist === undefined
			? `no ${checklistVariable}`
			: others.length > 0
				? `${checklists.length} times ${checklistVariable}`
				: checklist.secret !== undefined
					? `a ${checklistVariable} from a secret`
					: checklist.value.state !== "known"
						? `a ${checklistVariable} that this preview does not know`
						: otherChecklist(
								wantedChecklist(expected, of),
								checklist.value.value,
							);
	if (found !== undefined) {
		yield {
			found,
			needed: `the checklist that the contract makes for ${of.service} in ${expected.environment}, once and as plain text`,
		};
	}
}

/** What is wrong with a checklist; undefined if nothing is. */
function otherChecklist(wanted: Checklist, text: string): string | undefined {
	let brought: unknown;
	try {
		brought = JSON.parse(text);
	} catch {
		return `a ${checklistVariable} that is not JSON`;
	}
	const path = firstDifference(wanted, brought);
	return path === undefined
		? undefined
		: `a ${checklistVariable} that says something else${path.length === 0 ? "" : ` at ${path.map(shownName).join(".")}`}`;
}

/** The service's image is known where the whole stack is. */
function* ownCheckProblems(
	{ of }: Job,
	container: Data,
	{ ours }: Evidence,
): Generator<Problem> {
	const image = textAt(container, "image");
	for (const service of ours) {
		if (
			service.kind === "service" &&
			service.of === of &&
			(image.state !== "known" ||
				known(service.main?.image ?? image) !== image.value)
		) {
			yield {
				found: `the image ${described(image)}`,
				needed: `the image that the service runs, ${described(service.main?.image ?? { state: "missing" })}`,
			};
		}
	}
	const wanted = of.contract.checkCommand ?? [];
	const commands = textsAt(container, "commands");
	const args = textsAt(container, "args");
	const given =
		commands.state === "known" && args.state === "known"
			? [...commands.value, ...args.value]
			: undefined;
	if (JSON.stringify(given) !== JSON.stringify(wanted)) {
		yield {
			found: "another command",
			needed: `the contract's check command, '${wanted.join(" ")}'`,
		};
	}
}

function* executionProblems(job: Job): Generator<Problem> {
	// Where they are left to the provider, a first preview does not know them.
	const tasks = numberAt(job.resource.properties, "template", "taskCount");
	if (tasks.state === "known" && tasks.value < 1) {
		yield { found: `a taskCount of ${tasks.value}`, needed: "1" };
	}
	const timeout = textAt(job.template, "timeout");
	if (timeout.state === "known" && !/^(?:0*[1-9]|$)/.test(timeout.value)) {
		yield {
			found: `a timeout of ${described(timeout)}`,
			needed: "time for the check, such as 300s",
		};
	}
	const retries = numberAt(job.template, "maxRetries");
	if (known(retries) !== 0) {
		yield {
			found: `maxRetries of ${described(retries)}${retries.state === "missing" ? ", which means 3" : ""}`,
			needed: "0: preflight tries again by itself, and says what failed",
		};
	}
}

/** What the contract mounts: secrets, which other rules judge one by one, and Cloud SQL's sockets. */
const ownVolumes = ["secret", "cloudSqlInstance"];
const otherVolumes = ["emptyDir", "gcs", "nfs"];

function* volumeProblems({ template }: Job): Generator<Problem> {
	for (const volume of elementsAt(template, "volumes")) {
		const own = ownVolumes.some((kind) => at(volume, kind).state !== "missing");
		const other = otherVolumes.some(
			(kind) => at(volume, kind).state !== "missing",
		);
		if (!own || other) {
			yield {
				found: `a volume ${described(textAt(volume, "name"))} of another kind than secrets and Cloud SQL's sockets`,
				needed: "the service's own volumes",
			};
		}
	}
}

/** The API starts an execution for a new token alone: what does not change the token is not tried again. */
function* freshnessProblems(
	{ resource, role }: Job,
	{ stack }: Evidence,
): Generator<Problem> {
	const { template = [], runExecutionToken = [] } =
		resource.propertyDependencies;
	const untried = template.filter((urn) => !runExecutionToken.includes(urn));
	if (role !== "verify" && untried.length > 0) {
		const names = stack.resources
			.filter(({ urn }) => untried.includes(urn))
			.map(({ name }) => name);
		yield {
			found: `a runExecutionToken that does not follow ${names[0] ?? "what the template is made from"}${names.length > 1 ? ` and ${names.length - 1} more` : ""}, so that a change of it would not be tried`,
			needed:
				"a token made from the whole template, such as a hash of it: the API executes a job for a new token alone",
		};
	}
}

function* tokenProblems({ resource, role }: Job): Generator<Problem> {
	const tokens =
		role === "verify"
			? ["runExecutionToken", "startExecutionToken"]
			: ["startExecutionToken"];
	for (const property of tokens) {
		const token = textAt(resource.properties, property);
		if (isGiven(token)) {
			yield {
				found: `${property} ${described(token)}`,
				needed:
					role === "verify"
						? "none: its schedule executes it, and any execution drops the token"
						: "runExecutionToken, which waits until the execution succeeded",
			};
		}
	}
}

/** An empty text is how outputs show what is not set. */
function isGiven(reading: Reading<string>): boolean {
	return reading.state === "unknown" || (known(reading) ?? "") !== "";
}

/** Command lines are not quoted: somebody may have put a secret into one. */
function quantity(list: Reading<readonly string[]>): string {
	if (list.state !== "known") {
		return "unknown";
	}
	return list.value.length === 0 ? "no" : "other";
}
