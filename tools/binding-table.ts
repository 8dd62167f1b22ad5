/** The binding report as a table for a person: with colour and boxes on a terminal, plain in a pipe. */
import Table from "cli-table3";
import pc from "picocolors";
import { own } from "../contract/own-keys.ts";
import type { BindingRow } from "./binding-report.ts";

export type TableOptions = {
	colour: boolean;
	/** Width of the terminal in characters; long cells are broken to fit. @default no limit */
	columns?: number;
};

const headings = [
	"service",
	"variable",
	"secret id",
	"version",
	"critical",
	"tried",
	"granted to",
];
const narrowest = 8;

/** Lines of a table in a pipe. */
export const plainCharacters = {
	top: "-",
	"top-mid": "+",
	"top-left": "+",
	"top-right": "+",
	bottom: "-",
	"bottom-mid": "+",
	"bottom-left": "+",
	"bottom-right": "+",
	left: "|",
	"left-mid": "+",
	mid: "-",
	"mid-mid": "+",
	right: "|",
	"right-mid": "+",
	middle: "|",
};

/** The table as text, without a line feed at its end. */
export function bindingTable(
	rows: BindingRow[],
	{ colour, columns }: TableOptions,
): string {
	const paint = pc.createColors(colour);
	const styles: Record<string, (text: string) => string> = {
		"NOT BOUND": paint.red,
		yes: paint.yellow,
		"-": paint.dim,
		"(plain)": paint.dim,
	};
	const cells = rows.map(cellsOf);
	const widths = widthsWithin(columns ?? Number.POSITIVE_INFINITY, cells);
	const table = new Table({
		head: headings.map((heading) => paint.bold(heading)),
		colWidths: widths,
		chars: colour ? {} : plainCharacters,
		// One line a row; cli-table3's own colours are not switched off in a pipe.
		style: { head: [], border: [], compact: true },
	});
	for (const row of cells) {
		table.push(
			row.map((text, i) => {
				const style = own(styles, text) ?? String;
				// Broken here: cli-table3 counts the codes of a colour as characters.
				return broken(text, (widths[i] ?? 0) - 2)
					.map(style)
					.join("\n");
			}),
		);
	}
	return table.toString();
}

/** The text in lines of at most `width` characters, broken after a blank, dash or underscore where there is one. */
function broken(text: string, width: number): string[] {
	if (text.length <= width) return [text];
	const end =
		1 +
		Math.max(...[" ", "-", "_"].map((it) => text.lastIndexOf(it, width - 1)));
	const cut = end > 0 ? end : width;
	return [text.slice(0, cut).trimEnd(), ...broken(text.slice(cut), width)];
}

function cellsOf({
	service,
	variable,
	secretId,
	version,
	critical,
	tried,
	grantedTo,
}: BindingRow): string[] {
	return [
		service,
		variable,
		secretId ?? "(plain)",
		version ?? "-",
		critical ? "yes" : "-",
		tried ?? "-",
		grantedTo.join(", ") || "-",
	];
}

/** Widths (with one blank on either side) that fit: the widest column gives first. */
function widthsWithin(columns: number, cells: string[][]): number[] {
	const widths = headings.map(
		(heading, i) =>
			2 + Math.max(heading.length, ...cells.map((row) => row[i]?.length ?? 0)),
	);
	const borders = headings.length + 1;
	const total = () => widths.reduce((sum, width) => sum + width, borders);
	while (total() > columns && Math.max(...widths) > narrowest) {
		const widest = widths.indexOf(Math.max(...widths));
		widths[widest] = (widths[widest] ?? 0) - 1;
	}
	return widths;
}
