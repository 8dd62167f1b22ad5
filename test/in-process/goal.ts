/** Reads what the SDK sends for a resource. */
import type pb from "@pulumi/pulumi/proto/resource_pb.js";
import { properties } from "../../local/provider/messages.ts";
import type { Alias, Goal, Options } from "./state.ts";
import { urnOf } from "./urn.ts";

/** The goal of a request; options that are not given are left out. */
export function goalOf(
	stack: string,
	request: pb.RegisterResourceRequest,
): Goal {
	const [type, name, parent] = [
		request.getType(),
		request.getName(),
		request.getParent(),
	];
	return {
		urn: urnOf(stack, type, name, parent),
		type,
		name,
		custom: request.getCustom(),
		parent,
		inputs: properties(request.getObject()),
		dependencies: request.getDependenciesList().sort(),
		propertyDependencies: Object.fromEntries(
			request
				.getPropertydependenciesMap()
				.toArray()
				.map(([key]) => [
					key,
					request.getPropertydependenciesMap().get(key)?.getUrnsList().sort() ??
						[],
				]),
		),
		options: optionsOf(request),
	};
}

function optionsOf(request: pb.RegisterResourceRequest): Options {
	const all: { [Key in keyof Options]: Options[Key] | undefined } = {
		protect: request.hasProtect() ? request.getProtect() : undefined,
		retainOnDelete: request.hasRetainondelete()
			? request.getRetainondelete()
			: undefined,
		deleteBeforeReplace: request.getDeletebeforereplacedefined()
			? request.getDeletebeforereplace()
			: undefined,
		ignoreChanges: request.getIgnorechangesList(),
		replaceOnChanges: request.getReplaceonchangesList(),
		additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
		aliases: request.getAliasesList().map(aliasOf),
		deletedWith: request.getDeletedwith(),
		import: request.getImportid(),
		version: request.getVersion(),
	};
	return Object.fromEntries(
		Object.entries(all).filter(
			([, value]) =>
				value !== undefined &&
				value !== "" &&
				!(Array.isArray(value) && value.length === 0),
		),
	);
}

function aliasOf(
	alias: ReturnType<pb.RegisterResourceRequest["getAliasesList"]>[number],
): Alias {
	const spec = alias.getSpec();
	if (spec === undefined) return { urn: alias.getUrn() };
	const given = {
		name: spec.getName(),
		type: spec.getType(),
		parent: spec.getParenturn(),
	};
	return {
		...Object.fromEntries(
			Object.entries(given).filter(([, value]) => value !== ""),
		),
		...(spec.getNoparent() && { noParent: true }),
	};
}
