/** What a program registers, read from the requests that the SDK sends to the engine. */
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import {
	hasUnknown,
	isObject,
	type Properties,
	Secret,
	type Value,
} from "../../local/provider/values.ts";
import { decodeProperties } from "../../local/provider/wire.ts";

/** One resource as the program describes it. */
export type Registration = {
	urn: string;
	type: string;
	name: string;
	/** False for a component, which has no provider. */
	custom: boolean;
	parent: string;
	inputs: Properties;
	dependencies: string[];
	propertyDependencies: Record<string, string[]>;
	options: Options;
};

/** What is asked of the engine beside the inputs; only what differs from the engine's defaults. */
export type Options = {
	protect?: boolean;
	retainOnDelete?: boolean;
	deleteBeforeReplace?: boolean;
	ignoreChanges?: string[];
	replaceOnChanges?: string[];
	additionalSecretOutputs?: string[];
	aliases?: number;
	deletedWith?: string;
	import?: string;
	provider?: string;
};

/** The stack's own resource is nobody's parent in a URN. */
export const stackType = "pulumi:pulumi:Stack";

export function registrationOf(
	request: RegisterResourceRequest,
	stack: string,
	project: string,
): Registration {
	const type = request.getType();
	const name = request.getName();
	const parent = request.getParent();
	const qualified = parent.split("::")[2] ?? stackType;
	const path =
		parent === "" || qualified === stackType ? type : `${qualified}$${type}`;
	const dependencies: Record<string, string[]> = {};
	request.getPropertydependenciesMap().forEach((value, key) => {
		dependencies[key] = value.getUrnsList();
	});
	return {
		urn: `urn:pulumi:${stack}::${project}::${path}::${name}`,
		type,
		name,
		custom: request.getCustom(),
		parent,
		inputs: decodeProperties(request.getObject()?.toJavaScript()),
		dependencies: request.getDependenciesList(),
		propertyDependencies: dependencies,
		options: optionsOf(request),
	};
}

function optionsOf(request: RegisterResourceRequest): Options {
	const list = (values: string[]) => (values.length > 0 ? values : undefined);
	const all: Record<keyof Options, unknown> = {
		protect: request.getProtect() || undefined,
		retainOnDelete: request.getRetainondelete() || undefined,
		deleteBeforeReplace: request.getDeletebeforereplace() || undefined,
		ignoreChanges: list(request.getIgnorechangesList()),
		replaceOnChanges: list(request.getReplaceonchangesList()),
		additionalSecretOutputs: list(request.getAdditionalsecretoutputsList()),
		aliases:
			request.getAliasesList().length + request.getAliasurnsList().length ||
			undefined,
		deletedWith: request.getDeletedwith() || undefined,
		import: request.getImportid() || undefined,
		provider: request.getProvider() || undefined,
	};
	return Object.fromEntries(
		Object.entries(all).filter(([, value]) => value !== undefined),
	) as Options;
}

/** The names of the properties that hold a secret, at any depth. */
export function secretsIn(properties: Properties): string[] {
	return Object.keys(properties).filter((key) =>
		hasSecret(properties[key] ?? null),
	);
}

function hasSecret(value: Value): boolean {
	if (value instanceof Secret) return true;
	if (Array.isArray(value)) return value.some(hasSecret);
	return isObject(value) && Object.values(value).some(hasSecret);
}

/** Properties with some of them marked as secrets; what is not known yet stays so. */
export function marked(
	properties: Properties,
	secrets: readonly string[],
): Properties {
	return Object.fromEntries(
		Object.entries(properties).map(([key, value]) => [
			key,
			secrets.includes(key) && !(value instanceof Secret)
				? new Secret(value)
				: value,
		]),
	);
}

/** The property keeps what it had, as `ignoreChanges` asks: paths such as `template` or `settings.tier`. */
export function withIgnored(
	inputs: Properties,
	olds: Properties,
	paths: readonly string[],
): Properties {
	const result = structuredCopy(inputs);
	for (const path of paths) {
		const keys = path.match(/[^.[\]"]+/g) ?? [];
		const last = keys.pop();
		const holder = (from: Value | undefined) =>
			keys.reduce<Value | undefined>(
				(value, key) =>
					isObject(value)
						? value[key]
						: Array.isArray(value)
							? value[Number(key)]
							: undefined,
				from,
			);
		const target = holder(result);
		const source = holder(olds);
		if (last === undefined || !isObject(target)) continue;
		const before = isObject(source) ? source[last] : undefined;
		if (before === undefined) delete target[last];
		else target[last] = before;
	}
	return result;
}

function structuredCopy(value: Properties): Properties {
	const copy = (each: Value): Value =>
		Array.isArray(each)
			? each.map(copy)
			: isObject(each)
				? structuredCopy(each)
				: each;
	return Object.fromEntries(
		Object.entries(value).map(([key, each]) => [key, copy(each)]),
	);
}

export { hasUnknown };
