import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { bindingsFor } from "../../contract/bindings.ts";
import { platform } from "../../contract/platform.ts";
import { checklistIn, runPreflight } from "./preflight.ts";

/** For people, who have the contract. */
const tool = fileURLToPath(
	new URL("../../tools/preflight.ts", import.meta.url),
);

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

	it("runs on a checkout with the contract that stands there, and names the services of it", async () => {
		const known = await runPreflight(
			["check", "frontend", "staging"],
			{},
			tool,
		);
		expect(known.lines[0]).toBe(
			"FAIL frontend in staging: FORCE_HTTPS: is missing. Fix: run 'pulumi up -s staging', which writes it into the service",
		);
		const { code, lines, errors } = await runPreflight(
			["check", "constructor", "local"],
			{},
			tool,
		);
		expect({ code, lines }).toEqual({ code: 2, lines: [""] });
		expect(errors.split("\n")[0]).toBe(
			"there is no service 'constructor' in the contract; it has: auth, backend, frontend",
		);
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
				"preflight needs Node 22.18 or newer and this is Node 20.20.2: run it as 'npm run preflight -- …', or install a newer Node\n",
		});
	});
});

describe("a checklist that preflight cannot use", () => {
	const checklist = checklistIn("auth", "staging");
	const up = "run 'pulumi up -s staging'";
	const image = `build preflight's image from the commit that the stack is deployed from, name it as 'preflight' in releases/staging.json, and ${up}`;
	const anew = `${up}, which writes it anew; if that does not help, image and program are not of one version: ${image}`;

	it.each<[what: string, text: string, fact: string, fix: string]>([
		[
			"of a newer program",
			JSON.stringify({ ...checklist, version: 2, added: {} }),
			"has version 2, and this image reads version 1",
			image,
		],
		[
			"of an older program",
			JSON.stringify({ version: 0 }),
			"has version 0, and this image reads version 1",
			image,
		],
		["that is not JSON", "{planted", "is not JSON", anew],
		[
			"of no object",
			"null",
			"does not have the form of version 1: Invalid input: expected object, received null",
			anew,
		],
		[
			"with a word of another version",
			JSON.stringify({ ...checklist, more: "planted" }),
			'does not have the form of version 1: Unrecognized key: "more"',
			anew,
		],
		[
			"with a part of another form",
			JSON.stringify({ ...checklist, stores: { cache: { kind: "planted" } } }),
			"does not have the form of version 1 at stores.cache.kind: Invalid discriminator value. Expected 'postgres' | 'redis' | 'clickhouse' | 'bucket'",
			anew,
		],
		[
			"with the value of a constant",
			JSON.stringify({
				...checklist,
				sources: { key: { from: "constant", value: "planted" } },
			}),
			"does not have the form of version 1 at sources.key: is no source that it knows",
			anew,
		],
		[
			"of another service",
			JSON.stringify(checklistIn("backend", "staging")),
			"is for backend in staging",
			`${up}, which gives each job its own`,
		],
		[
			"of another environment",
			JSON.stringify(checklistIn("auth", "production")),
			"is for auth in production",
			`${up}, which gives each job its own`,
		],
	])(
		"[R-050] is one failure that says what to do: %s",
		async (_, text, fact, fix) => {
			const report = await runPreflight(["check", "auth", "staging"], {
				PREFLIGHT_CHECKLIST: text,
			});
			expect(report).toEqual({
				code: 1,
				errors: "",
				lines: [
					`FAIL auth in staging: PREFLIGHT_CHECKLIST: ${fact}. Fix: ${fix}`,
				],
			});
		},
	);

	it("[R-050] is one that is missing, in Cloud Logging's form too", async () => {
		const { code, lines } = await runPreflight(
			// A container that nobody gave a checklist.
			["check", "unheard-of", "staging", "--json"],
			{},
		);
		expect({ code, count: lines.length }).toEqual({ code: 1, count: 1 });
		expect(JSON.parse(lines[0] ?? "")).toMatchObject({
			severity: "ERROR",
			check: "PREFLIGHT_CHECKLIST",
			fact: "is missing, so nothing says what to check",
			fix: `${up}, which gives it to the job; in a checkout, 'npm run preflight -- check unheard-of staging' takes it from the contract`,
		});
	});
});
