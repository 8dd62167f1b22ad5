/** Reads what an update must know of the cloud before it plans anything. */
import { getJob } from "@pulumi/gcp/cloudrunv2/getJob.js";
import { getService } from "@pulumi/gcp/cloudrunv2/getService.js";
import { getSecretVersionAccess } from "@pulumi/gcp/secretmanager/getSecretVersionAccess.js";
import { UserError } from "../contract/errors.ts";
import {
	checkJobNameIn,
	preflightJobNameIn,
	serviceNameIn,
	verifyJobNameIn,
} from "../contract/names.ts";
import type { Platform } from "../contract/schema.ts";
import type { StackConfig } from "../contract/stack-config.ts";
import {
	type DeployedService,
	type ObservedJob,
	observedService,
} from "../plan/observed.ts";
import {
	type ObservedRevision,
	type RestRevision,
	revisionOf,
} from "../plan/revisions.ts";
import type { CloudReader } from "./cloud-reader.ts";

/** A service and the jobs that it waits for; undefined is what does not exist yet. */
export type Observed = {
	service: DeployedService | undefined;
	preflight: ObservedJob;
	/** Only where the contract names a check command. */
	check: ObservedJob;
	verify: ObservedJob;
	/** Every revision that the service keeps, the newest first; undefined if they could not be read. */
	revisions: ObservedRevision[] | undefined;
};

/**
 * The services and the jobs that they wait for as they are now, by the service's name in the contract.
 * @throws {UserError} if the cloud gives another answer than the state or "not found": taking that for a first
 * deployment would let a rotation change the live login.
 */
export async function observeServices(
	platform: Platform,
	config: StackConfig,
	reader: CloudReader,
): Promise<ReadonlyMap<string, Observed>> {
	const { environment } = config;
	const entries = Object.entries(platform.services).map(
		async ([name, contract]) => {
			const serviceName = serviceNameIn(platform, name, environment);
			const [service, revisions, preflight, check, verify] = await Promise.all([
				observeService(serviceName, config),
				observeRevisions(serviceName, config, reader),
				observeJob(preflightJobNameIn(platform, name, environment), config),
				contract.checkCommand &&
					observeJob(checkJobNameIn(platform, name, environment), config),
				observeJob(verifyJobNameIn(platform, name, environment), config),
			]);
			return [name, { service, revisions, preflight, check, verify }] as const;
		},
	);
	return new Map(await Promise.all(entries));
}

async function observeService(
	name: string,
	config: StackConfig,
): Promise<DeployedService | undefined> {
	const { project, region: location } = config;
	const answer = await unlessNotFound("services", name, config, () =>
		getService({ name, location, project }),
	);
	return answer && observedService(answer);
}

async function observeRevisions(
	service: string,
	{ project, region }: StackConfig,
	reader: CloudReader,
): Promise<ObservedRevision[] | undefined> {
	const reading = await reader.list<RestRevision>(
		"run",
		`projects/${project}/locations/${region}/services/${service}/revisions`,
		"revisions",
	);
	if ("unread" in reading) {
		return undefined;
	}
	return "found" in reading ? reading.found.map(revisionOf) : [];
}

async function observeJob(
	name: string,
	config: StackConfig,
): Promise<ObservedJob> {
	const { project, region: location } = config;
	const answer = await unlessNotFound("jobs", name, config, () =>
		getJob({ name, location, project }),
	);
	return (
		answer && {
			succeeded: answer.terminalConditions.every(
				({ state }) => state === "CONDITION_SUCCEEDED",
			),
			token: answer.runExecutionToken,
			labels: answer.labels ?? {},
		}
	);
}

async function unlessNotFound<T>(
	kind: "services" | "jobs",
	name: string,
	{ environment, project, region }: StackConfig,
	read: () => Promise<T>,
): Promise<T | undefined> {
	try {
		return await read();
	} catch (error) {
		const path = `projects/${project}/locations/${region}/${kind}/${name}`;
		const message = error instanceof Error ? error.message : String(error);
		if (message.includes(`${path} not found`)) {
			return undefined;
		}
		throw new UserError(
			`[observe] the state of ${path} could not be read, and without it a change could hit the login that is in use; nothing was changed in ${environment}\n  found: ${message}\n  fix: check your login and that you may read Cloud Run in ${project}, then run the command again`,
		);
	}
}

/**
 * The value of a pinned version of a secret that the stack does not make. Mark it as secret: the data source
 * does not.
 * @throws {UserError} that names secret and version if it can't be read
 */
export async function readSecretVersion(
	{ environment, project }: StackConfig,
	secretId: string,
	version: number,
): Promise<string> {
	try {
		const { secretData } = await getSecretVersionAccess({
			project,
			secret: secretId,
			version: String(version),
		});
		return secretData;
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		const named = `[external-secret] version ${version} of secret ${secretId}`;
		throw new UserError(
			message.includes("is in DISABLED state")
				? `${named} is disabled, so its value can't be read; nothing was changed in ${environment}\n  fix: gcloud secrets versions enable ${version} --secret=${secretId} --project=${project}, or pin another one that gcloud secrets versions list ${secretId} --project=${project} shows`
				: `${named} could not be read; nothing was changed in ${environment}\n  found: ${message}\n  fix: check the number with gcloud secrets versions list ${secretId} --project=${project}, and that you may access it`,
		);
	}
}
