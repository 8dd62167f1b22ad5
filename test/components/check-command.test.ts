/** No shipped service names a check command, so the program runs under a contract in which one does. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import { type Platform, parsePlatform } from "../../contract/schema.ts";
import type { FaultRule } from "../../local/faults.ts";
import {
	type Properties,
	plainProperties,
} from "../../local/provider/values.ts";
import type { Run } from "../in-process/in-process.ts";
import { waitedFor } from "../in-process/order.ts";
import { shippedStack } from "../in-process/shipped.ts";

const command = ["python", "-m", "auth.check_configuration"];

function withCheck(checkCommand: string[]): Platform {
	const contract = structuredClone(platform);
	Object.assign(contract.services.auth as object, { checkCommand });
	return parsePlatform(contract);
}

const stack = shippedStack("staging", {}, () => ({
	contract: withCheck(command),
}));
afterAll(() => stack.remove());

const service = "gcp:cloudrunv2/service:Service::auth";
const job = "gcp:cloudrunv2/job:Job::auth-check";

/** What a resource was registered with; any value in it may be read. */
// biome-ignore lint/suspicious/noExplicitAny: inputs of two types of resources, read down to their leaves
function inputsOf({ registrations }: Run, key: string): any {
	const found = registrations.find(
		({ type, name }) => `${type}::${name}` === key,
	);
	return plainProperties(found?.inputs as Properties);
}

let first: Run;
beforeAll(async () => {
	first = await stack.up();
	expect(first).toMatchObject({ ok: true });
});

describe("a service whose contract names a check command", () => {
	it("[R-051] is checked by its own image, with that command, as the service runs", () => {
		const checked = inputsOf(first, job);
		const runs = inputsOf(first, service).template;
		const { containers, serviceAccount, volumes, vpcAccess, maxRetries } =
			checked.template.template;
		expect(checked.name).toBe("netra-check-auth-staging");
		expect(containers).toHaveLength(1);
		const { image, envs, volumeMounts } = runs.containers[0];
		expect(containers[0]).toMatchObject({
			commands: command,
			image,
			envs,
			volumeMounts,
		});
		expect({ serviceAccount, volumes, vpcAccess, maxRetries }).toEqual({
			serviceAccount: runs.serviceAccount,
			volumes: runs.volumes,
			vpcAccess: runs.vpcAccess,
			maxRetries: 0,
		});
	});

	it("[R-051] waits for the check, and for preflight beside it", () => {
		const waited = waitedFor(first.registrations, service);
		expect(waited).toContain(job);
		expect(waited).toContain("gcp:cloudrunv2/job:Job::auth-preflight");
	});

	it("[R-051] is the only one that is checked so", () => {
		expect(
			first.registrations
				.filter(({ name }) => name.endsWith("-check"))
				.map(({ name }) => name),
		).toEqual(["auth-check"]);
	});

	it("[R-051] is not changed while the check fails, and is by the same update once it passes", async () => {
		const fault: FaultRule = {
			id: "check",
			on: "execution",
			name: "*netra-check-auth-staging*",
			message: "The execution netra-check-auth-staging failed: exit code 1",
		};
		const script = (...rules: FaultRule[]) =>
			writeFileSync(
				join(stack.directory, "faults.json"),
				JSON.stringify({ rules }),
			);
		const steps = (run: Run) =>
			run.steps
				.filter(({ urn, op }) => urn.endsWith("Service::auth") && op !== "same")
				.map(({ op }) => op);

		stack.set("rotationEpoch", 1);
		script(fault);
		const failed = await stack.up();
		expect(failed.ok).toBe(false);
		expect(failed.messages.join("\n")).toContain("netra-check-auth-staging");
		expect(steps(failed)).toEqual([]);

		script();
		const passed = await stack.up();
		expect(passed.ok).toBe(true);
		expect(steps(passed)).toEqual(["update"]);
	});

	it("[R-051] is checked again when the command is another one", async () => {
		const other = shippedStack(
			"staging",
			{ directory: stack.directory, state: stack.state, config: stack.config },
			() => ({ contract: withCheck([...command, "--strict"]) }),
		);
		const token = (run: Run) => inputsOf(run, job).runExecutionToken;
		expect(token(await other.preview())).not.toBe(token(await stack.preview()));
	});
});
