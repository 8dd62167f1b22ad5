/** Cloud Run services. */
import { isAlive } from "../cloud/store.ts";
import { type Entry, removeWhere, type World } from "../cloud/world.ts";
import type { Outcome } from "../plane/data-plane.ts";
import {
	blocksAt,
	isObject,
	type Properties,
	textAt,
} from "../provider/values.ts";
import { lastSegment, rejected, waitedInVain } from "./answers.ts";
import { pendingCondition } from "./conditions.ts";
import {
	type Bindings,
	checkTemplate,
	resolveBindings,
} from "./container-template.ts";
import type {
	Finish,
	Operation,
	ResourceType,
	Scope,
} from "./resource-type.ts";
import { historyOf, newRevision, recordOutcome } from "./revisions.ts";
import { stamp } from "./stamps.ts";
import { SERVICE_MEMBER } from "./tokens.ts";
import {
	checkStarts,
	checkTraffic,
	LATEST,
	settleService,
	sharesOf,
} from "./traffic.ts";

/** Where no probe is given, Cloud Run waits for the port. */
function addDefaultProbe(template: Properties): void {
	for (const container of blocksAt(template, "containers"))
		if (
			isObject(container.ports) ||
			blocksAt(template, "containers").length === 1
		)
			container.startupProbe ??= {
				failureThreshold: 1,
				grpc: null,
				httpGet: null,
				initialDelaySeconds: 0,
				periodSeconds: 240,
				tcpSocket: {
					port: Number(textAt(container, "ports.containerPort") || 8080),
				},
				timeoutSeconds: 240,
			};
}

function accept(operation: Operation, entry: Entry, world: World): void {
	const { scope, prior, id, scratch } = operation;
	const { properties, hidden } = entry;
	const template = properties.template;
	if (!isObject(template)) throw rejected(400, "template: required");
	checkTemplate(template, scope, world);
	addDefaultProbe(template);
	hidden.revisions ??= {};
	hidden.count ??= 0;
	stamp(entry, prior);
	if (prior === undefined)
		Object.assign(properties, addresses(lastSegment(id), properties, scope));
	if (blocksAt(properties, "traffics").length === 0)
		properties.traffics = [
			{ percent: 100, revision: "", tag: "", type: LATEST },
		];
	const revision = newRevision(operation, entry);
	checkTraffic(entry);
	checkStarts(entry, prior, scope, world);
	if (revision === undefined) return;
	properties.reconciling = true;
	properties.terminalConditions = [pendingCondition()];
	hidden.waiting = process.pid;
	scratch.revision = revision;
	scratch.bindings = resolveBindings(template, scope, world);
}

/** The addresses that the API gives a service; its readiness comes later. */
function addresses(
	service: string,
	{ location }: Properties,
	{ number }: Scope,
): Properties {
	const region = String(location);
	const [first = "", second = ""] = region.split("-");
	const uri = `https://${service}-${number.slice(0, 10)}-${first[0] ?? ""}${second[0] ?? ""}.a.run.app`;
	return {
		uri,
		urls: [`https://${service}-${number}.${region}.run.app`, uri],
		latestReadyRevision: "",
		trafficStatuses: [],
	};
}

/** Starts the new revision, if there is one, and lets readiness and traffic follow. */
async function apply(operation: Operation): Promise<Finish> {
	const revision = operation.scratch.revision as string | undefined;
	const outcome = revision && (await startRevision(operation, revision));
	return (entry) => {
		if (revision && outcome) recordOutcome(entry, revision, outcome);
		settleService(entry);
		const [condition] = blocksAt(entry.properties, "terminalConditions");
		if (condition?.state !== "CONDITION_FAILED") return undefined;
		const isNew = operation.prior === undefined;
		return waitedInVain("Service", isNew, textAt(condition, "message"));
	};
}

async function startRevision(
	{ plane, faults, scope, id, name, type, properties, scratch }: Operation,
	revision: string,
): Promise<Outcome> {
	const bindings = scratch.bindings as Bindings;
	if ("problem" in bindings) return { ok: false, message: bindings.problem };
	const service = lastSegment(id);
	const message = faults.outcome({
		operation: "revision",
		type,
		names: [name, service, revision],
		when: "before",
	});
	if (message !== undefined) return { ok: false, message };
	const template = properties.template as Properties;
	return plane.startRevision({
		project: scope.project,
		location: textAt(properties, "location"),
		owner: service,
		name: revision,
		template,
		environment: {
			...bindings.environment,
			PORT:
				textAt(blocksAt(template, "containers")[0], "ports.containerPort") ||
				"8080",
			K_SERVICE: service,
			K_REVISION: revision,
			K_CONFIGURATION: service,
		},
		files: bindings.files,
	});
}

export const service: ResourceType = {
	id: "projects/{project}/locations/{location}/services/{name}",
	protection:
		"cannot destroy service without setting deletion_protection=false and running `pulumi up`",
	accept,
	apply,
	follow: ({ scope, plane, id }, entry) =>
		plane.route(scope.project, lastSegment(id), sharesOf(entry)),
	dispose: ({ scope, plane, properties }) =>
		plane.stopService(scope.project, textAt(properties, "name")),
	removed: ({ properties }, world) =>
		removeWhere(
			world,
			SERVICE_MEMBER,
			({ name, location }) =>
				name === properties.name && location === properties.location,
		),
	settle: async ({ scope, plane, id }, { properties, hidden }) => {
		const { waiting } = historyOf({ properties, hidden });
		if (waiting === undefined || isAlive(waiting)) return undefined;
		const revision = lastSegment(properties.latestCreatedRevision);
		const outcome = await plane.outcomeOf(
			scope.project,
			lastSegment(id),
			revision,
		);
		return (entry) => {
			recordOutcome(entry, revision, outcome);
			settleService(entry);
		};
	},
};
