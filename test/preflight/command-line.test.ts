import { describe, expect, it } from "@jest/globals";
import { bindingsFor } from "../../contract/bindings.ts";
import { platform } from "../../contract/platform.ts";
import { runPreflight } from "./preflight.ts";

describe("preflight's command line", () => {
	it("[R-030] lists everything that auth misses in an empty environment", async () => {
		const { code, lines, errors } = await runPreflight(
			["check", "auth", "production"],
			{},
		);
		const { plain, secrets, files } = bindingsFor(
			platform,
			"auth",
			"production",
		);
		expect({ code, errors }).toEqual({ code: 1, errors: "" });
		expect(lines).toEqual([
			...plain.map(
				({ variable }) =>
					`FAIL auth in production: ${variable}: is missing${variable === "ENVIRONMENT" ? "; expected production" : ""}. Fix: run 'pulumi up -s production', which writes it into the service`,
			),
			...secrets.map(
				({ variable, secretId }) =>
					`FAIL auth in production: ${variable} (secret ${secretId}): is missing. Fix: run 'pulumi up -s production', which binds secret ${secretId} to ${variable}`,
			),
			...files.map(
				({ path, secretId }) =>
					`FAIL auth in production: ${path} (secret ${secretId}): is missing. Fix: run 'pulumi up -s production', which binds secret ${secretId} to ${path}`,
			),
			`0 checks passed, ${plain.length + secrets.length + files.length} failed. First fix: run 'pulumi up -s production', which writes it into the service`,
		]);
	});

	it("writes lines that Cloud Logging reads", async () => {
		const { lines } = await runPreflight(
			["check", "frontend", "staging", "--json"],
			{
				NEXT_PUBLIC_ENVIRONMENT: "staging",
			},
		);
		expect(JSON.parse(lines[0] ?? "")).toEqual({
			severity: "ERROR",
			message:
				"FAIL frontend in staging: FORCE_HTTPS: is missing. Fix: run 'pulumi up -s staging', which writes it into the service",
			service: "frontend",
			environment: "staging",
			state: "failed",
			check: "FORCE_HTTPS",
			fact: "is missing",
			fix: "run 'pulumi up -s staging', which writes it into the service",
		});
		expect(JSON.parse(lines.at(-1) ?? "")).toEqual({
			severity: "ERROR",
			message:
				"0 checks passed, 6 failed. First fix: run 'pulumi up -s staging', which writes it into the service",
		});
	});

	it.each([
		...[
			[],
			["try", "auth", "staging"],
			["check", "auth"],
			["check", "auth", "stage"],
			["check", "auth", "staging", "more"],
		].map((args): [string[], string] => [
			args,
			"expected a mode (check, verify, serve), a service and an environment (local, staging, production)",
		]),
		[
			["check", "constructor", "local"],
			"there is no service 'constructor' in the contract; it has: auth, backend, frontend",
		],
		[
			["check", "auth", "local", "--budget-seconds", "soon"],
			"--budget-seconds and --attempt-seconds take positive numbers",
		],
		[
			["serve", "auth", "local", "--address", "localhost"],
			"--address takes an IP address",
		],
	])("explains how it is used when it gets %p", async (args, message) => {
		const { code, lines, errors } = await runPreflight(args, {});
		expect({ code, lines }).toEqual({ code: 2, lines: [""] });
		expect(errors.split("\n").slice(0, 3)).toEqual([
			message,
			"",
			"usage: preflight <mode> <service> <environment> [options]",
		]);
	});

	it("says which Node it needs when it runs on an older one", async () => {
		// Pretends before the program starts; an older Node need not be there.
		const pretend = encodeURIComponent(
			'Object.defineProperty(process, "versions", { value: { node: "20.20.2" } })',
		);
		const { code, errors } = await runPreflight(["check", "auth"], {
			NODE_OPTIONS: `--import=data:text/javascript,${pretend}`,
		});
		expect({ code, errors }).toEqual({
			code: 2,
			errors:
				"preflight needs Node 22.18 or newer and this is Node 20.20.2: run it as 'tools/with-toolchain node preflight …', or install a newer Node\n",
		});
	});
});
