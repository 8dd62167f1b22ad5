/** The command line: `preflight check|serve|verify <service> <environment>`. */
import { isIP } from "node:net";
import { parseArgs } from "node:util";
import { type Checklist, checklistVariable } from "../contract/checklist.ts";
import { type Environment, environments } from "../contract/environments.ts";
import {
	type PreflightMode,
	preflightModes,
} from "../contract/preflight-command.ts";
import { broughtChecklist } from "./brought-checklist.ts";
import { dependencyChecks, siblingChecks } from "./checks/plan.ts";
import { inspect } from "./configuration.ts";
import {
	jsonLine,
	type Outcome,
	type Subject,
	summary,
	textLine,
} from "./outcome.ts";
import { type Scrubber, scrubberFor } from "./redaction.ts";
import { defaultPatience, type Patience } from "./retry.ts";
import { runCheck } from "./run.ts";

const usage = `usage: preflight <mode> <service> <environment> [options]

modes
  check    looks at the variables and logs in to everything the service needs; once
  verify   the same, and asks the services that it calls whether they are ready
  serve    the same as check, and then answers /health/live and /health/ready on $PORT

options
  --json                     one JSON object for each line, as Cloud Logging reads them
  --budget-seconds <number>  for all attempts of a check; default ${defaultPatience.budgetSeconds}
  --attempt-seconds <number> for one attempt; default ${defaultPatience.attemptSeconds}
  --address <ip address>     that serve listens on; default every one, which Cloud Run needs

exit codes: 0 everything passed, 1 something failed, 2 wrong usage`;

type Command = {
	mode: PreflightMode;
	service: string;
	environment: Environment;
	json: boolean;
	patience: Patience;
	address: string | undefined;
};

/** Writes a line; nothing reaches it unscrubbed. */
type Print = (outcome: Outcome) => void;

/** Where the checklist of a service comes from. */
type ChecklistFor = (
	service: string,
	environment: Environment,
) => Checklist | Outcome;

/**
 * Runs the program. Sets the exit code instead of exiting, so that a connection left open shows.
 * @param checklistFor may throw a `RangeError` for a service that does not exist. @default the one that the job brings
 */
export async function main(
	args: string[],
	checklistFor?: ChecklistFor,
): Promise<void> {
	const { [checklistVariable]: brought, ...variables } = process.env;
	let scrub = scrubberFor(undefined, variables);
	for (const event of ["uncaughtException", "unhandledRejection"] as const) {
		process.on(event, (error) => crash(error, scrub));
	}
	const command = parse(args);
	if (typeof command === "string") {
		return explain(command);
	}
	const { service, environment } = command;
	let checklist: Checklist | Outcome;
	try {
		checklist =
			checklistFor?.(service, environment) ??
			broughtChecklist(brought, service, environment);
	} catch (error) {
		return error instanceof RangeError
			? explain(error.message)
			: crash(error, scrub);
	}
	if ("state" in checklist) {
		printerFor(command, scrub)(checklist);
		process.exitCode = 1;
		return;
	}
	try {
		scrub = scrubberFor(checklist, variables);
		const passed = await run(command, checklist, variables, scrub);
		process.exitCode = passed ? 0 : 1;
	} catch (error) {
		crash(error, scrub);
	}
}

function explain(mistake: string): void {
	console.error(`${mistake}\n\n${usage}`);
	process.exitCode = 2;
}

function parse(args: string[]): Command | string {
	let parsed: ReturnType<typeof parseOptions>;
	try {
		parsed = parseOptions(args);
	} catch (error) {
		return (error as Error).message;
	}
	const { values, positionals } = parsed;
	const [modeGiven, service, environmentGiven, ...rest] = positionals;
	const mode = preflightModes.find((each) => each === modeGiven);
	const environment = environments.find((each) => each === environmentGiven);
	if (
		mode === undefined ||
		service === undefined ||
		environment === undefined ||
		rest.length > 0
	) {
		return `expected a mode (${preflightModes.join(", ")}), a service and an environment (${environments.join(", ")})`;
	}
	const budgetSeconds = Number(values["budget-seconds"]);
	const attemptSeconds = Number(values["attempt-seconds"]);
	if (!(budgetSeconds > 0) || !(attemptSeconds > 0)) {
		return "--budget-seconds and --attempt-seconds take positive numbers";
	}
	if (values.address !== undefined && isIP(values.address) === 0) {
		return "--address takes an IP address";
	}
	return {
		mode,
		service,
		environment,
		json: values.json,
		patience: { budgetSeconds, attemptSeconds },
		address: values.address,
	};
}

function parseOptions(args: string[]) {
	return parseArgs({
		args,
		allowPositionals: true,
		options: {
			json: { type: "boolean", default: false },
			"budget-seconds": {
				type: "string",
				default: String(defaultPatience.budgetSeconds),
			},
			"attempt-seconds": {
				type: "string",
				default: String(defaultPatience.attemptSeconds),
			},
			address: { type: "string" },
		},
	});
}

function printerFor(
	{ service, environment, json }: Command,
	scrub: Scrubber,
): Print {
	const subject: Subject = { service, environment };
	return (outcome) => {
		const { fact, fix, host } = outcome;
		const clean = {
			...outcome,
			fact: scrub(fact),
			...(fix === undefined ? {} : { fix: scrub(fix) }),
			...(host === undefined ? {} : { host: scrub(host) }),
		};
		console.log((json ? jsonLine : textLine)(subject, clean));
	};
}

async function run(
	command: Command,
	checklist: Checklist,
	variables: NodeJS.ProcessEnv,
	scrub: Scrubber,
): Promise<boolean> {
	const { mode, json, patience, address } = command;
	const { outcomes, access } = inspect(checklist, variables);
	const print = printerFor(command, scrub);
	outcomes.forEach(print);
	const checks = [
		...dependencyChecks(checklist, access),
		...(mode === "verify" ? siblingChecks(checklist, variables) : []),
	];
	if (mode === "serve") {
		if (outcomes.some(({ state }) => state === "failed")) {
			printSummary(outcomes, json);
			return false;
		}
		const { serve } = await import("./serve.ts");
		await serve({
			checklist,
			variables,
			address,
			checks,
			patience,
			print,
		});
		return true;
	}
	const never = new AbortController().signal;
	for (const running of checks.map((each) => runCheck(each, patience, never))) {
		const found = await running;
		found.forEach(print);
		outcomes.push(...found);
	}
	printSummary(outcomes, json);
	return outcomes.every(({ state }) => state !== "failed");
}

function printSummary(outcomes: Outcome[], json: boolean): void {
	const text = summary(outcomes);
	const severity = outcomes.some(({ state }) => state === "failed")
		? "ERROR"
		: "INFO";
	console.log(json ? JSON.stringify({ severity, message: text }) : text);
}

/** A bug, not a finding: its stack is what helps, as long as it holds no secret. */
function crash(error: unknown, scrub: Scrubber): void {
	const text =
		error instanceof Error ? (error.stack ?? error.message) : String(error);
	console.error(`preflight has a bug: ${scrub(text)}`);
	process.exitCode = 1;
}
