/** What the variables of a service must not be; no finding repeats a value. */
import {
	type CheckedSource,
	type Checklist,
	digestOf,
} from "../contract/checklist.ts";
import { keyForm } from "../contract/keys.ts";
import { pointsAtLoopback } from "../contract/loopback.ts";
import { attributeOf, isGenerated } from "../contract/sources.ts";
import { readBack } from "../contract/templates.ts";
import { secretValueProblems } from "../contract/value-rules.ts";
import type { Expectation } from "./expectations.ts";
import { upCommand, valueFix } from "./remedies.ts";

/** A variable and what is wrong with it; never its value. */
export type Problem = {
	variable: string;
	secretId?: string;
	fact: string;
	fix: string;
};

/** What is wrong with the value of one variable. */
export function valueProblems(
	checklist: Checklist,
	{ variable, secret, plain }: Expectation,
	variables: NodeJS.ProcessEnv,
): Problem[] {
	const { environment } = checklist;
	const value = variables[variable] ?? "";
	if (secret === undefined) {
		const fact = plainProblem(checklist, { variable, plain }, value);
		return fact === undefined
			? []
			: [
					{
						variable,
						fact,
						fix: `run '${upCommand(environment)}', which writes the contract's value`,
					},
				];
	}
	const { secretId, source } = secret;
	const facts =
		value === ""
			? ["is empty"]
			: [
					...secretValueProblems(
						secret,
						value,
						environment,
						// A file's path stands for a name.
						variable.startsWith("/"),
					),
					...formProblems(source, value),
				];
	const fix = valueFix(checklist, secret);
	return facts.length === 0
		? []
		: [{ variable, secretId, fact: facts.join("; "), fix }];
}

/** What a value must be beyond the rules for every secret. */
function formProblems(source: CheckedSource, value: string): string[] {
	const key = isGenerated(source) ? keyForm(source) : undefined;
	if (key !== undefined && !key.form.test(value)) {
		return [`is no ${key.words}`];
	}
	if (
		source.from === "template" &&
		readBack(source.text, value) === undefined
	) {
		return ["is not in the form of its template"];
	}
	if (source.from === "constant" && digestOf(value) !== source.sha256) {
		return ["is not the constant of the contract"];
	}
	if (attributeOf(source)?.attribute === "port" && !/^\d{1,5}$/.test(value)) {
		return ["is no port: expected digits"];
	}
	return [];
}

function plainProblem(
	{ environment, project }: Checklist,
	{ variable, plain }: Pick<Expectation, "variable" | "plain">,
	value: string,
): string | undefined {
	if (value.trim() === "") {
		return "is empty";
	}
	if (plain === undefined) {
		return undefined;
	}
	if (plain === "environment" && value !== environment) {
		return `names another environment; expected ${environment}`;
	}
	if (plain === "project" && value !== project) {
		return `names another project; expected ${project}`;
	}
	return environment === "local"
		? undefined
		: addressProblem(variable, plain, value);
}

/** Addresses of services: not this machine, and not in plain text. */
function addressProblem(
	variable: string,
	plain: NonNullable<Expectation["plain"]>,
	value: string,
): string | undefined {
	if (pointsAtLoopback(value, variable)) {
		return "points at loopback";
	}
	if (plain !== "https" && plain !== "wss") {
		return undefined;
	}
	return value.split(",").every((each) => each.startsWith(`${plain}://`))
		? undefined
		: `is not an address with ${plain}://`;
}
