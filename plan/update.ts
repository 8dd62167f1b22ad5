/** All that is decided of an update before anything is planned: logins, pins, and what becomes of the revisions that serve. */
import { bindsLogin, loginSecretIds } from "../contract/bindings.ts";
import { UserError } from "../contract/errors.ts";
import { serviceNameIn } from "../contract/names.ts";
import type { Platform } from "../contract/schema.ts";
import type { StackConfig } from "../contract/stack-config.ts";
import { loginUseOf } from "./deployed-logins.ts";
import { planRotation } from "./login-guard.ts";
import { keepersText, slotOf } from "./login-record.ts";
import type { DeployedService } from "./observed.ts";
import { checkPinned } from "./pins.ts";
import { differencesBetween } from "./revision-differences.ts";
import { parseRevisionName } from "./revision-name.ts";
import type { ObservedRevision } from "./revisions.ts";
import type { LoginService, Rotation, RotationArgs } from "./rotation.ts";
import { planServing, type ServingPlan } from "./serving.ts";

/** A service as an update finds it. */
export type FoundService = {
	/** Undefined where it does not exist yet. */
	service: DeployedService | undefined;
	/** All of its revisions; undefined where the right to list them is missing. */
	revisions: readonly ObservedRevision[] | undefined;
};

export type Update = {
	rotation: Rotation;
	/** By the service's name in the contract. */
	serving: ReadonlyMap<string, ServingPlan>;
};

/**
 * Plans an update from what there is.
 * @param found by the service's name in the contract
 * @param missing what an instance of a service's revision would miss when it starts, in words
 * @throws {UserError} if it would break something that serves, or replace it without a word in the configuration
 */
export function planUpdate(
	platform: Platform,
	config: StackConfig,
	found: ReadonlyMap<string, FoundService>,
	missing: (service: string, revision: string) => readonly string[],
): Update {
	const { environment } = config;
	const carriers = loginSecretIds(platform, environment);
	const loginServices = [...found]
		.filter(([service]) => bindsLogin(platform, service, environment))
		.flatMap(([service, each]) => loginService(config, service, each));
	const args: RotationArgs = {
		stack: environment,
		epoch: config.rotationEpoch,
		slotRetry: config.slotRetry,
		services: loginServices,
		carriers,
		adoptedRevisions: config.adoptedRevisions,
	};
	// First: what a rotation refuses is the deeper reason, and its message names the pin.
	const rotation = planRotation(args);
	const serving = new Map<string, ServingPlan>();
	for (const [service, each] of found) {
		const login = loginServices.find((other) => other.service === service);
		checkPin(platform, config, service, each, (revision) => [
			...missing(service, revision),
			...(login === undefined
				? []
				: lostLogin(login, revision, carriers, rotation)),
		]);
		if (each.service !== undefined) {
			serving.set(service, planOf(config, service, each, each.service));
		}
	}
	refuseWhatWouldBeLost(environment, serving);
	return { rotation, serving };
}

function refuseWhatWouldBeLost(
	stack: string,
	serving: Update["serving"],
): void {
	const lines = [...serving.values()].flatMap(({ refusal }) => refusal);
	if (lines.length > 0) {
		throw new UserError(
			`[serving] refused, nothing was changed in ${stack}:\n${lines.map((line) => `  ${line}`).join("\n")}`,
		);
	}
}

function loginService(
	config: StackConfig,
	service: string,
	each: FoundService,
): LoginService[] {
	return each.service === undefined
		? []
		: [
				{
					service,
					observed: each.service,
					pinned: pinOf(config, service),
					takeOver: config.services[service]?.takeOver ?? [],
					revisions: allOf(each.service, each.revisions),
				},
			];
}

/** What is listed, and the latest created one, which the service itself shows to whoever may not list. */
const allOf = (
	{ latest }: DeployedService,
	revisions: readonly ObservedRevision[] = [],
) =>
	revisions.some(({ name }) => name === latest.name)
		? revisions
		: [...revisions, latest];

const pinOf = (config: StackConfig, service: string) =>
	config.services[service]?.pinnedRevision;

/** What a revision lost if its login has another password by now. */
function lostLogin(
	login: LoginService,
	revision: string,
	carriers: ReadonlySet<string>,
	{ keepers }: Rotation,
): string[] {
	const use = loginUseOf(login, revision, carriers);
	const stays =
		!use.known ||
		keepersText(keepers[slotOf(use.keepers.epoch)]) ===
			keepersText(use.keepers);
	return stays ? [] : ["whose login has another password by now"];
}

function checkPin(
	platform: Platform,
	config: StackConfig,
	service: string,
	{ service: observed, revisions }: FoundService,
	missing: (revision: string) => readonly string[],
): void {
	const pinned = pinOf(config, service);
	if (pinned !== undefined) {
		checkPinned({
			stack: config.environment,
			service,
			name: serviceNameIn(platform, service, config.environment),
			exists: observed !== undefined,
			pinned,
			revisions,
			missing,
		});
	}
}

function planOf(
	config: StackConfig,
	service: string,
	each: FoundService,
	observed: DeployedService,
): ServingPlan {
	const all = allOf(observed, each.revisions);
	const own = all
		.filter(({ name }) => parseRevisionName(observed.name, name) !== undefined)
		.sort((one, other) => (one.createTime < other.createTime ? 1 : -1));
	return planServing({
		stack: config.environment,
		service,
		observed,
		pinned: pinOf(config, service),
		takeOver: config.services[service]?.takeOver ?? [],
		adoptedRevisions: config.adoptedRevisions,
		lastOwn: own[0]?.name,
		differences: (from, to) => {
			const [one, other] = [from, to].map((name) =>
				all.find((revision) => revision.name === name),
			);
			return one === undefined || other === undefined
				? undefined
				: differencesBetween(one, other);
		},
	});
}
