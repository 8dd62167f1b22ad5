import { spawn } from "node:child_process";
import {
	chmodSync,
	cpSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

const checkout = resolve(import.meta.dirname, "../..");
let root: string;

/** A copy of the report in which `tools/pulumi-local` is a script of the test's. */
beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), "start-"));
	for (const folder of ["tools", "contract", "policies", "local", "releases"]) {
		cpSync(join(checkout, folder), join(root, folder), { recursive: true });
	}
	cpSync(join(checkout, "package.json"), join(root, "package.json"));
	symlinkSync(join(checkout, "node_modules"), join(root, "node_modules"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const event = JSON.stringify({
	resourcePreEvent: {
		metadata: {
			op: "create",
			type: "gcp:cloudrunv2/service:Service",
			urn: "frontend",
			new: {
				type: "gcp:cloudrunv2/service:Service",
				urn: "frontend",
				parent: "",
				inputs: {
					name: "netra-frontend-staging",
					template: {
						containers: [
							{ envs: [{ name: "NODE_ENV", value: "recognisable-value" }] },
						],
					},
				},
			},
		},
	},
});

function start(pulumiLocal: string) {
	const script = join(root, "tools/pulumi-local");
	writeFileSync(script, `#!/bin/sh\n${pulumiLocal}\n`);
	chmodSync(script, 0o755);
	const { NETRA_LOCAL_DIR: _, ...env } = process.env;
	const child = spawn(process.execPath, [join(root, "tools/start.ts")], {
		env,
		stdio: ["ignore", "pipe", "pipe"],
	});
	let stdout = "";
	let stderr = "";
	child.stderr.on("data", (data) => {
		stderr += data;
	});
	child.stdout.on("data", (data) => {
		stdout += data;
	});
	return new Promise<{ code: number | null; stdout: string; stderr: string }>(
		(done) => child.once("close", (code) => done({ code, stdout, stderr })),
	);
}

const writeLog = `for log; do :; done; echo '${event}' >"$log"`;

describe("npm start", () => {
	it("previews staging with the policy pack, then shows the bindings, without any value", async () => {
		expect(await start(`echo "$1 $2 $3 $4 $5 $6"; ${writeLog}`)).toMatchObject({
			code: 0,
			stdout: `preview -s staging --policy-pack policies --event-log
Bindings (staging):
+----------+----------+-----------+---------+----------+-------+------------+
| service  | variable | secret id | version | critical | tried | granted to |
+----------+----------+-----------+---------+----------+-------+------------+
| frontend | NODE_ENV | (plain)   | -       | -        | -     | -          |
+----------+----------+-----------+---------+----------+-------+------------+
frontend: preflight can look at the form of its variables alone, since they give no login to a data store
`,
		});
	});

	it("[R-031] fails as the preview failed, and still shows what was planned", async () => {
		const { code, stdout } = await start(`${writeLog}; exit 255`);
		expect(code).toBe(255);
		expect(stdout).toContain("| frontend | NODE_ENV |");
	});

	it("adds nothing where the preview ended before it planned a service", async () => {
		expect(await start("exit 1")).toMatchObject({ code: 1, stdout: "" });
	});

	it("shows no part of a preview that was interrupted", async () => {
		expect(await start(`${writeLog}; exit 130`)).toMatchObject({
			code: 130,
			stdout: "",
		});
	});

	it("[R-063] tells a mistake in the contract alone, before anything is started", async () => {
		const file = join(root, "contract/platform.ts");
		const text = readFileSync(file, "utf8");
		writeFileSync(file, text.replace("minInstances: 1", "minInstance: 1"));
		expect(await start("echo started")).toMatchObject({ code: 1, stdout: "" });
		writeFileSync(file, text);
	});

	it.each([
		[
			"a comma too many",
			"poolPerInstance: 3,",
			"poolPerInstance: 3,,",
			/:\d+: Unexpected token/,
		],
		[
			"a name that is not there",
			"concurrency: 80",
			"concurrency: eighty",
			/:\d+: eighty is not defined/,
		],
		[
			"an import of nothing",
			'"./schema.ts"',
			'"./scheme.ts"',
			/: Cannot find module '\S+\/scheme.ts'/,
		],
		[
			"an import of no such name",
			"{ parsePlatform }",
			"{ parsePlatforms }",
			/:\d+: The requested module '\.\/schema\.ts' does not provide/,
		],
	])(
		"[R-063] tells in two lines where the contract has %s",
		async (_, from, to, said) => {
			const file = join(root, "contract/platform.ts");
			const text = readFileSync(file, "utf8");
			writeFileSync(file, text.replace(from, to));
			const { code, stdout, stderr } = await start("echo started");
			writeFileSync(file, text);
			expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
			expect(stderr).toMatch(said);
			expect(stderr).toMatch(/^\[contract\] contract\/platform\.ts.*\n.*\n$/);
		},
	);

	it.each([
		[
			"is no JSON",
			'"name": "netra",',
			'"name": "netra",,',
			/^\[second-key\] policies\/second-key\.json: .*\n {2}fix: correct it there\n$/,
		],
		[
			"does not hold together",
			'"name": "netra",',
			'"nam": "netra",',
			/^policies\/second-key\.json does not hold together:\n {2}nam: is not known here; there are name, .*: did you mean 'name'\?\n {2}fix: .*\n$/,
		],
	])(
		"[R-063] tells before anything is started that the second key %s",
		async (_, from, to, said) => {
			const file = join(root, "policies/second-key.json");
			const text = readFileSync(file, "utf8");
			writeFileSync(file, text.replace(from, to));
			const { code, stdout, stderr } = await start("echo started");
			writeFileSync(file, text);
			expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
			expect(stderr).toMatch(said);
		},
	);

	it("[R-063] says that a release is missing, and how it comes back", async () => {
		const file = join(root, "releases/staging.json");
		const text = readFileSync(file, "utf8");
		rmSync(file);
		const { code, stdout, stderr } = await start("echo started");
		writeFileSync(file, text);
		expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
		expect(stderr).toBe(
			"[release] releases/staging.json is missing, so there is nothing to deploy\n  fix: let the build write the file, or take it back: git checkout -- releases/staging.json\n",
		);
	});

	it("gives the engine a pipe that nobody else can read, and keeps nothing of what came through it", async () => {
		const { stdout } = await start(
			`for log; do :; done; stat -c '%F %a' "$log"; stat -c %a "$(dirname "$log")"; echo secret >"$log"`,
		);
		expect(stdout).toBe("fifo 600\n700\n");
		expect(readdirSync(join(root, ".local"))).toEqual([]);
	});

	it("reads a log that is longer than a pipe holds", async () => {
		const { stdout } = await start(
			`for log; do :; done; (head -c 300000 /dev/zero | tr '\\0' x; echo; echo '${event}') >"$log"`,
		);
		expect(stdout).toContain("| frontend | NODE_ENV |");
	});
});
