/** Strikes a change with one fault, and brings it to its end as the messages say. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FaultRule } from "../../local/faults.ts";
import { type Answer, type Checkout, jsonOf, outputOf } from "./checkout.ts";
import { scriptFaults } from "./cloud.ts";

export const blows = [
	"fails before its effect",
	"fails after its effect",
	"stand-in killed before",
	"stand-in killed after",
	"engine killed before",
	"engine killed after",
] as const;
export type Blow = (typeof blows)[number];

/** One operation of a change: what is done to which resource. */
export type Step = {
	on: "create" | "update" | "delete";
	type: string;
	name: string;
};

const upOf = (stack: string) =>
	["up", "-s", stack, "--yes", "--skip-preview"] as const;

/** What updates a stack on the engine. */
const engineUp =
	(checkout: Checkout, stack: string): (() => Promise<Answer>) =>
	() =>
		checkout.pulumi(...upOf(stack));

/**
 * Runs `up` with one fault at one step; the engine is killed when it has come there.
 * @param up runs it where no engine is to be killed. @default on the engine
 */
export async function upStruck(
	checkout: Checkout,
	stack: string,
	step: Step,
	blow: Blow,
	up = engineUp(checkout, stack),
): Promise<Answer> {
	const id = `${step.name} ${blow}`;
	const rule: FaultRule = {
		id,
		...step,
		when:
			blow.endsWith("before") || blow.includes("before") ? "before" : "after",
		action: blow.startsWith("fails")
			? "error"
			: blow.startsWith("stand-in")
				? "kill"
				: "hang",
		times: 1,
	};
	scriptFaults(checkout, rule);
	const answer =
		rule.action === "hang" ? await upKilled(checkout, stack, id) : await up();
	scriptFaults(checkout);
	if (!hasStruck(checkout, id)) {
		throw new NothingStruck(id, answer.output);
	}
	return answer;
}

/** Starts `up`, and kills its engine when the fault has struck. */
async function upKilled(
	checkout: Checkout,
	stack: string,
	id: string,
): Promise<Answer> {
	const running = checkout.start("tools/pulumi-local", ...upOf(stack));
	await struck(checkout, id, running.answer);
	await running.kill();
	return running.answer;
}

/** A command that ended before it came to the step. */
export class NothingStruck extends Error {
	readonly output: string;

	constructor(id: string, output: string) {
		super(`the fault '${id}' struck nothing\n${output}`);
		this.output = output;
	}
}

function hasStruck(checkout: Checkout, id: string): boolean {
	const log = join(checkout.stateFolder, "faults.log");
	return (
		existsSync(log) && readFileSync(log, "utf8").includes(JSON.stringify(id))
	);
}

/** Resolves when the fault has struck, or the command ended without. */
export async function struck(
	checkout: Checkout,
	id: string,
	answer: Promise<Answer>,
): Promise<void> {
	let ended = false;
	void answer.then(() => {
		ended = true;
	});
	while (!ended && !hasStruck(checkout, id)) {
		await new Promise((done) => setTimeout(done, 50));
	}
}

/**
 * Runs the same `up` until it succeeds, doing in between only what the messages ask for.
 * @param retryPassword asks for a new password of the login that is being rotated to
 * @param up runs it. @default on the engine
 * @returns what was needed: nothing is "at once"
 * @throws {Error} with the last output if it does not come to an end
 */
export async function converge(
	checkout: Checkout,
	stack: string,
	retryPassword: () => Promise<unknown>,
	up = engineUp(checkout, stack),
): Promise<string> {
	const needed: string[] = [];
	for (let tries = 0; tries < 5; tries++) {
		const { code, output } = await up();
		if (code === 0) {
			return needed.length === 0 ? "at once" : `after ${needed.join(" and ")}`;
		}
		const need = await recover(checkout, stack, output);
		if (need !== undefined) {
			needed.push(need);
		} else if (
			/The execution '[^']*preflight[^']*' failed/.test(output) &&
			!needed.includes("slotRetry")
		) {
			needed.push("slotRetry");
			await retryPassword();
		} else {
			throw new Error(`does not converge (${needed.join(", ")})\n${output}`);
		}
	}
	throw new Error(`does not converge in five tries: ${needed.join(", ")}`);
}

/** Does what the messages of a failed command ask for. Returns what that is called; undefined where they ask for nothing. */
export async function recover(
	checkout: Checkout,
	stack: string,
	output: string,
): Promise<string | undefined> {
	if (output.includes("the stack is currently locked")) {
		await checkout.pulumi("cancel", "-s", stack, "--yes");
		return "cancel";
	}
	if (output.includes("failed to load checkpoint")) {
		restoreState(checkout, stack);
		return "the state's backup";
	}
	if (output.includes("already exists")) {
		await importExisting(checkout, stack, output);
		return "import";
	}
	return undefined;
}

/** An engine that is killed while it writes the state leaves a part of it; the file before it is kept beside it. */
function restoreState(checkout: Checkout, stack: string): void {
	const file = join(
		checkout.stateFolder,
		`pulumi/.pulumi/stacks/netra-platform/${stack}.json`,
	);
	copyFileSync(`${file}.bak`, file);
}

/** Takes over what exists but is not in the state: the errors name the resources and their ids. */
async function importExisting(
	checkout: Checkout,
	stack: string,
	output: string,
): Promise<void> {
	const named = output.matchAll(
		/^ {2}gcp:\S+:(\w+) \(([^)]+)\):\n(?: {4}.*\n)*?.*Resource '([^']+)' already exists/gm,
	);
	const ids = Object.fromEntries(
		[...named].map(([, type, name, id]) => [`${type} ${name}`, id]),
	);
	if (Object.keys(ids).length === 0) {
		throw new Error(`no error names what exists already\n${output}`);
	}
	const inFolder = (name: string) => join(checkout.folder, name);
	const plan = outputOf(
		await checkout.pulumi("preview", "-s", stack, "--json"),
	);
	writeFileSync(inFolder("plan.json"), jsonOf(plan));
	writeFileSync(inFolder("ids.json"), JSON.stringify(ids));
	writeFileSync(
		inFolder("imports.json"),
		outputOf(
			await checkout.run(
				"tools/with-toolchain",
				"node",
				"tools/adopt.ts",
				"plan.json",
				"ids.json",
			),
		),
	);
	outputOf(
		await checkout.pulumi(
			"import",
			"-s",
			stack,
			"--yes",
			"--skip-preview",
			"--file",
			"imports.json",
			"--generate-code=false",
			"--protect=false",
		),
	);
}
