/** Cloud Run jobs: an execution for each new token, and on request. */
import { randomBytes } from "node:crypto";
import { isAlive } from "../cloud/store.ts";
import type { Entry, World } from "../cloud/world.ts";
import type { Outcome } from "../plane/data-plane.ts";
import {
	at,
	blocksAt,
	isObject,
	type Properties,
	textAt,
} from "../provider/values.ts";
import { lastSegment, rejected, waitedInVain } from "./answers.ts";
import { pendingCondition, readyCondition } from "./conditions.ts";
import {
	type Bindings,
	checkTemplate,
	resolveBindings,
} from "./container-template.ts";
import { timestamp } from "./fill-in.ts";
import type { Finish, Operation, ResourceType } from "./resource-type.ts";
import { stamp } from "./stamps.ts";

/** An execution's name is the job's name, a hyphen and the token; Cloud Run wants it shorter than this. */
const NAME_LIMIT = 63;

/** An execution as the API keeps it. */
export interface Execution {
	createTime: string;
	/** Empty while it runs. */
	completionTime: string;
	/** Why it failed; empty where it did not. */
	message: string;
}

/** What the API keeps of a job beside its properties. */
export interface JobHistory {
	executions: Record<string, Execution>;
	/** The process that waits for the newest execution. */
	waiting?: number;
}

/** The history of a job. */
export function executionsOf(entry: Entry): JobHistory {
	return entry.hidden as unknown as JobHistory;
}

const tokenOf = (properties: Properties | undefined) =>
	textAt(properties, "runExecutionToken") ||
	textAt(properties, "startExecutionToken");

/**
 * The execution that the token asks for; undefined where the token is absent or was there before.
 * @throws {CloudError} for a name that is too long, or that was used.
 */
function newExecution(
	{ id, prior }: Operation,
	entry: Entry,
): string | undefined {
	const token = tokenOf(entry.properties);
	if (token === "" || token === tokenOf(prior?.properties)) return undefined;
	const name = `${lastSegment(id)}-${token}`;
	if (name.length >= NAME_LIMIT)
		throw rejected(
			400,
			`The job's name and the execution token must have fewer than ${NAME_LIMIT} characters together, got '${name}'.`,
		);
	if (executionsOf(entry).executions[name] !== undefined)
		throw rejected(
			409,
			`Execution named '${name}' already exists.`,
			"alreadyExists",
		);
	return name;
}

function accept(operation: Operation, entry: Entry, world: World): void {
	const { scope, prior, scratch } = operation;
	const { properties, hidden } = entry;
	const template = at(properties, "template.template");
	if (!isObject(template)) throw rejected(400, "template.template: required");
	checkTemplate(template, scope, world);
	stamp(entry, prior);
	hidden.executions ??= {};
	if (prior === undefined) properties.executionCount = 0;
	// What an execution showed holds until the next one.
	properties.terminalConditions = prior?.properties.terminalConditions ?? [
		readyCondition(),
	];
	const execution = newExecution(operation, entry);
	if (execution === undefined) return;
	begin(entry, operation.id, execution);
	scratch.execution = execution;
	scratch.bindings = resolveBindings(template, scope, world);
}

/** Records an execution that begins. */
function begin(entry: Entry, id: string, execution: string): void {
	const { properties } = entry;
	const createTime = timestamp();
	const history = executionsOf(entry);
	history.waiting = process.pid;
	history.executions[execution] = {
		createTime,
		completionTime: "",
		message: "",
	};
	properties.executionCount = Number(properties.executionCount) + 1;
	properties.latestCreatedExecutions = [
		{ name: `${id}/executions/${execution}`, createTime, completionTime: "" },
	];
	// Only `runExecutionToken` makes the job as good as its execution.
	if (textAt(properties, "runExecutionToken") !== "")
		properties.terminalConditions = [pendingCondition()];
}

/** Records how an execution ended. Returns why the job failed, if it did: it is as good as the newest one. */
function end(entry: Entry, name: string, outcome: Outcome): string | undefined {
	const { properties } = entry;
	const history = executionsOf(entry);
	const execution = history.executions[name];
	if (execution === undefined) return undefined;
	execution.completionTime = timestamp();
	if (!outcome.ok)
		execution.message = `The execution '${name}' failed. ${outcome.message}`;
	const [latest] = blocksAt(properties, "latestCreatedExecutions");
	if (latest === undefined || lastSegment(latest.name) !== name)
		return undefined;
	delete history.waiting;
	latest.completionTime = execution.completionTime;
	if (textAt(properties, "runExecutionToken") === "") return undefined;
	const failure = outcome.ok ? undefined : execution.message;
	properties.terminalConditions = [readyCondition(failure)];
	return failure;
}

/**
 * Begins an execution that a person or a schedule asks for. The job has lost its token then, as observed with the
 * real API; the token's execution counts for nothing any more.
 */
export function acceptRequest(
	{ id, scope, scratch }: Operation,
	entry: Entry,
	world: World,
): string {
	const execution = `${lastSegment(id)}-${randomBytes(3).toString("hex")}`;
	entry.properties.runExecutionToken = "";
	begin(entry, id, execution);
	scratch.execution = execution;
	scratch.bindings = resolveBindings(
		at(entry.properties, "template.template") as Properties,
		scope,
		world,
	);
	return execution;
}

async function apply(operation: Operation): Promise<Finish | undefined> {
	const execution = operation.scratch.execution as string | undefined;
	if (execution === undefined) return undefined;
	const outcome = await execute(operation, execution);
	return (entry) => {
		const failure = end(entry, execution, outcome);
		const isNew = operation.prior === undefined;
		return failure === undefined
			? undefined
			: waitedInVain("Job", isNew, failure);
	};
}

async function execute(operation: Operation, name: string): Promise<Outcome> {
	const { plane, faults, scope, id, type, properties, scratch } = operation;
	const bindings = scratch.bindings as Bindings;
	if ("problem" in bindings) return { ok: false, message: bindings.problem };
	const job = lastSegment(id);
	const message = faults.outcome({
		operation: "execution",
		type,
		names: [operation.name, job, name],
		when: "before",
	});
	if (message !== undefined) return { ok: false, message };
	return plane.runExecution({
		project: scope.project,
		location: textAt(properties, "location"),
		owner: job,
		name,
		template: (properties.template as Properties).template as Properties,
		environment: {
			...bindings.environment,
			CLOUD_RUN_JOB: job,
			CLOUD_RUN_EXECUTION: name,
			CLOUD_RUN_TASK_INDEX: "0",
			CLOUD_RUN_TASK_ATTEMPT: "0",
			CLOUD_RUN_TASK_COUNT: "1",
		},
		files: bindings.files,
	});
}

export const job: ResourceType = {
	id: "projects/{project}/locations/{location}/jobs/{name}",
	protection:
		"cannot destroy job without setting deletion_protection=false and running `pulumi up`",
	accept,
	apply,
	dispose: ({ scope, plane, properties }) =>
		plane.stopJob(scope.project, textAt(properties, "name")),
	settle: async ({ scope, plane, id }, entry) => {
		const { waiting } = executionsOf(entry);
		if (waiting === undefined || isAlive(waiting)) return undefined;
		const [latest] = blocksAt(entry.properties, "latestCreatedExecutions");
		const name = lastSegment(latest?.name);
		const outcome = await plane.outcomeOf(scope.project, lastSegment(id), name);
		return (entry) => void end(entry, name, outcome);
	},
};
