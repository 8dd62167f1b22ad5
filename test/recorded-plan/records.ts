/** The recorded plans: a whole one for each stack, and what the later phases have otherwise. */
import { readFileSync, writeFileSync } from "node:fs";
import { environments } from "../../contract/environments.ts";
import { differencesBetween } from "./differences.ts";
import { type Phase, type Plan, planIn, plansOf, textOf } from "./plans.ts";

const fileOf = (stack: string, phase: Phase) =>
	new URL(`recorded/${stack}-${phase}.txt`, import.meta.url);

const read = (stack: string, phase: Phase) =>
	readFileSync(fileOf(stack, phase), "utf8");

/** The phases after the first, each with the one that it is compared with. */
const later = [
	["settled", "first"],
	["rotation", "settled"],
] as const;

type Plans = Record<Phase, Plan>;

/** Records what a stack's plans are now. */
export function record(stack: string, plans: Plans): void {
	writeFileSync(fileOf(stack, "first"), textOf(plans.first));
	for (const [phase, before] of later) {
		writeFileSync(fileOf(stack, phase), words(plans[before], plans[phase]));
	}
}

const words = (before: Plan, after: Plan) =>
	`${differencesBetween(before, after).join("\n")}\n`;

/** How a stack's plans differ from the recorded ones, in words; a line of a later phase that came or went is marked. */
export function differencesFromRecord(stack: string, plans: Plans): string[] {
	return [
		...differencesBetween(planIn(read(stack, "first")), plans.first),
		...later.flatMap(([phase, before]) => {
			const recorded = read(stack, phase).trimEnd().split("\n");
			const now = words(plans[before], plans[phase]).trimEnd().split("\n");
			return [
				...now
					.filter((line) => !recorded.includes(line))
					.map((line) => `${phase}, new: ${line}`),
				...recorded
					.filter((line) => !now.includes(line))
					.map((line) => `${phase}, gone: ${line}`),
			];
		}),
	];
}

/** `node test/recorded-plan/records.ts [record]`: shows the differences of all stacks, or records the plans as they are. */
async function main(command: string | undefined): Promise<void> {
	let found = 0;
	for (const stack of environments) {
		const plans = await plansOf(stack);
		if (command === "record") {
			record(stack, plans);
			continue;
		}
		const differences = differencesFromRecord(stack, plans);
		found += differences.length;
		console.log(`${stack}: ${differences.length === 0 ? "as recorded" : ""}`);
		for (const line of differences) console.log(`  ${line}`);
	}
	process.exitCode = found > 0 ? 1 : 0;
}

if (import.meta.main) {
	await main(process.argv[2]);
}
