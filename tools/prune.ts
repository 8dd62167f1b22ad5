/**
 * `tools/prune -s STACK [--yes]`: lists the versions of the stack's secrets that no revision able to serve pins, and what
 * left the contract and nobody needs; with `--yes` destroys both. It decides nothing itself: see plan/prune.ts.
 */
import { parseArgs } from "node:util";
import { secretsIn } from "../contract/bindings.ts";
import { type Environment, environments } from "../contract/environments.ts";
import { UserError } from "../contract/errors.ts";
import { secretIdIn } from "../contract/names.ts";
import { platform } from "../contract/platform.ts";
import type { StackConfig } from "../contract/stack-config.ts";
import { type Commands, commands } from "./prune-commands.ts";
import { type Left, readLeft } from "./prune-left.ts";
import { keyOf, type Plan, plan, type Row, type Stack } from "./prune-plan.ts";

function main(): void {
	const { standIn, environment, yes } = readArguments();
	const run = commands(standIn);
	const configured = readStack(run.pulumi, environment);
	const stack = { ...configured, left: readLeft(run, configured) };
	const place = `${environment}, project ${stack.project}${standIn ? " of the stand-in" : ""}`;
	const found = plan(run.gcloud, stack);
	const kept = found.left.filter(({ needed }) => needed);
	const left = found.left.filter(({ needed }) => !needed);
	const rows = found.versions;
	if (kept.length > 0) {
		console.log(
			`In ${place}, what left the contract and is needed:\n${list(kept)}`,
		);
	}
	if (rows.length > 0) {
		console.log(
			`Versions in ${place} that no revision able to serve pins:\n${table(rows)}`,
		);
	}
	if (left.length > 0) {
		console.log(
			`In ${place}, what left the contract and nobody needs:\n${list(left)}`,
		);
	}
	if (rows.length + left.length === 0) {
		console.log(
			`Every version in ${place} is needed${kept.length > 0 ? ", and what left the contract" : ""}: nothing to prune.`,
		);
	} else if (yes) {
		destroy(run.gcloud, stack, { versions: rows, left });
	} else {
		console.log(
			"Nothing was changed. To destroy them for good, add --yes to the command.",
		);
	}
}

function readArguments() {
	const usage = `usage: tools/prune -s <stack> [--yes]; stacks are ${environments.join(", ")}`;
	const { values } = readFlags(usage);
	const { stack, yes, "stand-in": standIn } = values;
	const environment = environments.find((each) => each === stack);
	if (environment === undefined) {
		throw new UserError(`[prune] ${usage}`);
	}
	if (environment === "local" && !standIn) {
		throw new UserError(
			"[prune] stack local exists on the stand-in only\n  fix: tools/prune-local -s local",
		);
	}
	return { environment, yes, standIn };
}

function readFlags(usage: string) {
	try {
		return parseArgs({
			options: {
				stack: { type: "string", short: "s" },
				yes: { type: "boolean", default: false },
				"stand-in": { type: "boolean", default: false },
			},
		});
	} catch (error) {
		throw new UserError(`[prune] ${(error as Error).message}\n  fix: ${usage}`);
	}
}

function readStack(
	pulumi: Commands["pulumi"],
	environment: Environment,
): Omit<Stack, "left"> {
	const config: Record<string, { value?: string }> = JSON.parse(
		pulumi(["config", "--json", `--stack=${environment}`]),
	);
	const value = (key: string) => config[key]?.value ?? "";
	const adopted: StackConfig["adopted"] = JSON.parse(
		value("netra-platform:adopted") || "{}",
	);
	const externalSecrets: StackConfig["externalSecrets"] = JSON.parse(
		value("netra-platform:externalSecrets") || "{}",
	);
	const services: StackConfig["services"] = JSON.parse(
		value("netra-platform:services") || "{}",
	);
	const { project } = platform.environments[environment];
	const region = value("gcp:region");
	const epoch = value("netra-platform:rotationEpoch");
	if (
		value("gcp:project") !== project ||
		region === "" ||
		!/^\d+$/.test(epoch)
	) {
		throw new UserError(
			`[prune] Pulumi.${environment}.yaml has no gcp:region, no whole rotationEpoch or another gcp:project than ${project}\n  fix: pulumi preview -s ${environment} says what is wrong`,
		);
	}
	return {
		environment,
		project,
		region,
		epoch: Number(epoch),
		takeOver: Object.fromEntries(
			Object.entries(services).map(([name, { takeOver = [] }]) => [
				name,
				takeOver,
			]),
		),
		declared: { platform, config: { environment, adopted, externalSecrets } },
		secretIds: secretsIn(platform, environment)
			.filter(
				({ id, source }) => source.from !== "external" && !(id in adopted),
			)
			.map(({ id }) => secretIdIn(id, environment)),
	};
}

function table(rows: Row[]): string {
	const width = Math.max(...rows.map(({ secretId }) => secretId.length));
	return rows
		.map(
			({ secretId, version, reason }) =>
				`  ${secretId.padEnd(width)}  ${version.padStart(4)}  ${reason}`,
		)
		.join("\n");
}

const list = (left: Left[]) =>
	left.map(({ text, reason }) => `  ${text}  ${reason}`).join("\n");

/** Looks again first: a person may have read the list for long, and a deployment may have begun. */
function destroy(
	gcloud: Commands["gcloud"],
	stack: Stack,
	{ versions, left }: Plan,
): void {
	const secretIds = [...new Set(versions.map(({ secretId }) => secretId))];
	const again = plan(gcloud, stack, secretIds);
	const still = new Set([
		...again.versions.map(keyOf),
		...again.left.filter(({ needed }) => !needed).map(({ text }) => text),
	]);
	const planned = [...versions.map(keyOf), ...left.map(({ text }) => text)];
	const changed = planned.filter((each) => !still.has(each));
	if (changed.length > 0) {
		throw new UserError(
			`[prune] nothing was destroyed: meanwhile somebody came to need, or destroyed, ${changed.join(", ")}\n  fix: run the command again`,
		);
	}
	for (const { secretId, version } of versions) {
		gcloud([
			"secrets",
			"versions",
			"destroy",
			version,
			`--secret=${secretId}`,
			`--project=${stack.project}`,
			"--quiet",
		]);
		console.log(`destroyed ${secretId}/${version}`);
	}
	for (const { text, commands } of left) {
		for (const command of commands) {
			gcloud(command);
		}
		console.log(`destroyed ${text}`);
	}
	if (left.length > 0) {
		console.log(
			`The next pulumi up -s ${stack.environment} forgets what left the contract.`,
		);
	}
}

try {
	main();
} catch (error) {
	if (!(error instanceof UserError)) {
		throw error;
	}
	console.error(error.message);
	process.exitCode = 1;
}
