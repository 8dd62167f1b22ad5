import { beforeAll, describe, expect, it } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import { factsOf } from "../../local/provider/facts.ts";
import { type FixedInput, fixedInputs } from "../../plan/fixed-inputs.ts";
import { config } from "../plan/stack.ts";
import { type Registered, runProgram } from "./run-program.ts";

let registered: Registered[];
let rows: FixedInput[];
beforeAll(async () => {
	registered = await runProgram("staging");
	rows = fixedInputs(platform, config(), []);
});

/** The state alone knows the network; which one it is, is tested with a state. */
const references = ["network", "authorizedNetwork"];

describe("the list of inputs that can't change in place", () => {
	it("[R-101] says of each what the program declares", () => {
		const declared = rows
			.filter(({ field }) => !references.includes(field))
			.map((row) => {
				const found = registered.find(
					({ type, name }) => type === row.type && name === row.name,
				);
				return [row.what, row.field, found && String(found.inputs[row.field])];
			});
		const external = platform.secrets
			.filter(({ source }) => source.from === "external")
			.map(({ id }) => `secret ${id}`);
		const known = declared.filter(([what]) => !external.includes(what ?? ""));
		expect(known).toEqual(
			rows
				.filter(({ field }) => !references.includes(field))
				.filter(({ what }) => !external.includes(what))
				.map(({ what, field, declared }) => [what, field, declared]),
		);
	});

	it("[R-101] holds every input of theirs for which the provider replaces", () => {
		const types = new Set(rows.map(({ type }) => type));
		const missing = registered
			.filter(({ type }) => types.has(type))
			.flatMap(({ type, name, inputs }) =>
				Object.keys(inputs)
					.filter((key) => factsOf(type)?.properties[key]?.forceNew)
					// Has a refusal of its own: plan/replication.ts.
					.filter((key) => key !== "replication")
					.filter(
						(key) =>
							!rows.some(
								(row) =>
									row.type === type && row.name === name && row.field === key,
							),
					)
					.map((key) => `${type.split(":").at(-1)} ${name}: ${key}`),
			);
		// Names of other resources of the program, which are rows themselves.
		expect(missing.sort()).toEqual([
			"Database database-database: instance",
			"User database-user-a: instance",
			"User database-user-b: instance",
		]);
	});
});
