/**
 * Breaks each derivation of `contract/` in turn, for the program and the pack alike, and prints as JSON what becomes of it.
 * A process of its own, since the loader's hooks are a whole process's:
 *
 *   node test/mutation/derivations/judge.ts
 */
import type { Environment } from "../../../contract/environments.ts";
import { platform as shipped } from "../../../contract/platform.ts";
import type { Platform } from "../../../contract/schema.ts";
import { draftOf } from "../../../tools/key-draft.ts";
import { releaseOf } from "../../fixtures/contracts/foreign.ts";
import { foreignConfig } from "../../in-process/foreign.ts";
import { InProcess } from "../../in-process/in-process.ts";
import { seenOf } from "../../in-process/policies.ts";
import type { Run } from "../../in-process/run.ts";
import { shippedStack } from "../../in-process/shipped.ts";
import { judgeStack } from "../../policies/engine.ts";
import { planOf, textOf } from "../../recorded-plan/plans.ts";
import { type ContractName, contracts } from "./contracts.ts";
import { type DerivationFault, faults } from "./faults.ts";
import { type Product, variant } from "./variants.ts";

/** What rejects a fault; `plan`: the recorded plan of the shipped stacks alone. */
export type Outcome = "contract" | "program" | "pack" | "plan" | "nothing";

/** What is printed: what rejects each fault, in each contract that it is tried with. */
export type Judged = { fault: string; outcome: Outcome; said: string }[];

// Pulumi keeps a stack trace with each of its promises, which is most of the time.
Error.stackTraceLimit = 0;

/** Their faults are in values, which a first preview does not know. */
const valueFiles = ["connection-strings", "keys", "templates"].map(
	(file) => `contract/${file}.ts`,
);

const judged: Judged = [];
let sound: string | undefined;

for (const [path, list] of Object.entries(faults)) {
	for (const fault of list) {
		for (const name of fault.in) {
			judged.push({
				fault: `${fault.of}: ${fault.what} (${name})`,
				...(await judge(path, fault, name)),
			});
		}
	}
}
process.stdout.write(JSON.stringify(judged));

type Verdict = { outcome: Outcome; said: string };

async function judge(
	path: string,
	{ from, to, stack = "staging" }: DerivationFault,
	name: ContractName,
): Promise<Verdict> {
	const product = await variant({ path, from, to });
	const found = await inContract(
		product,
		name,
		stack,
		valueFiles.includes(path) ? ["up"] : ["preview", "up"],
	);
	if (found !== undefined) {
		return found;
	}
	sound ??= await shippedPlan();
	return (await shippedPlan(product)) === sound
		? { outcome: "nothing", said: "" }
		: { outcome: "plan", said: "" };
}

/** What program and pack say of a contract, in a first preview and, if that passes, once everything exists. */
async function inContract(
	product: Product,
	name: ContractName,
	stack: Environment,
	commands: ("preview" | "up")[],
): Promise<Verdict | undefined> {
	const reviewed = contracts[name]();
	let platform: Platform;
	try {
		platform = product.contracts[name]();
	} catch (error) {
		return { outcome: "contract", said: (error as Error).message };
	}
	const secondKey = draftOf(reviewed);
	const running: InProcess = new InProcess(
		async () => ({
			...(await product.deployPlatform(platform, {
				stack,
				config: running.config,
				secretKeys: [...running.secretKeys],
				prohibitions: secondKey,
				release: (environment) => releaseOf(reviewed, environment),
			})),
		}),
		{
			stack,
			config: configOf(reviewed, stack),
			secretKeys: ["netra-platform:externalSecrets"],
		},
	);
	const judging = {
		stack,
		platform,
		secondKey,
		rules: product.rules,
		pack: product.packArgs,
	};
	const verdict = async (run: Run): Promise<Verdict | undefined> => {
		if (!run.ok) {
			return { outcome: "program", said: run.output };
		}
		const seen = seenOf(run, running.config["gcp:project"] ?? "");
		const said = await judgeStack(seen, judging);
		const wrong = said.find(({ mandatory }) => mandatory);
		return wrong && { outcome: "pack", said: wrong.message };
	};
	try {
		for (const command of commands) {
			const found = await verdict(await running[command]());
			if (found !== undefined) {
				return found;
			}
		}
		return undefined;
	} finally {
		running.remove();
	}
}

/** With values of others that hold what means something in URLs and in JSON. */
function configOf(
	platform: Platform,
	stack: Environment,
): Record<string, string> {
	const values = platform.secrets
		.filter(({ source }) => source.from === "external")
		.map(({ id }) => [id, { value: `4b1c/8e92?d7@61"f0%41-${id}` }]);
	return {
		...foreignConfig(platform, stack),
		"netra-platform:externalSecrets": JSON.stringify(
			Object.fromEntries(values),
		),
	};
}

/** The first preview of staging, which is recorded. */
async function shippedPlan(product?: Product): Promise<string> {
	const running = shippedStack("staging", {}, () => ({
		contract: shipped,
		deploy: product?.deployPlatform,
	}));
	try {
		const { ok, registrations, output } = await running.preview();
		return ok ? textOf(planOf(registrations)) : output;
	} finally {
		running.remove();
	}
}
