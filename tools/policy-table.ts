/**
 * Writes the table of the rules, and what each rejects, into docs/policies.md, between its two marks:
 *
 *   tools/with-toolchain node tools/policy-table.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Rule } from "../policies/rule.ts";
import { rules } from "../policies/rules.ts";

const begin = "<!-- rules: made by tools/policy-table.ts -->";
const end = "<!-- end of rules -->";

/** The page of which the table is a part. */
export const page = join(
	resolve(import.meta.dirname, ".."),
	"docs/policies.md",
);

/**
 * The page with its table made anew.
 * @throws {Error} if the page has not the two marks
 */
export function withTable(text: string): string {
	const from = text.indexOf(begin);
	const to = text.indexOf(end);
	if (from === -1 || to < from) {
		throw new Error(`docs/policies.md lacks the marks '${begin}' and '${end}'`);
	}
	return `${text.slice(0, from)}${begin}\n\n${table(rules)}\n${ways(rules)}\n${text.slice(to)}`;
}

/** One row a rule, its columns padded as the formatter wants them. */
function table(list: readonly Rule[]): string {
	const rows = [
		["rule", "level", "what complies", "why", "requirement"],
		...list.map(({ id, level, complies, why, requirements }) => [
			`[${id}](#${id})`,
			level,
			complies,
			why,
			requirements.join(", "),
		]),
	];
	const widths = (rows[0] as string[]).map((_, column) =>
		Math.max(...rows.map((row) => (row[column] as string).length)),
	);
	const [head, ...body] = rows.map((row) =>
		row.map((cell, column) => cell.padEnd(widths[column] as number)),
	);
	const rule = widths.map((width) => "-".repeat(width));
	return [head as string[], rule, ...body]
		.map((cells) => `| ${cells.join(" | ")} |\n`)
		.join("");
}

/** What each rule rejects, and how to mend it. */
function ways(list: readonly Rule[]): string {
	return list
		.map(
			({ id, rejects, fix }) =>
				`### [${id}](../policies/rules/${id}.ts)\n\nIt rejects:\n\n${rejects.map((way) => `- ${way}\n`).join("")}\nTo mend it: ${fix}.\n`,
		)
		.join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
	writeFileSync(page, withTable(readFileSync(page, "utf8")));
}
