import { describe, expect, it } from "@jest/globals";
import { rules } from "../../policies/rules.ts";
import { plainStack } from "../fixtures/plain-stack.ts";
import { type Phase, preview } from "../fixtures/preview.ts";
import { judgeStack } from "./engine.ts";
import { leaks } from "./mutants/mutant.ts";
import { provenElsewhere, ways } from "./mutants/ways/index.ts";
import type { Line } from "./mutants/ways/way.ts";

const phases = ["first", "settled", "rotation"] as const;

function stackFor({ environment = "staging" }: Line, phase: Phase) {
	return preview(plainStack(environment, phase === "rotation" ? 1 : 0), phase);
}

describe.each(rules.map((rule) => [rule.id, rule] as const))(
	"the rule %s",
	(id, rule) => {
		const proven = ways[id] ?? {};

		it(`${rule.requirements.map((each) => `[${each}]`).join(" ")} has a mutant for each way to break it that it names, and no other`, () => {
			const elsewhere = provenElsewhere[id] ?? [];
			expect([...Object.keys(proven), ...elsewhere].sort()).toEqual(
				[...rule.rejects].sort(),
			);
		});

		for (const [way, lines] of Object.entries(proven)) {
			it(`${rule.requirements.map((each) => `[${each}]`).join(" ")} rejects ${way}, alone and in every phase`, async () => {
				for (const line of lines) {
					for (const phase of line.phases ?? phases) {
						const stack = line.environment ?? "staging";
						const sound = stackFor(line, phase);
						expect(await judgeStack(sound, { stack, rules: [rule] })).toEqual(
							[],
						);
						const broken = line.change(sound);
						const found = await judgeStack(broken, { stack, rules: [rule] });
						expect(leaks(broken, found)).toBeUndefined();
						const said = found.map(({ message }) => message);
						expect({ phase, said }).toEqual({
							phase,
							said: expect.arrayContaining([
								expect.stringMatching(
									new RegExp(
										`^\\[${id}\\] ${line.says.map((text) => `(?=.*${escaped(text)})`).join("")}`,
									),
								),
							]),
						});
						expect(found.map(({ mandatory }) => mandatory)).toEqual(
							found.map(() => rule.level === "mandatory"),
						);
					}
				}
			});
		}
	},
);

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
