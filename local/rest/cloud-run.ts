/** Revisions, jobs and executions in the form of Cloud Run's API v2. */
import { type Entry, find, type World } from "../cloud/world.ts";
import {
	blocksAt,
	isObject,
	type Properties,
	textAt,
	type Value,
} from "../provider/values.ts";
import { lastSegment } from "../types/answers.ts";
import { type Execution, executionsOf } from "../types/job.ts";
import { historyOf, type Revision } from "../types/revisions.ts";
import { JOB, SERVICE } from "../types/tokens.ts";
import { type Names, RestError } from "./answer.ts";

type State =
	| "CONDITION_SUCCEEDED"
	| "CONDITION_FAILED"
	| "CONDITION_RECONCILING";

/** A condition; without a message there is none. */
const condition = (type: string, state: State, message: string) => ({
	type,
	state,
	...(message === "" ? {} : { message }),
});

function entryOf(
	world: World,
	type: string,
	[, location, name]: Names,
): { id: string; entry: Entry } {
	const isJob = type === JOB;
	const id = `projects/${world.project}/locations/${location}/${isJob ? "jobs" : "services"}/${name}`;
	const entry = find(world, type, id);
	if (entry === undefined)
		throw new RestError(
			404,
			`Resource '${name}' of kind '${isJob ? "JOB" : "SERVICE"}' in region '${location}' in project '${world.project}' does not exist.`,
		);
	return { id, entry };
}

/** A service's revisions, the newest first. */
export function revisionsIn(world: World, names: Names) {
	const { id, entry } = entryOf(world, SERVICE, names);
	const all = Object.entries({
		...historyOf(entry).revisions,
		...shownRevision(entry),
	});
	return newestFirst(all).map(([name, revision]) =>
		revisionOf(id, name, revision),
	);
}

/** The revision that the service shows, where the history does not know it: somebody else made it. */
function shownRevision({
	properties,
	hidden,
}: Entry): Record<string, Revision> {
	const { revisions } = historyOf({ properties, hidden });
	const name = lastSegment(properties.latestCreatedRevision);
	const { template } = properties;
	if (name === "" || revisions?.[name] !== undefined || !isObject(template))
		return {};
	const isReady = name === lastSegment(properties.latestReadyRevision);
	const createTime = textAt(properties, "updateTime");
	return {
		[name]: {
			template,
			createTime,
			state: isReady ? "ready" : "failed",
			message: isReady ? "" : "The revision did not become ready.",
		},
	};
}

const revisionStates: Record<Revision["state"], State> = {
	ready: "CONDITION_SUCCEEDED",
	failed: "CONDITION_FAILED",
	starting: "CONDITION_RECONCILING",
};

function revisionOf(
	service: string,
	name: string,
	{ template, createTime, state, message }: Revision,
) {
	const { revision: _, ...content } = template;
	return {
		...(asAnswered(content) as Properties),
		name: `${service}/revisions/${name}`,
		service: lastSegment(service),
		generation: "1",
		createTime,
		updateTime: createTime,
		...(state === "starting" ? { reconciling: true } : {}),
		conditions: [condition("Ready", revisionStates[state], message)],
	};
}

/** A job, with how its newest execution ended. */
export function jobIn(world: World, names: Names) {
	const { id, entry } = entryOf(world, JOB, names);
	const { properties } = entry;
	const [newest] = executionsOfJob(entry);
	const [terminal] = blocksAt(properties, "terminalConditions");
	return {
		name: id,
		generation: properties.generation,
		...(asAnswered({ labels: properties.effectiveLabels ?? null }) as object),
		template: asAnswered(properties.template ?? null),
		createTime: properties.createTime,
		updateTime: properties.updateTime,
		executionCount: properties.executionCount,
		terminalCondition: condition(
			"Ready",
			textAt(terminal, "state") as State,
			textAt(terminal, "message"),
		),
		...(newest === undefined
			? {}
			: { latestCreatedExecution: referenceOf(id, ...newest) }),
	};
}

/** A job's executions, the newest first. */
export function executionsIn(world: World, names: Names) {
	const { id, entry } = entryOf(world, JOB, names);
	return executionsOfJob(entry).map(([name, execution]) =>
		executionOf(id, name, execution),
	);
}

/** By the time of creation; what the cloud's file holds later is newer where the times are equal. */
function newestFirst<T extends { createTime: string }>(
	all: readonly [string, T][],
): [string, T][] {
	return all
		.toReversed()
		.toSorted(([, a], [, b]) => b.createTime.localeCompare(a.createTime));
}

const executionsOfJob = (job: Entry) =>
	newestFirst(Object.entries(executionsOf(job).executions));

const timesOf = ({ createTime, completionTime }: Execution) => ({
	createTime,
	...(completionTime === "" ? {} : { completionTime }),
});

function referenceOf(job: string, name: string, execution: Execution) {
	const { completionTime, message } = execution;
	const ended = message === "" ? "EXECUTION_SUCCEEDED" : "EXECUTION_FAILED";
	return {
		name: `${job}/executions/${name}`,
		...timesOf(execution),
		completionStatus: completionTime === "" ? "EXECUTION_RUNNING" : ended,
	};
}

function executionOf(job: string, name: string, execution: Execution) {
	const { completionTime, message } = execution;
	const ended = message === "" ? "CONDITION_SUCCEEDED" : "CONDITION_FAILED";
	const state = completionTime === "" ? "CONDITION_RECONCILING" : ended;
	return {
		name: `${job}/executions/${name}`,
		job: lastSegment(job),
		...timesOf(execution),
		taskCount: 1,
		...(state === "CONDITION_RECONCILING"
			? { runningCount: 1, reconciling: true }
			: {}),
		...(state === "CONDITION_SUCCEEDED" ? { succeededCount: 1 } : {}),
		...(state === "CONDITION_FAILED" ? { failedCount: 1 } : {}),
		conditions: [condition("Completed", state, message)],
	};
}

/** Names by which the provider calls lists that the API calls otherwise. */
const apiNames: Readonly<Record<string, string>> = {
	commands: "command",
	dependsOns: "dependsOn",
	envs: "env",
};

/** A template as the API answers it: its own names, ports as a list, and nothing of what is not set. */
function asAnswered(value: Value): Value {
	if (Array.isArray(value)) return value.map(asAnswered);
	if (!isObject(value)) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, inner]) => !isUnset(inner))
			.map(([key, inner]) => [
				apiNames[key] ?? key,
				asAnswered(key === "ports" && isObject(inner) ? [inner] : inner),
			]),
	);
}

const isUnset = (value: Value) =>
	!value ||
	(Array.isArray(value) && value.length === 0) ||
	(isObject(value) && Object.keys(value).length === 0);
