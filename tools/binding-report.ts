/** Which variable of which service gets which version of which secret, read from the events of one preview or update. */
import { bindingsFor } from "../contract/bindings.ts";
import type { Environment } from "../contract/environments.ts";
import { serviceNameIn } from "../contract/names.ts";
import type { Platform } from "../contract/schema.ts";
import { checklistOf, noProhibitions } from "../contract/service-checklist.ts";
import { triedSecrets, triedStores } from "../contract/tried-values.ts";

/** A variable of a service. */
export type BindingRow = {
	service: string;
	variable: string;
	/** The secret's id in Secret Manager; none for a plain value. */
	secretId?: string;
	/** The pinned version's number, `made in this update`, or `NOT BOUND`; none for a plain value. */
	version?: string;
	/** The contract says that the service cannot work without it. */
	critical: boolean;
	/** Preflight logs in with the value, or can look at its form alone; none for a plain value. */
	tried?: "login" | "form";
	/** Short names of the accounts that may read the secret. */
	grantedTo: string[];
};

/** A line of the engine's event log, as far as the report needs it. */
export type EngineEvent = {
	resourcePreEvent?: {
		metadata: { op: string; type: string; urn: string; new: State | null };
	};
};

type State = {
	urn: string;
	parent: string;
	type: string;
	inputs: Record<string, unknown>;
};

/** What the engine's event log writes for a value that is not known yet (`plugin.UnknownStringValue` in its source). */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A line of an event log; nothing where it is one that the report does not use, or that an ended engine did not finish. */
export function parseEvent(line: string): EngineEvent[] {
	return line.includes('"resourcePreEvent"') && line.endsWith("}")
		? [JSON.parse(line)]
		: [];
}

/**
 * The rows of every service that the events tell about, in the contract's order. A secret variable of the contract that
 * the service lacks is a row too (`NOT BOUND`). Plain values themselves are not part of the result.
 */
export function bindingRows(
	events: EngineEvent[],
	platform: Platform,
	environment: Environment,
): BindingRow[] {
	const states = plannedStates(events);
	const readers = readersOf(states);
	return Object.keys(platform.services).flatMap((service) => {
		const name = serviceNameIn(platform, service, environment);
		const state = states.find(
			(it) =>
				it.type === "gcp:cloudrunv2/service:Service" && it.inputs.name === name,
		);
		return state === undefined
			? []
			: serviceRows(state, service, platform, environment, readers);
	});
}

/** What preflight cannot try, a line for each service where that is everything, or a store of it. */
export function untriedLines(
	platform: Platform,
	environment: Environment,
): string[] {
	return Object.keys(platform.services).flatMap((service) => {
		const stores = triedStores(
			checklistOf(platform, noProhibitions, service, environment),
		);
		if (stores.length === 0) {
			return [
				`${service}: preflight can look at the form of its variables alone, since they give no login to a data store`,
			];
		}
		return stores.flatMap(({ name, lacks }) =>
			lacks === undefined
				? []
				: [
						`${service}: preflight can't try '${name}', since nobody can log in by what it takes of it; bind ${lacks} too`,
					],
		);
	});
}

function serviceRows(
	state: State,
	service: string,
	platform: Platform,
	environment: Environment,
	readers: Map<string, string[]>,
): BindingRow[] {
	const expected = bindingsFor(platform, service, environment).secrets;
	const logins = triedSecrets(
		checklistOf(platform, noProhibitions, service, environment),
	);
	const triedAs = (variable: string): BindingRow["tried"] => {
		const secret = expected.find((it) => it.variable === variable)?.secret;
		return logins.has(secret ?? "") ? "login" : "form";
	};
	const bound = variablesOf(state).map(({ variable, secretId, version }) => ({
		service,
		variable,
		secretId,
		version: version === unknownValue ? "made in this update" : version,
		critical: expected.some((it) => it.variable === variable && it.critical),
		...(secretId === undefined ? {} : { tried: triedAs(variable) }),
		grantedTo: readers.get(secretId ?? "") ?? [],
	}));
	const missing = expected
		.filter((it) => !bound.some(({ variable }) => variable === it.variable))
		.map(({ variable, secretId, critical }) => ({
			service,
			variable,
			secretId,
			version: "NOT BOUND",
			critical,
			tried: triedAs(variable),
			grantedTo: readers.get(secretId) ?? [],
		}));
	// What can be wrong comes first; plain values follow.
	const secrets = [...bound.filter(isSecret), ...missing];
	return [...secrets, ...bound.filter((row) => !isSecret(row))];
}

const isSecret = ({ secretId }: BindingRow) => secretId !== undefined;

/** The newest planned state of each resource; a resource that goes away has none. */
function plannedStates(events: EngineEvent[]): State[] {
	const states = new Map<string, State>();
	for (const { resourcePreEvent } of events) {
		const state = resourcePreEvent?.metadata.new;
		if (state) states.set(state.urn, state);
	}
	return [...states.values()];
}

type Variable = { variable: string; secretId?: string; version?: string };

function variablesOf(service: State): Variable[] {
	type Env = {
		name: string;
		valueSource?: { secretKeyRef?: { secret: string; version?: string } };
	};
	type Inputs = { template?: { containers?: { envs?: Env[] }[] } };
	const containers = (service.inputs as Inputs).template?.containers ?? [];
	return containers.flatMap(({ envs }) =>
		(envs ?? []).map(({ name, valueSource }) => ({
			variable: name,
			secretId: lastSegment(valueSource?.secretKeyRef?.secret),
			version: valueSource?.secretKeyRef?.version,
		})),
	);
}

/**
 * The accounts that may read a secret, by its id. While a secret is about to be made, its grant does not know its name
 * yet; the secret is then the one that has the same parent.
 */
function readersOf(states: State[]): Map<string, string[]> {
	const idOfParent = new Map(
		states
			.filter(({ type }) => type === "gcp:secretmanager/secret:Secret")
			.map(({ parent, inputs }) => [parent, String(inputs.secretId)]),
	);
	const readers = new Map<string, string[]>();
	for (const { type, parent, inputs } of states) {
		if (type !== "gcp:secretmanager/secretIamMember:SecretIamMember") continue;
		if (inputs.role !== "roles/secretmanager.secretAccessor") continue;
		const named = lastSegment(String(inputs.secretId));
		const id = named === unknownValue ? idOfParent.get(parent) : named;
		if (id === undefined) continue;
		const accounts = [
			...(readers.get(id) ?? []),
			accountName(String(inputs.member)),
		];
		readers.set(id, accounts.sort());
	}
	return readers;
}

/** `serviceAccount:netra-auth@project.iam.gserviceaccount.com` → `netra-auth` */
function accountName(member: string): string {
	if (member === unknownValue) return "made in this update";
	return member.replace(/^serviceAccount:/, "").replace(/@.*$/, "");
}

function lastSegment(id: string | undefined): string | undefined {
	return id?.split("/").at(-1);
}
