/** What a project of the stand-in's cloud holds. */
import { createHash } from "node:crypto";
import type { Properties } from "../provider/values.ts";

/** One resource as the API holds it, whatever Pulumi's state says. */
export interface Entry {
	/** The properties that a refresh reads. */
	properties: Properties;
	/** What the API keeps but never shows as a property. */
	hidden: Record<string, unknown>;
}

/** A project: its resources by type and id. */
export interface World {
	/** The project's id. */
	project: string;
	/** The project's number, 12 digits. */
	number: string;
	/** Resources by type token and id. */
	resources: Record<string, Record<string, Entry>>;
}

/** The number of a project: Google gives each one; here it is made from the id, so that it stays the same. */
export function projectNumber(project: string): string {
	const hash = createHash("sha256").update(project).digest();
	return String(100_000_000_000 + (hash.readUIntBE(0, 6) % 900_000_000_000));
}

/** A project without resources. */
export function emptyWorld(project: string): World {
	return { project, number: projectNumber(project), resources: {} };
}

/** All resources of a type, by id. */
export function entriesOf(world: World, type: string): Record<string, Entry> {
	return world.resources[type] ?? {};
}

/** A resource, if it exists. */
export function find(
	world: World,
	type: string,
	id: string,
): Entry | undefined {
	return world.resources[type]?.[id];
}

/** Puts a resource there. */
export function put(
	world: World,
	type: string,
	id: string,
	entry: Entry,
): void {
	world.resources[type] ??= {};
	world.resources[type][id] = entry;
}

/** Takes a resource away. */
export function remove(world: World, type: string, id: string): void {
	delete world.resources[type]?.[id];
}

/** Takes away every resource of the type that the test picks. */
export function removeWhere(
	world: World,
	type: string,
	test: (properties: Properties, id: string) => boolean,
): void {
	for (const [id, entry] of Object.entries(entriesOf(world, type)))
		if (test(entry.properties, id)) remove(world, type, id);
}
