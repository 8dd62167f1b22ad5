/** A mutant: one thing broken, and what the pack must say of it. */
import type { Resource } from "../../fixtures/resources.ts";
import { type Diagnostic, type JudgeOptions, judgeStack } from "../engine.ts";
import type { Change } from "./operations.ts";

export type Mutant = {
	/** What is broken. */
	name: string;
	change: Change;
	/** The rules that must reject it, each in a message that holds all of `says`. */
	rules: readonly string[];
	says: readonly string[];
	/** Left out where the preview does not know what the fault consists of. @default every phase */
	onlyWhenKnown?: boolean;
};

const options = new Map<string, JudgeOptions>();

/** The same object for the same stack, so that the pack is made once. */
function optionsFor(stack: string): JudgeOptions {
	const kept = options.get(stack) ?? { stack };
	options.set(stack, kept);
	return kept;
}

/** Judges a mutant; undefined if the pack rejects it as it should, else what is wrong. */
export async function survives(
	{ name, change, rules, says }: Mutant,
	resources: readonly Resource[],
	stack: string,
): Promise<string | undefined> {
	const changed = change(resources);
	const diagnostics = await judgeStack(changed, optionsFor(stack));
	const crash = diagnostics.find(({ message }) =>
		/itself failed/.test(message),
	);
	if (crash !== undefined) {
		return `${name}: ${crash.message}`;
	}
	const leak = leaks(changed, diagnostics);
	if (leak !== undefined) {
		return `${name}: the message of ${leak.rule} holds a secret's value`;
	}
	const silent = rules.filter(
		(rule) => !diagnostics.some((each) => rejects(each, rule, says)),
	);
	return silent.length === 0
		? undefined
		: `${name}: not rejected by ${silent.join(" and ")} in words that name ${says.join(" and ")}; said was: ${diagnostics.map(({ message }) => message).join(" | ") || "nothing"}`;
}

/** What a message must not hold, but for the contract's own constants. */
const constants = ["netra-backend"];

/** The first diagnostic that holds the value of a secret. */
export function leaks(
	resources: readonly Resource[],
	diagnostics: readonly Diagnostic[],
): Diagnostic | undefined {
	const values = resources
		.flatMap(({ properties }) => [
			properties.secretData,
			properties.result,
			properties.authString,
		])
		.filter((value) => typeof value === "string")
		.filter((value) => value.length >= 8 && !constants.includes(value));
	return diagnostics.find(({ message }) =>
		values.some((value) => message.includes(value)),
	);
}

function rejects(
	{ rule, mandatory, message }: Diagnostic,
	wanted: string,
	says: readonly string[],
): boolean {
	return (
		mandatory && rule === wanted && says.every((text) => message.includes(text))
	);
}
