/** What the variables of a service must not be; no finding repeats a value. */

import type { Environment } from "../contract/environments.ts";
import { keyForm } from "../contract/keys.ts";
import { pointsAtLoopback } from "../contract/loopback.ts";
import type { Platform } from "../contract/schema.ts";
import {
	attributeOf,
	isGenerated,
	type SecretSource,
} from "../contract/sources.ts";
import { readBack } from "../contract/templates.ts";
import { secretValueProblems } from "../contract/value-rules.ts";
import { comesFrom, type Expectation } from "./expectations.ts";
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
	platform: Platform,
	{ variable, secret, plain }: Expectation,
	variables: NodeJS.ProcessEnv,
	environment: Environment,
): Problem[] {
	const value = variables[variable] ?? "";
	if (secret === undefined) {
		const fact = plainProblem(
			platform,
			{ variable, plain },
			value,
			environment,
		);
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
	const { contract, secretId } = secret;
	const facts =
		value === ""
			? ["is empty"]
			: [
					...secretValueProblems(
						contract,
						value,
						environment,
						// A file's path stands for a name.
						variable.startsWith("/"),
					),
					...formProblems(contract.source, value),
				];
	const fix = valueFix(platform, contract, secretId, environment);
	return facts.length === 0
		? []
		: [{ variable, secretId, fact: facts.join("; "), fix }];
}

/** What a value must be beyond the rules for every secret. */
function formProblems(source: SecretSource, value: string): string[] {
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
	if (source.from === "constant" && value !== source.value) {
		return [`is not the constant '${source.value}'`];
	}
	if (attributeOf(source)?.attribute === "port" && !/^\d{1,5}$/.test(value)) {
		return ["is no port: expected digits"];
	}
	return [];
}

function plainProblem(
	platform: Platform,
	{ variable, plain }: Pick<Expectation, "variable" | "plain">,
	value: string,
	environment: Environment,
): string | undefined {
	if (value.trim() === "") {
		return "is empty";
	}
	if (plain === undefined) {
		return undefined;
	}
	if (comesFrom(plain, "environment") && value !== environment) {
		return `names another environment; expected ${environment}`;
	}
	const { project } = platform.environments[environment];
	if (comesFrom(plain, "project") && value !== project) {
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
	if (
		typeof plain === "string" ||
		!("of" in plain) ||
		plain.from === "host" ||
		plain.from === "hosts"
	) {
		return undefined;
	}
	const scheme = "scheme" in plain ? (plain.scheme ?? "https") : "https";
	return value.split(",").every((each) => each.startsWith(`${scheme}://`))
		? undefined
		: `is not an address with ${scheme}://`;
}
