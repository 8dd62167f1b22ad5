import { spawn } from "node:child_process";
import {
	chmodSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

const tool = resolve(import.meta.dirname, "../../tools/prune.ts");
const services = ["netra-auth-staging", "netra-backend-staging"];
const place = "--project=netra-staging --region=us-central1 --format=json";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "prune-"));
	program("pulumi", `cat "${folder}/config"`);
	// The answer to the second command of a kind is `<kind>.2`, if there is one.
	program(
		"gcloud",
		`case "$*" in
		"run "*) kind=$2 ;;
		"secrets versions list "*) kind=$4 ;;
		*) kind=done ;;
		esac
		echo "$kind" >> "${folder}/kinds"
		nth=$(grep -cx "$kind" "${folder}/kinds")
		for file in "$kind.$nth" "$kind"; do
			[ -f "${folder}/$file" ] && cat "${folder}/$file" && exit
		done
		echo "[]"`,
	);
	answer("config", {
		"gcp:project": { value: "netra-staging" },
		"gcp:region": { value: "us-central1" },
		"netra-platform:rotationEpoch": { value: "3" },
	});
	answer("services", services.map(service));
	answer(
		"revisions",
		services.flatMap((name) => [
			revision(name, 0),
			revision(name, 2),
			revision(name, 3),
		]),
	);
	answer(
		"database-url-staging",
		[4, 3, 2, 1].map((number) => version(number)),
	);
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, script: string): void {
	const file = join(folder, name);
	writeFileSync(
		file,
		`#!/bin/sh\necho "${name} $*" >> "${folder}/calls"\n${script}\n`,
	);
	chmodSync(file, 0o755);
}

function answer(file: string, json: unknown): void {
	writeFileSync(join(folder, file), JSON.stringify(json));
}

/** Runs the command with the machine's own gcloud and pulumi, which are this test's. */
function prune(
	...args: string[]
): Promise<{ code: number | null; output: string }> {
	const child = spawn(process.execPath, [tool, ...args], {
		env: { PATH: `${folder}:${dirname(process.execPath)}:/usr/bin:/bin` },
		stdio: ["ignore", "pipe", "pipe"],
	});
	let output = "";
	for (const stream of [child.stdout, child.stderr]) {
		stream.on("data", (text) => {
			output += text;
		});
	}
	return new Promise((done) =>
		child.once("close", (code) => done({ code, output })),
	);
}

const calls = () =>
	existsSync(join(folder, "calls"))
		? readFileSync(join(folder, "calls"), "utf8").trim().split("\n")
		: [];
const destroyed = () => calls().filter((call) => call.includes(" destroy "));
const listed = (output: string) =>
	[...output.matchAll(/^ {2}(\S+ +\d+ {2}.*)$/gm)].map(([, line]) => line);

const ready = (status: string) => [
	{ type: "Active", status: "True", severity: "Info" },
	{ type: "Ready", status, lastTransitionTime: "2026-01-01T00:00:00Z" },
];
const revisionName = (name: string, epoch: number) =>
	`${name}-e${epoch}-0123abcd-${epoch + 1}`;

function service(name: string) {
	const latest = revisionName(name, 3);
	return {
		apiVersion: "serving.knative.dev/v1",
		kind: "Service",
		metadata: { name, generation: 7, labels: { attempt: "4" } },
		spec: { template: {}, traffic: [{ latestRevision: true, percent: 100 }] },
		status: {
			observedGeneration: 7,
			latestCreatedRevisionName: latest,
			latestReadyRevisionName: latest,
			traffic: [{ latestRevision: true, revisionName: latest, percent: 100 }],
			conditions: ready("True"),
		},
	};
}

/** Pins the version that its epoch made. */
function revision(name: string, epoch: number, change: object = {}) {
	return {
		apiVersion: "serving.knative.dev/v1",
		kind: "Revision",
		metadata: {
			name: revisionName(name, epoch),
			labels: { "serving.knative.dev/service": name },
		},
		spec: {
			containerConcurrency: 80,
			containers: [
				{
					image: "i",
					env: [
						{ name: "LOG_LEVEL", value: "INFO" },
						{
							name: "DATABASE_URL",
							valueFrom: {
								secretKeyRef: {
									name: "database-url-staging",
									key: String(epoch + 1),
								},
							},
						},
					],
				},
			],
		},
		status: { conditions: ready("True") },
		...change,
	};
}

function version(number: number, change: object = {}) {
	return {
		name: `projects/123456789012/secrets/database-url-staging/versions/${number}`,
		createTime: "2026-01-01T00:00:00.000000Z",
		etag: '"1"',
		replicationStatus: { automatic: {} },
		state: "ENABLED",
		...change,
	};
}

/** A volume with a file that holds a version. */
const mounting = (secretName: string, key: string) => ({
	containers: [{ image: "i" }],
	volumes: [{ name: "v", secret: { secretName, items: [{ key, path: "p" }] } }],
});

describe("prune", () => {
	it("[R-070] lists what no revision able to serve pins, and asks gcloud only to list", async () => {
		const { code, output } = await prune("-s", "staging");
		expect({ code, output }).toEqual({
			code: 0,
			output: `Versions in staging, project netra-staging that no revision able to serve pins:
  database-url-staging     1  pinned only by netra-auth-staging-e0-0123abcd-1, netra-backend-staging-e0-0123abcd-1, whose login is gone
  database-url-staging     2  no revision pins it
Nothing was changed. To destroy them for good, add --yes to the command.
`,
		});
		expect(calls()).toEqual(
			expect.arrayContaining([
				"pulumi config --json --stack=staging",
				`gcloud run services list ${place}`,
				`gcloud run revisions list ${place}`,
				`gcloud run jobs list ${place}`,
				"gcloud secrets versions list database-url-staging --project=netra-staging --format=json",
			]),
		);
		expect(
			calls().filter((call) => !/^pulumi config| list /.test(call)),
		).toEqual([]);
	});

	it("[R-070] destroys them with --yes, after it has looked again", async () => {
		const { code, output } = await prune("-s", "staging", "--yes");
		expect({ code, output }).toMatchObject({ code: 0 });
		expect(destroyed()).toEqual([
			"gcloud secrets versions destroy 1 --secret=database-url-staging --project=netra-staging --quiet",
			"gcloud secrets versions destroy 2 --secret=database-url-staging --project=netra-staging --quiet",
		]);
		expect(
			calls().filter((call) => call.startsWith("gcloud run services")),
		).toHaveLength(2);
	});

	it("destroys nothing if a version is needed meanwhile", async () => {
		const foreign = {
			name: "other",
			labels: { "serving.knative.dev/service": "other" },
		};
		answer("revisions.2", [revision("other", 1, { metadata: foreign })]);
		expect(await prune("-s", "staging", "--yes")).toMatchObject({
			code: 1,
			output: expect.stringMatching(
				/\[prune\] nothing was destroyed: meanwhile somebody came to need, or destroyed, database-url-staging\/2\n {2}fix: run the command again\n$/,
			),
		});
		expect(destroyed()).toEqual([]);
	});

	it("never asks about secrets of others: external ones, and adopted ones", async () => {
		answer("config", {
			"gcp:project": { value: "netra-staging" },
			"gcp:region": { value: "us-central1" },
			"netra-platform:rotationEpoch": { value: "3" },
			"netra-platform:adopted": { value: '{"jwt-secret":2}' },
		});
		await prune("-s", "staging");
		const asked = calls().join("\n");
		expect(asked).toContain("secret-key-staging");
		expect(asked).not.toMatch(/openai|jwt-secret/);
	});

	it.each([
		[
			"a job binds",
			"jobs",
			[
				{
					kind: "Job",
					metadata: { name: "j" },
					spec: {
						template: {
							spec: {
								template: { spec: mounting("database-url-staging", "2") },
							},
						},
					},
				},
			],
		],
		[
			"a revision mounts as a file",
			"revisions",
			[
				revision("netra-auth-staging", 3, {
					spec: mounting("database-url-staging", "2"),
				}),
			],
		],
		[
			"a revision of another service pins under an alias",
			"revisions",
			[
				revision("other", 3, {
					metadata: {
						name: "other-1",
						labels: { "serving.knative.dev/service": "other" },
						annotations: {
							"run.googleapis.com/secrets":
								"s-1:projects/1/secrets/database-url-staging",
						},
					},
					spec: mounting("s-1", "2"),
				}),
			],
		],
	])("keeps what %s", async (_, kind, json) => {
		answer(kind, json);
		const { code, output } = await prune("-s", "staging");
		expect(code).toBe(0);
		expect(
			listed(output).filter((line) => / 2 {2}/.test(line as string)),
		).toEqual([]);
		expect(listed(output)).toHaveLength(kind === "jobs" ? 1 : 2);
	});

	it("keeps what a revision pins that does not say whether it failed", async () => {
		const unknown = { status: { conditions: ready("Unknown") } };
		const failed = { status: { conditions: ready("False") } };
		answer("revisions", [
			revision("netra-auth-staging", 2, unknown),
			revision("netra-backend-staging", 3),
		]);
		expect((await prune("-s", "staging")).output).not.toContain(" 3 ");
		answer("revisions", [
			revision("netra-auth-staging", 2, failed),
			revision("netra-backend-staging", 3),
		]);
		expect((await prune("-s", "staging")).output).toContain(
			"database-url-staging     3  pinned only by netra-auth-staging-e2-0123abcd-3, which never became ready",
		);
	});

	it("keeps every version of a secret of which one is pinned by an alias, and says so", async () => {
		answer("revisions", [
			revision("netra-auth-staging", 3, {
				spec: mounting("database-url-staging", "blue"),
			}),
		]);
		expect(await prune("-s", "staging")).toEqual({
			code: 0,
			output: `Every version of database-url-staging is kept: one is pinned by an alias, whose number is not known here.
Every version in staging, project netra-staging is needed: nothing to prune.
`,
		});
	});

	it("leaves out versions that are destroyed, or about to be", async () => {
		answer("database-url-staging", [
			version(4),
			version(2, {
				state: "DISABLED",
				scheduledDestroyTime: "2026-02-01T00:00:00Z",
			}),
			version(1, { state: "DESTROYED" }),
		]);
		expect((await prune("-s", "staging")).output).toContain("nothing to prune");
	});
});

describe("prune refuses", () => {
	const refusal = async (...args: string[]) => {
		const result = await prune("-s", "staging", "--yes", ...args);
		expect(result.code).toBe(1);
		expect(destroyed()).toEqual([]);
		return result.output;
	};

	it.each([
		["has not seen its last change yet", { observedGeneration: 6 }],
		["is still starting a revision", { conditions: ready("Unknown") }],
	])("while a service %s", async (_, change) => {
		const [first, second] = services.map(service);
		answer("services", [
			first,
			{ ...second, status: { ...second?.status, ...change } },
		]);
		expect(await refusal()).toBe(
			"[prune] refused: service netra-backend-staging is being changed\n  fix: wait until the deployment has ended, then run the command again\n",
		);
	});

	it("while the configured epoch is not live everywhere", async () => {
		answer("services", [service("netra-auth-staging")]);
		expect(await refusal()).toBe(
			"[prune] refused: the configuration says epoch 3, but service netra-backend-staging does not exist\n  fix: bring the epoch live first: pulumi up -s staging\n",
		);
	});

	it("an answer whose form it does not know", async () => {
		answer("revisions", [
			{ kind: "Revision", metadata: { name: "r", labels: {} } },
		]);
		expect(await refusal()).toMatch(
			/^\[prune\] the answer of gcloud run revisions list has a form that is not known here, so it is not known which versions are needed; at 0\.metadata\.labels\.serving\.knative\.dev\/service: /,
		);
	});

	it("an answer that is not JSON", async () => {
		writeFileSync(join(folder, "services"), "Listed 0 items.");
		expect(await refusal()).toContain("at its start: ");
	});

	it("to go on after gcloud failed, and tells what gcloud said", async () => {
		program(
			"gcloud",
			'echo "ERROR: (gcloud.secrets.versions.list) PERMISSION_DENIED" >&2; exit 1',
		);
		expect(await refusal()).toMatch(
			/^\[prune\] gcloud secrets versions list \S+ --project=netra-staging --format=json failed, and nothing was done after it\n {2}found: ERROR: \(gcloud\.secrets\.versions\.list\) PERMISSION_DENIED\n {2}fix: /,
		);
	});

	it("stack local outside of the stand-in, other stacks and unknown flags, before it asks anybody", async () => {
		expect(await prune("-s", "local")).toEqual({
			code: 1,
			output:
				"[prune] stack local exists on the stand-in only\n  fix: tools/prune-local -s local\n",
		});
		for (const args of [
			[],
			["-s", "elsewhere"],
			["-s", "staging", "--force"],
			["staging"],
		]) {
			expect(await prune(...args)).toEqual({
				code: 1,
				output: expect.stringContaining(
					"usage: tools/prune -s <stack> [--yes]; stacks are local, staging, production\n",
				),
			});
		}
		expect(calls()).toEqual([]);
	});
});
