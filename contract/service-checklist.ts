/** The checklist of a service, taken from the contract. */
import { secretsIn, secretsReadBy, serviceContract } from "./bindings.ts";
import {
	type CheckedSource,
	type CheckedStore,
	type Checklist,
	checklistVersion,
	digestOf,
	mostContractBytes,
	type PlainForm,
} from "./checklist.ts";
import { type Environment, environments } from "./environments.ts";
import { serviceNameIn, variableIn } from "./names.ts";
import { storesBoundBy } from "./needs.ts";
import { own } from "./own-keys.ts";
import type {
	PlainValue,
	Platform,
	Problem,
	ServiceContract,
} from "./schema.ts";
import type { SecretSource } from "./sources.ts";
import type { Store } from "./stores.ts";

/** What the second key says of every service's variables. */
export type Prohibitions = {
	/** The reason by the pattern. */
	forbiddenVariables: Readonly<Record<string, string>>;
	/** The ways by the reason. */
	alternatives: Readonly<Record<string, string[][]>>;
};

/** @throws {RangeError} if the contract has no such service */
export function checklistOf(
	platform: Platform,
	prohibitions: Prohibitions,
	service: string,
	environment: Environment,
): Checklist {
	const contract = serviceContract(platform, service);
	const { port, startupPath, livenessPath } = contract;
	const secrets = secretsIn(platform, environment);
	const read = new Set(secretsReadBy(platform, service, environment));
	const existing = (bound: Record<string, string>) =>
		Object.entries(bound).filter(([, id]) => read.has(id));
	const inEnvironment = <Value>(entries: (readonly [string, Value])[]) =>
		Object.fromEntries(
			entries.map(([name, value]) => [variableIn(name, environment), value]),
		);
	return {
		version: checklistVersion,
		service,
		environment,
		project: platform.environments[environment].project,
		variables: inEnvironment(
			Object.entries(contract.variables).map(([name, value]) => [
				name,
				formOf(value),
			]),
		),
		secrets: inEnvironment(existing(contract.secrets)),
		files: Object.fromEntries(existing(contract.secretFiles)),
		sources: Object.fromEntries(
			secrets
				.filter(({ id }) => read.has(id))
				.map(({ id, source }) => [id, withoutValue(source)]),
		),
		stores: Object.fromEntries(
			storesBoundBy(platform, service, environment).map(({ name, store }) => [
				name,
				withoutSize(store),
			]),
		),
		siblings: siblingsOf(platform, contract, environment),
		elsewhere: Object.entries(contract.secrets)
			.filter(([, id]) => !read.has(id))
			.map(([name]) => variableIn(name, environment)),
		forbidden: Object.keys(prohibitions.forbiddenVariables),
		alternatives: Object.values(prohibitions.alternatives),
		answers: { port, startupPath, livenessPath },
	};
}

function formOf(value: PlainValue): PlainForm {
	if (typeof value === "string" || !("from" in value)) {
		return "text";
	}
	switch (value.from) {
		case "url":
			return value.scheme ?? "https";
		case "urls":
			return "https";
		case "environment":
		case "project":
			return value.from;
		default:
			return "text";
	}
}

/** A constant stands in the contract, but it becomes a secret's value, and whoever may see jobs need not see those. */
function withoutValue(source: SecretSource): CheckedSource {
	return source.from === "constant"
		? { from: source.from, sha256: digestOf(source.value) }
		: source;
}

function withoutSize(store: Store): CheckedStore {
	switch (store.kind) {
		case "postgres":
			return { kind: store.kind, database: store.database };
		case "clickhouse":
			return { kind: store.kind, passwordSecret: store.passwordSecret };
		default:
			return { kind: store.kind };
	}
}

function siblingsOf(
	platform: Platform,
	contract: ServiceContract,
	environment: Environment,
): Checklist["siblings"] {
	return Object.fromEntries(
		contract.siblings.flatMap((sibling) => {
			const called = own(platform.services, sibling);
			const [name] =
				Object.entries(contract.variables).find(
					([, value]) =>
						typeof value === "object" &&
						"of" in value &&
						value.from === "url" &&
						value.of === sibling &&
						formOf(value) === "https",
				) ?? [];
			// Preflight carries no identity token, so Cloud Run would turn it away whatever state the sibling is in.
			return called === undefined ||
				called.public === false ||
				name === undefined
				? []
				: [
						[
							sibling,
							{
								variable: variableIn(name, environment),
								path: called.startupPath,
								cloudRunName: serviceNameIn(platform, sibling, environment),
							},
						],
					];
		}),
	);
}

/** For whoever asks about the contract alone. */
export const noProhibitions: Prohibitions = {
	forbiddenVariables: {},
	alternatives: {},
};

/** A service whose checklist no job could carry. */
export function* checklistProblems(platform: Platform): Generator<Problem> {
	for (const service of Object.keys(platform.services)) {
		const bytes = Math.max(
			...environments.map((environment) =>
				Buffer.byteLength(
					JSON.stringify(
						checklistOf(platform, noProhibitions, service, environment),
					),
				),
			),
		);
		if (bytes > mostContractBytes) {
			yield {
				path: ["services", service],
				message: `has so many variables, secrets and templates that what its preflight job is told takes ${bytes} bytes, where a variable of a job has room for ${mostContractBytes}: shorten its templates, or bind less`,
			};
		}
	}
}
