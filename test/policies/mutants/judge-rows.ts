/**
 * Judges every mutant of the contract's rows in one environment, and prints what it found as JSON. A process of its
 * own, since code under Jest takes twice the time:
 *
 *   node test/policies/mutants/judge-rows.ts production             breaks the hand-written stack
 *   node test/policies/mutants/judge-rows.ts staging FILE…          breaks stacks as test/fixtures/captured.ts wrote them down
 */
import { environments } from "../../../contract/environments.ts";
import { captured } from "../../fixtures/captured.ts";
import { plainStack } from "../../fixtures/plain-stack.ts";
import { type Phase, preview } from "../../fixtures/preview.ts";
import { survives } from "./mutant.ts";
import { rowMutants } from "./rows.ts";

/** What is printed. */
export type Judged = {
	mutants: number;
	/** What each survivor is, and what was said of it. */
	survivors: string[];
};

const [name, ...files] = process.argv.slice(2);
const environment = environments.find((each) => each === name);
if (environment === undefined) {
	throw new Error(`name an environment: ${environments.join(", ")}`);
}
const phases: Phase[] = ["first", "settled", "rotation"];
const stacks =
	files.length > 0
		? files.map((file) => [file, captured(file)] as const)
		: phases.map(
				(phase) =>
					[
						`${phase} preview`,
						preview(
							plainStack(environment, phase === "rotation" ? 1 : 0),
							phase,
						),
					] as const,
			);
const mutants = rowMutants(environment);
const judged: Judged = { mutants: 0, survivors: [] };
for (const [title, resources] of stacks) {
	for (const mutant of mutants) {
		const problem = await survives(mutant, resources, environment);
		judged.mutants++;
		judged.survivors.push(
			...(problem === undefined ? [] : [`${title}: ${problem}`]),
		);
	}
}
process.stdout.write(JSON.stringify(judged));
