import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "@jest/globals";
import type { BindingRow } from "../../tools/binding-report.ts";
import { bindingTable } from "../../tools/binding-table.ts";

const rows: BindingRow[] = [
	{
		service: "auth",
		variable: "SECRET_KEY",
		secretId: "secret-key-staging",
		version: "made in this update",
		critical: true,
		tried: "login",
		grantedTo: ["netra-auth", "netra-backend"],
	},
	{
		service: "auth",
		variable: "LOST",
		secretId: "lost-staging",
		version: "NOT BOUND",
		critical: false,
		tried: "form",
		grantedTo: [],
	},
	{ service: "frontend", variable: "NODE_ENV", critical: false, grantedTo: [] },
];

describe("the binding table", () => {
	it("is plain text in a pipe, one line a row", () => {
		expect(bindingTable(rows, { colour: false })).toBe(
			`
+----------+------------+--------------------+---------------------+----------+-------+---------------------------+
| service  | variable   | secret id          | version             | critical | tried | granted to                |
+----------+------------+--------------------+---------------------+----------+-------+---------------------------+
| auth     | SECRET_KEY | secret-key-staging | made in this update | yes      | login | netra-auth, netra-backend |
| auth     | LOST       | lost-staging       | NOT BOUND           | -        | form  | -                         |
| frontend | NODE_ENV   | (plain)            | -                   | -        | -     | -                         |
+----------+------------+--------------------+---------------------+----------+-------+---------------------------+`.trim(),
		);
	});

	it("has colour on a terminal, and the same text", () => {
		const text = bindingTable(rows, { colour: true });
		expect(text).toContain("\u001b[31mNOT BOUND\u001b[39m");
		const cellsOf = (table: string) =>
			table
				.split("\n")
				.filter((line) => /^[|│]/.test(line))
				.map((line) => line.split(/\s*[|│]\s*/));
		expect(cellsOf(stripVTControlCharacters(text))).toEqual(
			cellsOf(bindingTable(rows, { colour: false })),
		);
	});

	it.each([true, false])(
		"fits the width of the terminal without losing a character; colour: %s",
		(colour) => {
			for (const columns of [80, 90, 132]) {
				const text = stripVTControlCharacters(
					bindingTable(rows, { colour, columns }),
				);
				const lines = text.split("\n");
				expect(
					Math.max(...lines.map((line) => line.length)),
				).toBeLessThanOrEqual(columns);
				const column = (i: number) =>
					lines.map((line) => line.split(/[|│]/)[i]?.trim() ?? "").join("");
				expect(column(2)).toBe("variableSECRET_KEYLOSTNODE_ENV");
				expect(column(3)).toBe(
					"secret idsecret-key-staginglost-staging(plain)",
				);
				expect(column(5)).toBe("criticalyes--");
			}
		},
	);
});
