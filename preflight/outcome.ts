/** What a check found, and the line that says it. */
import type { Environment } from "../contract/environments.ts";

export type Outcome = {
	state: "passed" | "warning" | "failed";
	/** What was looked at: a variable's name, or a dependency such as `postgres`. */
	check: string;
	/** The variable that led there, where it is not the check itself. */
	variable?: string;
	/** The secret's id in Secret Manager, where the variable's value is one. */
	secretId?: string;
	/** Host and port, or a socket's folder. Never a login. */
	host?: string;
	attempts?: number;
	/** What was found. Never a secret's value; what others wrote is scrubbed before it is printed. */
	fact: string;
	/** What a person can do. Given with every warning and failure. */
	fix?: string;
};

/** What is checked. */
export type Subject = {
	service: string;
	environment: Environment;
};

const marks = { passed: "ok  ", warning: "WARN", failed: "FAIL" };

/** The names that Cloud Logging knows. */
const severities = { passed: "INFO", warning: "WARNING", failed: "ERROR" };

/** One line for people. */
export function textLine(
	{ service, environment }: Subject,
	outcome: Outcome,
): string {
	const { state, check, variable, secretId, host, attempts, fact, fix } =
		outcome;
	const what = [
		check,
		...(variable === undefined ? [] : [`by ${variable}`]),
		...(secretId === undefined ? [] : [`(secret ${secretId})`]),
		...(host === undefined ? [] : [`at ${host}`]),
	].join(" ");
	const count =
		attempts === undefined
			? ""
			: `, ${attempts} ${attempts === 1 ? "attempt" : "attempts"}`;
	const remedy = fix === undefined ? "" : `. Fix: ${fix}`;
	return `${marks[state]} ${service} in ${environment}: ${what}${count}: ${fact}${remedy}`;
}

/** One line of JSON in Cloud Logging's structured form. */
export function jsonLine(subject: Subject, outcome: Outcome): string {
	return JSON.stringify({
		severity: severities[outcome.state],
		message: textLine(subject, outcome),
		service: subject.service,
		environment: subject.environment,
		...outcome,
	});
}

/** The last line: how many checks passed and failed, and what to do first. */
export function summary(outcomes: readonly Outcome[]): string {
	const failed = outcomes.filter((each) => each.state === "failed");
	const passed = outcomes.filter((each) => each.state === "passed").length;
	const first = failed.find((each) => each.fix !== undefined)?.fix;
	return `${passed} checks passed, ${failed.length} failed${first === undefined ? "" : `. First fix: ${first}`}`;
}
