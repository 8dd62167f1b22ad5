/**
 * Breaks each derivation of `contract/` in turn, for program and pack alike, and prints as JSON what becomes of it. A process
 * of its own, since the loader's hooks are for a whole process:
 *
 *   node test/mutation/derivations/judge.ts
 */
import type { Environment } from "../../../contract/environments.ts";
import type { Platform } from "../../../contract/schema.ts";
import type { SecondKey } from "../../../policies/second-key.ts";
import { draftOf } from "../../../tools/key-draft.ts";
import { releaseOf } from "../../fixtures/contracts/foreign.ts";
import { foreignConfig } from "../../in-process/foreign.ts";
import { InProcess } from "../../in-process/in-process.ts";
import { seenOf } from "../../in-process/policies.ts";
import type { Run } from "../../in-process/run.ts";
import { stackFile } from "../../in-process/stack-file.ts";
import { planOf, textOf } from "../../recorded-plan/plans.ts";
import { judgeStack } from "../../policies/engine.ts";
import { type ContractName, contracts } from "./contracts.ts";
import { faults } from "./faults.ts";
import { variant } from "./variants.ts";

Error.stackTraceLimit = 0;
const only = process.argv[2];
const stack: Environment = "staging";
type Product = Awaited<ReturnType<typeof variant>>;

async function judgeIn(product: Product, name: ContractName): Promise<string[]> {
	const sound = contracts[name]();
	let platform: Platform;
	try {
		platform = product.contracts[name]();
	} catch (error) {
		return [`contract: ${(error as Error).message.split("\n")[1] ?? (error as Error).message}`];
	}
	const running: InProcess = new InProcess(
		async () => ({
			...(await product.deployPlatform(platform, {
				stack,
				config: running.config,
				secretKeys: [...running.secretKeys],
				release: (environment) => releaseOf(sound, environment),
			})),
		}),
		{ stack, config: foreignConfig(sound, stack), secretKeys: ["netra-platform:externalSecrets"] },
	);
	const options = { platform, secondKey: draftOf(sound), rules: product.rules, pack: product.packArgs, stack };
	const said = async (run: Run, when: string) =>
		run.ok
			? (await judgeStack(seenOf(run, running.config["gcp:project"] ?? ""), options)).filter(({ mandatory }) => mandatory).map((each) => `${when} ${each.message}`)
			: run.messages.map((each) => `${when} program: ${each}`);
	try {
		const first = await said(await running.preview(), "preview");
		return first.length > 0 ? first : await said(await running.up(), "up");
	} finally {
		running.remove();
	}
}

const start = process.cpuUsage();
for (const [path, list] of Object.entries(faults)) {
	for (const fault of list) {
		if (only !== undefined && !`${path} ${fault.of} ${fault.what}`.includes(only)) continue;
		for (const name of fault.in) {
			let found: string[];
			try {
				const product = await variant({ path, from: fault.from, to: fault.to });
				found = await judgeIn(product, name);
			} catch (error) {
				found = [`load: ${(error as Error).message}`];
			}
			console.log(`${found.length === 0 ? "SURVIVES" : "rejected"} ${path} ${fault.of}: ${fault.what} [${name}]: ${found[0]?.slice(0, 160) ?? ""} (${found.length})`);
		}
	}
}
const used = process.cpuUsage(start);
console.log("cpu", (used.user + used.system) / 1e6);
