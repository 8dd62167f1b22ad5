import { describe, expect, it } from "@jest/globals";
import type { Rule } from "../../policies/rule.ts";
import { rules } from "../../policies/rules.ts";
import { plainStack } from "../fixtures/plain-stack.ts";
import { type Phase, preview } from "../fixtures/preview.ts";
import type { Resource } from "../fixtures/resources.ts";
import { judgeStack } from "./engine.ts";
import { leaks } from "./mutants/mutant.ts";
import { provenElsewhere, ways } from "./mutants/ways/index.ts";
import type { Line } from "./mutants/ways/way.ts";

const phases = ["first", "settled", "rotation"] as const;

const titleIds = ({ requirements }: Rule) =>
	requirements.map((each) => `[${each}]`).join(" ");

const sounds = new Map<string, Resource[]>();

/** The sound stack that a line breaks; made once. */
function stackFor(
	{ environment = "staging" }: Pick<Line, "environment">,
	phase: Phase,
): Resource[] {
	const key = `${environment} ${phase}`;
	const kept =
		sounds.get(key) ??
		preview(plainStack(environment, phase === "rotation" ? 1 : 0), phase);
	sounds.set(key, kept);
	return kept;
}

describe.each(rules.map((rule) => [rule.id, rule] as const))(
	"the rule %s",
	(id, rule) => {
		const proven = ways[id] ?? {};
		const options = {
			staging: { stack: "staging", rules: [rule] },
			production: { stack: "production", rules: [rule] },
		};

		it(`${titleIds(rule)} passes a sound stack, in every phase`, async () => {
			for (const environment of ["staging", "production"] as const) {
				for (const phase of phases) {
					const sound = stackFor({ environment }, phase);
					expect(await judgeStack(sound, options[environment])).toEqual([]);
				}
			}
		});

		it(`${titleIds(rule)} has a mutant for each way to break it that it names, and no other`, () => {
			const elsewhere = provenElsewhere[id] ?? [];
			expect([...Object.keys(proven), ...elsewhere].sort()).toEqual(
				[...rule.rejects].sort(),
			);
		});

		for (const [way, lines] of Object.entries(proven)) {
			it(`${titleIds(rule)} rejects ${way}, alone and in every phase`, async () => {
				for (const line of lines) {
					for (const phase of line.phases ?? phases) {
						const broken = line.change(stackFor(line, phase));
						const found = await judgeStack(
							broken,
							options[line.environment ?? "staging"],
						);
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
