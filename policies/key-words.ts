/** How the comparison of contract and second key compares, and what it calls both. */
import type { Platform } from "../contract/schema.ts";
import { secondKeyFile } from "./second-key.ts";

/** True if both say the same; neither the order of keys counts, nor one without a value. */
export const isSame = (one: unknown, other: unknown) =>
	JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

function sorted(data: unknown): unknown {
	return typeof data !== "object" || data === null || Array.isArray(data)
		? data
		: Object.entries(data)
				.filter(([, value]) => value !== undefined)
				.map(([key, value]) => [key, sorted(value)] as const)
				.sort(([one], [other]) => (one < other ? -1 : 1));
}

export const contractSays = (path: string, what: string) =>
	`${what} at ${path} of contract/platform.ts`;
export const keySays = (path: string, what: string) =>
	`${what}, as ${path} of ${secondKeyFile} says`;

/** The names that some records have. */
export const names = (...records: object[]) =>
	new Set(records.flatMap((each) => Object.keys(each)));

/** The variables that services have, of either kind. */
export const variablesOf = ({ services }: Platform) =>
	names(
		...Object.values(services).flatMap((each) => [
			each.secrets,
			each.variables,
		]),
	);

/** True for a secret that a pattern of the second key means. */
export const isMeant = (pattern: string, id: string) =>
	new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(id);
