import { describe, expect, it } from "@jest/globals";
import { plainStack } from "../fixtures/plain-stack.ts";
import { preview } from "../fixtures/preview.ts";
import { survives } from "./mutants/mutant.ts";
import { rowMutants } from "./mutants/rows.ts";

const sound = preview(plainStack("staging"), "settled");
const mutants = rowMutants("staging");

/** What the predecessor tested, and how often. Every row of the contract is broken in `rows.test.ts`. */
describe.each([
	[["SECRET_KEY"], 21],
	[["ENVIRONMENT", "GCP_PROJECT_ID"], 16],
	[["REDIS_URL", "REDIS_CA_CERT"], 12],
])("the variables %s", (variables, least) => {
	const broken = mutants.filter(({ says }) =>
		variables.some((variable) => says.includes(`variable ${variable}`)),
	);

	it(`[R-090] are broken in at least ${least} ways, and rejected in each`, async () => {
		expect(broken.length).toBeGreaterThanOrEqual(least);
		const survivors: string[] = [];
		for (const mutant of broken) {
			survivors.push(
				...([await survives(mutant, sound, "staging")].filter(
					(each) => each !== undefined,
				) as string[]),
			);
		}
		expect(survivors).toEqual([]);
	});
});
