/** Every name that the platform gives to something, and nothing else computes one. @see nameProblems for their limits */
import type { Environment } from "./environments.ts";
import type { Platform } from "./schema.ts";

/** A variable's name in an environment: `{ENV}` stands for the environment in capitals. */
export function variableIn(name: string, environment: Environment): string {
	return name.replace("{ENV}", environment.toUpperCase());
}

/** The id in Secret Manager. */
export function secretIdIn(id: string, environment: Environment): string {
	return `${id}-${environment}`;
}

/** The name of a service in Cloud Run. */
export function serviceNameIn(
	platform: Platform,
	service: string,
	environment: Environment,
): string {
	return `${platform.name}-${service}-${environment}`;
}

/** Runs preflight's checks with a service's credentials before each change of the service. */
export function preflightJobNameIn(
	platform: Platform,
	service: string,
	environment: Environment,
): string {
	return jobName(platform, "preflight", service, environment);
}

/** Runs the service's own image with the contract's check command before each change of the service. */
export function checkJobNameIn(
	platform: Platform,
	service: string,
	environment: Environment,
): string {
	return jobName(platform, "check", service, environment);
}

/** Runs preflight's checks on a schedule, against what is deployed. */
export function verifyJobNameIn(
	platform: Platform,
	service: string,
	environment: Environment,
): string {
	return jobName(platform, "verify", service, environment);
}

function jobName(
	platform: Platform,
	kind: string,
	service: string,
	environment: Environment,
): string {
	return `${platform.name}-${kind}-${service}-${environment}`;
}

/** The service that a service or a job of Cloud Run is made for; undefined where the contract has none. */
export function serviceBehind(
	platform: Platform,
	name: string,
	environment: Environment,
): string | undefined {
	const namesOf = [
		serviceNameIn,
		preflightJobNameIn,
		checkJobNameIn,
		verifyJobNameIn,
	];
	return Object.keys(platform.services).find((service) =>
		namesOf.some((nameOf) => nameOf(platform, service, environment) === name),
	);
}

/** The account id of the service account that a service runs as. */
export function serviceAccountIdIn(
	platform: Platform,
	service: string,
): string {
	return `${platform.name}-${service}`;
}

/** The e-mail address of a service's account in a project. */
export function serviceAccountEmail(
	platform: Platform,
	service: string,
	project: string,
): string {
	return `${serviceAccountIdIn(platform, service)}@${project}.iam.gserviceaccount.com`;
}

/** The name of a store's bucket. All buckets of everybody share one namespace, and a project's id is nobody else's. */
export function bucketNameIn(
	platform: Platform,
	store: string,
	environment: Environment,
): string {
	const { project } = platform.environments[environment];
	return `${platform.name}-${store}-${environment}-${project}`;
}

/** The account id of the account that a bucket's key belongs to. No store bears a service's name. */
export function bucketAccountIdIn(platform: Platform, store: string): string {
	return `${platform.name}-${store}`;
}

/** One of the two database logins, of which one is live and the other idle. */
export const slots = ["a", "b"] as const;
export type Slot = (typeof slots)[number];

/** The name of a slot's login to a database. */
export function databaseUserIn(database: string, slot: Slot): string {
	return `${database}_${slot}`;
}

/** The role that owns every object of a database, so that both logins can change them. It can't log in. */
export function ownerRoleIn(database: string): string {
	return `${database}_owner`;
}
