/** Revisions of a Cloud Run service: their names, what they were made from, and how their start ended. */
import type { Entry } from "../cloud/world.ts";
import type { Outcome } from "../plane/data-plane.ts";
import {
	isObject,
	type Properties,
	sameValue,
	textAt,
} from "../provider/values.ts";
import { lastSegment, rejected } from "./answers.ts";
import { etag, timestamp } from "./fill-in.ts";
import type { Operation } from "./resource-type.ts";

const MAX_NAME_LENGTH = 63;

/** A revision as the API keeps it. */
export interface Revision {
	template: Properties;
	createTime: string;
	/** `starting` until its startup probe passed or failed. */
	state: "starting" | "ready" | "failed";
	/** Why it failed. */
	message: string;
}

/** What the API keeps of a service beside its properties. */
export interface ServiceHistory {
	/** How many revisions were made. */
	count: number;
	revisions: Record<string, Revision>;
	/** Why revisions that should serve from now on can't start again, by name. */
	unstartable?: Record<string, string>;
	/** The process that waits for the newest revision. */
	waiting?: number;
}

/** The history of a service. */
export function historyOf(entry: Entry): ServiceHistory {
	return entry.hidden as unknown as ServiceHistory;
}

/** The name of the revision that the template asks for. */
function revisionName(
	service: string,
	template: Properties,
	count: number,
): string {
	const given = textAt(template, "revision");
	if (given === "") {
		const letters = etag()
			.toLowerCase()
			.replace(/[^a-z]/g, "")
			.padEnd(3, "x")
			.slice(0, 3);
		return `${service}-${String(count).padStart(5, "0")}-${letters}`;
	}
	if (
		!given.startsWith(`${service}-`) ||
		given.length > MAX_NAME_LENGTH ||
		!/^[a-z0-9-]*[a-z0-9]$/.test(given)
	)
		throw rejected(
			400,
			`Invalid revision name '${given}': it must start with '${service}-', consist of lower-case letters, digits and hyphens, and have at most ${MAX_NAME_LENGTH} characters.`,
		);
	return given;
}

/**
 * Records the revision that the template asks for.
 * @returns its name if it has to be started; undefined where the template is as it was, or its revision is there already.
 * @throws {CloudError} where the name is taken by another template, or is none.
 */
export function newRevision(
	operation: Operation,
	entry: Entry,
): string | undefined {
	const { prior } = operation;
	const template = entry.properties.template;
	if (!isObject(template)) return undefined;
	if (
		isObject(prior?.properties.template) &&
		sameValue(prior.properties.template, template)
	)
		return undefined;
	const history = historyOf(entry);
	const service = lastSegment(operation.id);
	const name = revisionName(service, template, history.count + 1);
	const known = history.revisions[name];
	if (known !== undefined && !sameValue(known.template, template))
		throw rejected(
			409,
			`Revision named '${name}' with different configuration already exists.`,
			"alreadyExists",
		);
	entry.properties.latestCreatedRevision = `${operation.id}/revisions/${name}`;
	if (known !== undefined && known.state !== "starting") return undefined;
	history.count += 1;
	history.revisions[name] = {
		template,
		createTime: timestamp(),
		state: "starting",
		message: "",
	};
	return name;
}

/** Records how a start ended. */
export function recordOutcome(
	entry: Entry,
	name: string,
	outcome: Outcome,
): void {
	const revision = historyOf(entry).revisions[name];
	if (revision === undefined) return;
	revision.state = outcome.ok ? "ready" : "failed";
	revision.message = outcome.ok ? "" : outcome.message;
	delete historyOf(entry).waiting;
}
