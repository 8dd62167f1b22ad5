/** The state of a project that decides which versions are needed, read through gcloud. */
import { z } from "zod";
import { UserError } from "../contract/errors.ts";
import type { ObservedService } from "../plan/observed.ts";
import type {
	PinnedVersion,
	Revision,
	ServiceRevisions,
	Workload,
} from "../plan/prune.ts";
import { lastSegment } from "../plan/revision-name.ts";
import type { Commands } from "./prune-commands.ts";
import {
	type Containers,
	jobShape,
	revisionShape,
	serviceShape,
	versionShape,
} from "./prune-shapes.ts";

export type Place = { project: string; region: string };

export type CloudState = {
	/** Every service of the region, also other ones: they may bind the stack's secrets. */
	services: ServiceRevisions[];
	/** Jobs, and revisions whose service is not listed. */
	others: Workload[];
};

/**
 * Services, revisions and jobs of one region. What else reads the secrets by number, such as another region, is not seen.
 * @throws {UserError} if a service is about to change, or the answer has another form than expected
 */
export function readCloud(
	gcloud: Commands["gcloud"],
	{ project, region }: Place,
): CloudState {
	const list = <T>(kind: string, shape: z.ZodType<T>) =>
		parsed(
			`gcloud run ${kind} list`,
			z.array(shape),
			gcloud([
				"run",
				kind,
				"list",
				`--project=${project}`,
				`--region=${region}`,
				"--format=json",
			]),
		);
	const services = list("services", serviceShape).map(observed);
	const revisions = list("revisions", revisionShape).map((each) => ({
		service: each.metadata.labels["serving.knative.dev/service"],
		name: each.metadata.name,
		ready: mayBeReady(each.status.conditions),
		account: each.spec.serviceAccountName,
		pins: pinsOf(each.spec, each.metadata.annotations),
	}));
	const jobs = list("jobs", jobShape).map(
		({ metadata, spec: { template } }) => {
			const containers = template.spec.template.spec;
			return {
				name: `job ${metadata.name}`,
				account: containers.serviceAccountName,
				pins: pinsOf(containers, template.metadata.annotations),
			};
		},
	);
	const isListed = (name: string) =>
		services.some((service) => service.name === name);
	return {
		services: services.map((service) => ({
			service,
			revisions: revisions.filter((each) => each.service === service.name),
		})),
		others: [...jobs, ...revisions.filter(({ service }) => !isListed(service))],
	};
}

/** The versions of a secret that are not destroyed, nor about to be; the oldest first. */
export function readVersions(
	gcloud: Commands["gcloud"],
	project: string,
	secretId: string,
): PinnedVersion[] {
	const listed = parsed(
		`gcloud secrets versions list ${secretId}`,
		z.array(versionShape),
		gcloud([
			"secrets",
			"versions",
			"list",
			secretId,
			`--project=${project}`,
			"--format=json",
		]),
	);
	return listed
		.filter(
			({ state, scheduledDestroyTime }) =>
				state !== "DESTROYED" && scheduledDestroyTime === undefined,
		)
		.map(({ name }) => ({ secretId, version: lastSegment(name) }))
		.sort((one, other) => Number(one.version) - Number(other.version));
}

export function parsed<T>(
	command: string,
	shape: z.ZodType<T>,
	text: string,
): T {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		json = undefined;
	}
	const result = shape.safeParse(json);
	if (!result.success) {
		const [issue] = result.error.issues;
		throw new UserError(
			`[prune] the answer of ${command} has a form that is not known here, so it is not known what is needed; at ${issue?.path.join(".") || "its start"}: ${issue?.message}\n  fix: bring gcloud to another version, or tools/prune-shapes.ts in line with it`,
		);
	}
	return result.data;
}

function observed({
	metadata,
	spec,
	status,
}: z.infer<typeof serviceShape>): ObservedService {
	const ready = status.conditions.find(({ type }) => type === "Ready")?.status;
	if (
		status.observedGeneration !== metadata.generation ||
		(ready !== "True" && ready !== "False")
	) {
		throw new UserError(
			`[prune] refused: service ${metadata.name} is being changed\n  fix: wait until the deployment has ended, then run the command again`,
		);
	}
	return {
		name: metadata.name,
		latestCreatedRevision: status.latestCreatedRevisionName,
		latestReadyRevision: status.latestReadyRevisionName,
		trafficRevisions: [...spec.traffic, ...status.traffic].map(
			({ revisionName }) => revisionName ?? status.latestReadyRevisionName,
		),
		reconciling: false,
		succeeded: ready === "True",
		labels: metadata.labels,
	};
}

/** Only a revision that says that it failed is known not to be able to serve. */
const mayBeReady = (conditions: { type: string; status: string }[]) =>
	conditions.find(({ type }) => type === "Ready")?.status !== "False";

function pinsOf(
	{ containers, volumes }: Containers,
	annotations: Record<string, string>,
): Revision["pins"] {
	const aliases = new Map(
		(annotations["run.googleapis.com/secrets"] ?? "")
			.split(",")
			.map((alias) => alias.split(":") as [string, string | undefined]),
	);
	const variables = containers.flatMap(({ env }) =>
		env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []),
	);
	const files = volumes.flatMap(
		({ secret }) =>
			secret?.items.map(({ key }) => ({ name: secret.secretName, key })) ?? [],
	);
	// A volume without items holds `latest`, and the newest version stays anyway.
	return [...variables, ...files].map(({ name, key }) => ({
		secretId: lastSegment(aliases.get(name) ?? name),
		version: key,
	}));
}
