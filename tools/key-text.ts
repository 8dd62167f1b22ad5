/** The form in which the second key is written. */
import type { SecondKey } from "../policies/second-key.ts";

/** The file's text: a line for each name, and nothing for what is empty. */
export function textOf(key: SecondKey): string {
	const sections = Object.entries(key)
		.filter(([, value]) => value !== undefined && !isEmpty(value))
		.map(([name, value]) => `\t"${name}": ${lines(value, depthOf(name), 1)}`);
	return `{\n${sections.join(",\n")}\n}\n`;
}

export const isEmpty = (value: unknown) =>
	typeof value === "object" && Object.keys(value as object).length === 0;

/** How many levels of a section have a line for each of their names. */
function depthOf(section: string): number {
	return ["services", "settings", "absent"].includes(section) ? 2 : 1;
}

function lines(value: unknown, depth: number, indent: number): string {
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		return inline(value);
	}
	if (depth === 0 || isEmpty(value)) {
		return inline(value);
	}
	const tabs = "\t".repeat(indent + 1);
	const members = Object.entries(value).map(
		([name, each]) =>
			`${tabs}${JSON.stringify(name)}: ${lines(each, depth - 1, indent + 1)}`,
	);
	return `{\n${members.join(",\n")}\n${"\t".repeat(indent)}}`;
}

/** As the formatter writes it. */
function inline(value: unknown): string {
	if (typeof value !== "object" || value === null) {
		return JSON.stringify(value);
	}
	if (Array.isArray(value)) {
		return `[${value.map(inline).join(", ")}]`;
	}
	const members = Object.entries(value)
		.filter(([, each]) => each !== undefined)
		.map(([name, each]) => `${JSON.stringify(name)}: ${inline(each)}`);
	return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
