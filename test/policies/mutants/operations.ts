/** Small changes of registered resources. None changes its argument; what it leaves alone is shared. */
import {
	keyOf,
	type Properties,
	type Resource,
	refsIn,
	type Value,
} from "../../fixtures/resources.ts";

export type Change = (resources: readonly Resource[]) => Resource[];
type Match = (resource: Resource) => boolean;

export const all =
	(...changes: Change[]): Change =>
	(resources) =>
		changes.reduce<Resource[]>(
			(current, change) => change(current),
			[...resources],
		);

export const remove =
	(match: Match): Change =>
	(resources) =>
		resources.filter((each) => !match(each));

export const add =
	(type: string, name: string, properties: Properties): Change =>
	(resources) => [
		...resources,
		{
			type,
			name,
			properties,
			protect: false,
			dependsOn: [],
			propertyDependencies: {},
			project: resources.find(({ project }) => project !== "")?.project ?? "",
		},
	];

export const edit =
	(match: Match, change: (resource: Resource) => Resource): Change =>
	(resources) =>
		resources.map((each) => (match(each) ? change(each) : each));

/** Sets a property by its path, `settings.tier`; a list's first element is `0`; `undefined` removes it. */
export const set = (
	match: Match,
	path: string,
	value: Value | undefined,
): Change =>
	edit(match, (resource) => ({
		...resource,
		properties: withValue(
			resource.properties,
			path.split("."),
			value,
		) as Properties,
	}));

/** What holds properties or elements, with another value at a path below it; `undefined` removes it. */
export function withValue(
	holder: Value | undefined,
	[key, ...rest]: string[],
	value: Value | undefined,
): Value {
	if (key === undefined) {
		return value as Value;
	}
	const copy = (
		Array.isArray(holder) ? [...holder] : { ...(holder as Properties) }
	) as Record<string, Value>;
	if (rest.length === 0 && value === undefined) {
		delete copy[key];
	} else {
		copy[key] = withValue(copy[key], rest, value);
	}
	return copy as Value;
}

/** Gives resources the option `ignoreChanges`. */
export const ignoring = (match: Match, ...paths: string[]): Change =>
	edit(match, (resource) => ({ ...resource, ignoreChanges: paths }));

export const type =
	(...types: string[]): Match =>
	({ type }) =>
		types.some((each) => type.endsWith(`:${each}`) || type === each);

/** Resources of a type one of whose properties has a value. */
export const having =
	(of: string, property: string, value: Value): Match =>
	(resource) =>
		type(of)(resource) && resource.properties[property] === value;

const isWorkload: Match = ({ type }) =>
	/^gcp:cloudrunv2\/(?:service:Service|job:Job)$/.test(type);

/** A Cloud Run service or job by its name there. */
export const workload =
	(name: string): Match =>
	(resource) =>
		isWorkload(resource) && resource.properties.name === name;

/** The path of what describes an instance. */
const templateOf = ({ type }: Resource) =>
	type.endsWith(":Job") ? "template.template" : "template";

/** Sets what is at a path below a workload's instance template. */
export const setTemplate = (
	name: string,
	path: string,
	value: Value | undefined,
): Change =>
	edit(
		workload(name),
		(resource) =>
			set(
				() => true,
				`${templateOf(resource)}.${path}`,
				value,
			)([resource])[0] as Resource,
	);

const envsPath = "containers.0.envs";

/** Changes the list of a workload's variables. */
const editVariables = (
	name: string | Match,
	change: (variables: Properties[]) => Value[],
): Change =>
	edit(typeof name === "string" ? workload(name) : name, (resource) => {
		const path = `${templateOf(resource)}.${envsPath}`;
		const found = path
			.split(".")
			.reduce<Value | undefined>(
				(value, key) => (value as Properties | undefined)?.[key],
				resource.properties,
			);
		return set(
			() => true,
			path,
			change((found ?? []) as Properties[]),
		)([resource])[0] as Resource;
	});

/** Takes a variable away from every service and job. */
export const dropEverywhere = (variable: string): Change =>
	editVariables(isWorkload, (variables) =>
		variables.filter((each) => each.name !== variable),
	);

/** Changes one variable of a workload; several results are several variables, none drops it. */
export const editVariable = (
	name: string,
	variable: string,
	change: (entry: Properties) => Value[],
): Change =>
	editVariables(name, (variables) =>
		variables.flatMap((each) =>
			each.name === variable ? change(each) : [each],
		),
	);

/** Adds a variable to a workload. */
export const addVariable = (name: string, entry: Properties): Change =>
	editVariables(name, (variables) => [...variables, entry]);

/** A variable that is bound to a secret. */
export function bound(
	name: Value,
	secret: Value,
	version: Value | undefined,
): Properties {
	return {
		name,
		valueSource: {
			secretKeyRef: {
				secret,
				...(version === undefined ? {} : { version }),
			},
		},
	};
}

/** The reference of a variable that is bound to a secret. */
export function referenceOf(entry: Properties): {
	secret: Value;
	version: Value;
} {
	return (entry.valueSource as Properties).secretKeyRef as {
		secret: Value;
		version: Value;
	};
}

/** The id that a reference to a secret ends in. */
function secretIdOf(reference: Value | undefined): string {
	return typeof reference === "string"
		? (/secrets\/([^/]+)/.exec(reference)?.[1] ?? reference)
		: "";
}

/** True for a resource whose property means the secret, by its text or by the resource that it was made from. */
export const ofSecret = (
	resources: readonly Resource[],
	property: string,
	secretId: string,
): Match => {
	const secrets = new Set(
		resources.filter(having("Secret", "secretId", secretId)).map(keyOf),
	);
	return ({ properties, propertyDependencies }) =>
		secretIdOf(properties[property]) === secretId ||
		[
			...refsIn(properties[property] ?? null).flatMap(({ sources }) => sources),
			...(propertyDependencies[property] ?? []),
		].some((key) => secrets.has(key));
};
