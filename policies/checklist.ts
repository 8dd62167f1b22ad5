/**
 * What a preflight job has to bring with it. Written beside `contract/service-checklist.ts`, which the program uses, so that
 * what is wrong in the one is found by the other.
 */
import { createHash } from "node:crypto";
import type {
	CheckedStore,
	Checklist,
	PlainForm,
} from "../contract/checklist.ts";
import { serviceNameIn, variableIn } from "../contract/names.ts";
import type { PlainValue } from "../contract/schema.ts";
import type { SecretSource } from "../contract/sources.ts";
import type { Store } from "../contract/stores.ts";
import type { Expected, ExpectedService } from "./expected.ts";
import { storeIdentity } from "./second-key.ts";

/** The version of the shape below. */
const version = 1;

export function wantedChecklist(
	{ platform, secondKey, secrets, environment, project }: Expected,
	{ service, contract, bindings, variables }: ExpectedService,
): Checklist {
	const { port, startupPath, livenessPath } = contract;
	const bound = [...bindings.secrets, ...bindings.files].flatMap(
		({ secret: id, secretId }) => {
			const source = secrets.get(secretId)?.source;
			return source === undefined ? [] : [{ id, source }];
		},
	);
	const plain = Object.entries(contract.variables);
	return {
		version,
		service,
		environment,
		project,
		variables: Object.fromEntries(
			plain.map(([name, value]) => [
				variableIn(name, environment),
				formOf(value),
			]),
		),
		secrets: Object.fromEntries(
			bindings.secrets.map(({ variable, secret }) => [variable, secret]),
		),
		files: Object.fromEntries(
			bindings.files.map(({ path, secret }) => [path, secret]),
		),
		sources: Object.fromEntries(
			bound.map(({ id, source }) => [
				id,
				source.from === "constant"
					? { from: "constant", sha256: sha256(source.value) }
					: source,
			]),
		),
		stores: Object.fromEntries(
			Object.entries(platform.stores)
				.filter(([name, store]) => bound.some(takesOf(name, store)))
				.map(([name, store]) => [name, storeIdentity(store) as CheckedStore]),
		),
		siblings: Object.fromEntries(
			contract.siblings.flatMap((sibling) => {
				const called = platform.services[sibling];
				const url = plain.find(
					([, value]) => formOf(value) === "https" && leadsTo(value, sibling),
				);
				return called === undefined || called.public === false || !url
					? []
					: [
							[
								sibling,
								{
									variable: variableIn(url[0], environment),
									path: called.startupPath,
									cloudRunName: serviceNameIn(platform, sibling, environment),
								},
							],
						];
			}),
		),
		elsewhere: Object.keys(contract.secrets)
			.map((name) => variableIn(name, environment))
			.filter((name) => !variables.has(name)),
		forbidden: Object.keys(secondKey.forbiddenVariables),
		alternatives: Object.values(secondKey.alternatives),
		answers: { port, startupPath, livenessPath },
	};
}

/** True for a secret that is made from a store, is composed of something of it, or is somebody else's password to it. */
const takesOf =
	(name: string, store: Store) =>
	({ id, source }: { id: string; source: SecretSource }) =>
		source.from.startsWith(`${name}.`) ||
		(source.from === "template" && source.text.includes(`{${name}.`)) ||
		(store.kind === "clickhouse" && store.passwordSecret === id);

const sha256 = (text: string) =>
	createHash("sha256").update(text).digest("hex");

function formOf(value: PlainValue): PlainForm {
	if (typeof value !== "object" || !("from" in value)) {
		return "text";
	}
	switch (value.from) {
		case "environment":
		case "project":
			return value.from;
		case "url":
			return value.scheme ?? "https";
		case "urls":
			return "https";
		case "region":
		case "host":
		case "hosts":
			return "text";
	}
}

const leadsTo = (value: PlainValue, service: string) =>
	typeof value === "object" &&
	"from" in value &&
	value.from === "url" &&
	value.of === service;

/** The path to where two pieces of data differ first; undefined if they say the same. The order of keys does not count. */
export function firstDifference(
	wanted: unknown,
	found: unknown,
	path: readonly string[] = [],
): readonly string[] | undefined {
	if (!isComposed(wanted) || !isComposed(found)) {
		return wanted === found ? undefined : path;
	}
	if (Array.isArray(wanted) !== Array.isArray(found)) {
		return path;
	}
	const keys = new Set([...Object.keys(wanted), ...Object.keys(found)]);
	for (const key of keys) {
		const difference = firstDifference(wanted[key], found[key], [...path, key]);
		if (difference !== undefined) {
			return difference;
		}
	}
	return undefined;
}

const isComposed = (data: unknown): data is Record<string, unknown> =>
	typeof data === "object" && data !== null;
