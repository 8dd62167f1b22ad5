/** Looks, beside the planning, whether the cloud still holds what the services bind, and warns where it does not. */
import * as pulumi from "@pulumi/pulumi";
import { secretsIn, secretsReadBy } from "../contract/bindings.ts";
import {
	checkJobNameIn,
	preflightJobNameIn,
	secretIdIn,
	serviceAccountEmail,
	serviceNameIn,
	verifyJobNameIn,
} from "../contract/names.ts";
import type { Platform } from "../contract/schema.ts";
import type { StackConfig } from "../contract/stack-config.ts";
import {
	driftOf,
	type LastExecution,
	missingNeedsOf,
	oneLine,
	type SecretOrigin,
	type SecretPolicy,
	type ServiceInUse,
	type VersionState,
	versionKey,
} from "../plan/drift.ts";
import { liveRevisions } from "../plan/observed.ts";
import { lastSegment } from "../plan/revision-name.ts";
import type { BoundVersion, RestCondition } from "../plan/revisions.ts";
import type { CloudReader, Reading } from "./cloud-reader.ts";
import type { Observed } from "./observed-cloud.ts";

/**
 * Warns of each difference, a line each, and of each API that could not be asked. Never fails: the update does not depend on it.
 * @param observed the services as they are
 */
export async function reportDrift(
	platform: Platform,
	config: StackConfig,
	observed: ReadonlyMap<string, Observed>,
	reader: CloudReader,
): Promise<void> {
	for (const line of await findDrift(platform, config, observed, reader)) {
		// Nobody listens any more where the program failed meanwhile.
		await pulumi.log.warn(line).catch(() => {});
	}
}

/** The lines of {@link reportDrift}. */
export async function findDrift(
	platform: Platform,
	config: StackConfig,
	observed: ReadonlyMap<string, Observed>,
	reader: CloudReader,
): Promise<string[]> {
	const { environment: stack, project, region } = config;
	const executions = Promise.all(
		[...observed].map(([service, each]) =>
			executionsOf(platform, config, service, each, reader),
		),
	);
	const inUse = [...observed].map(([service, each]) =>
		usedBy(platform, config, service, each),
	);
	const bound = inUse.flatMap(({ revisions }) =>
		revisions.flatMap((revision) => revision.bound),
	);
	const [versions, policies, ended] = await Promise.all([
		versionsOf(bound, project, reader),
		policiesOf(bound, project, reader),
		executions,
	]);
	const lines = driftOf({
		stack,
		project,
		region,
		services: inUse.map((service, index) => ({
			...service,
			executions: ended[index] ?? [],
		})),
		secrets: originsOf(platform, config),
		versions,
		policies,
	});
	return [...lines, ...notSeen(project, reader)];
}

/**
 * What an instance of each revision of the pinned services would miss, in words, by the revision's name. Nothing is read where
 * nothing is pinned.
 */
export async function missingNeeds(
	{ project, services }: StackConfig,
	observed: ReadonlyMap<string, Observed>,
	reader: CloudReader,
): Promise<ReadonlyMap<string, readonly string[]>> {
	const revisions = [...observed].flatMap(([service, each]) =>
		services[service]?.pinnedRevision === undefined
			? []
			: (each.revisions ?? []),
	);
	const bound = revisions.flatMap((revision) => revision.bound);
	const [versions, policies] = await Promise.all([
		versionsOf(bound, project, reader),
		policiesOf(bound, project, reader),
	]);
	return new Map(
		revisions.map((revision) => [
			revision.name,
			missingNeedsOf({ versions, policies }, revision),
		]),
	);
}

function usedBy(
	platform: Platform,
	config: StackConfig,
	service: string,
	{ service: state, revisions }: Observed,
): ServiceInUse {
	const pinned = config.services[service]?.pinnedRevision;
	const latestCreated = state?.latestCreatedRevision ?? "";
	const names = new Set([
		latestCreated,
		pinned,
		...(state === undefined ? [] : liveRevisions(state)),
	]);
	return {
		service,
		name: serviceNameIn(platform, service, config.environment),
		revisions: (
			revisions ?? (state === undefined ? [] : [state.latest])
		).filter(({ name }) => names.has(name)),
		latestCreated,
		pinned,
		executions: [],
	};
}

function originsOf(
	platform: Platform,
	config: StackConfig,
): Map<string, SecretOrigin> {
	const { environment, project } = config;
	return new Map(
		secretsIn(platform, environment).map(({ id }) => {
			const external = config.externalSecrets[id];
			const kept =
				external !== undefined && "version" in external
					? "externalSecrets"
					: "stack";
			return [
				secretIdIn(id, environment),
				{
					id,
					from: config.adopted[id] === undefined ? kept : "adopted",
					readers: Object.keys(platform.services)
						.filter((service) =>
							secretsReadBy(platform, service, environment).includes(id),
						)
						.map((service) => serviceAccountEmail(platform, service, project)),
				},
			];
		}),
	);
}

/** Asks once for each key, side by side; what could not be read is left out. */
async function readAll<K, T, R>(
	keys: Iterable<K>,
	read: (key: K) => Promise<Reading<T>>,
	entry: (key: K, reading: { found: T } | { missing: true }) => R | undefined,
): Promise<R[]> {
	const entries = await Promise.all(
		[...keys].map(async (key) => {
			const reading = await read(key);
			return "unread" in reading ? undefined : entry(key, reading);
		}),
	);
	return entries.filter((each) => each !== undefined);
}

type RestVersion = { name: string; state: VersionState["state"] };

async function versionsOf(
	bound: BoundVersion[],
	project: string,
	reader: CloudReader,
): Promise<Map<string, VersionState>> {
	const distinct = new Map(bound.map((each) => [versionKey(each), each]));
	const read = ({ secretId, version }: BoundVersion) =>
		reader.read<RestVersion>(
			"secretManager",
			`projects/${project}/secrets/${secretId}/versions/${version}`,
		);
	return new Map(
		await readAll(
			distinct.values(),
			read,
			(each, reading): [string, VersionState] => [
				versionKey(each),
				"found" in reading
					? {
							state: reading.found.state,
							number: lastSegment(reading.found.name),
						}
					: { state: "MISSING", number: each.version },
			],
		),
	);
}

async function policiesOf(
	bound: BoundVersion[],
	project: string,
	reader: CloudReader,
): Promise<Map<string, SecretPolicy>> {
	const read = (secretId: string) =>
		reader.read<SecretPolicy>(
			"secretManager",
			`projects/${project}/secrets/${secretId}:getIamPolicy`,
		);
	return new Map(
		await readAll(
			new Set(bound.map(({ secretId }) => secretId)),
			read,
			// A secret that is not there is reported as its versions.
			(secretId, reading): [string, SecretPolicy] | undefined =>
				"found" in reading ? [secretId, reading.found] : undefined,
		),
	);
}

type RestJob = {
	latestCreatedExecution?: { name: string; completionStatus?: string };
};
type RestExecution = { conditions?: RestCondition[] };

async function executionsOf(
	platform: Platform,
	{ environment, project, region }: StackConfig,
	service: string,
	observed: Observed,
	reader: CloudReader,
): Promise<LastExecution[]> {
	const parent = `projects/${project}/locations/${region}/jobs`;
	const jobs = [
		{ state: observed.preflight, nameIn: preflightJobNameIn, isGate: true },
		{ state: observed.check, nameIn: checkJobNameIn, isGate: true },
		{ state: observed.verify, nameIn: verifyJobNameIn, isGate: false },
	]
		.filter(({ state }) => state !== undefined)
		.map(({ nameIn, isGate }) => ({
			job: nameIn(platform, service, environment),
			isGate,
		}));
	return readAll(
		jobs,
		({ job }) => lastExecution(`${parent}/${job}`, reader),
		(job, reading) =>
			"found" in reading && reading.found !== undefined
				? { ...job, ...reading.found }
				: undefined,
	);
}

/** A job tells how its newest execution ended; why, only the execution. */
async function lastExecution(
	job: string,
	reader: CloudReader,
): Promise<
	Reading<Pick<LastExecution, "name" | "failed" | "message"> | undefined>
> {
	const reading = await reader.read<RestJob>("run", job);
	if (!("found" in reading)) {
		return reading;
	}
	const { name, completionStatus } = reading.found.latestCreatedExecution ?? {};
	if (name === undefined) {
		return { found: undefined };
	}
	const last = { name: lastSegment(name), failed: false, message: "" };
	if (completionStatus === "EXECUTION_CANCELLED") {
		return { found: { ...last, failed: true, message: "it was cancelled" } };
	}
	if (completionStatus !== "EXECUTION_FAILED") {
		return { found: last };
	}
	const execution = await reader.read<RestExecution>(
		"run",
		`${job}/executions/${last.name}`,
	);
	const condition =
		"found" in execution
			? execution.found.conditions?.find(({ type }) => type === "Completed")
			: undefined;
	return {
		found: { ...last, failed: true, message: condition?.message ?? "" },
	};
}

/** One line for each API that could not be asked, or did not tell everything. */
function notSeen(project: string, { unread }: CloudReader): string[] {
	return [...unread].map(([{ title, address, viewer }, reason]) => {
		const fix = /^40[13] /.test(reason)
			? `grant ${viewer} on the project to whoever runs this`
			: `make sure that this machine reaches ${new URL(address).hostname}, and is logged in`;
		return `[drift] ${title} in ${project} could not be looked at, so a change by hand stays unseen there: ${oneLine(reason)}; fix: ${fix}`;
	});
}
