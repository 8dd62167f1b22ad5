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
	program("pulumi", `cat "${folder}/$1"`);
	// The answer to the second command of a kind is `<kind>.2`, if there is one.
	program(
		"gcloud",
		`case "$*" in
		"run "*) kind=$2 ;;
		"secrets versions list "*) kind=$4 ;;
		"secrets list "*) kind=secrets ;;
		"secrets get-iam-policy "*) kind=policy-$3 ;;
		"iam service-accounts list "*) kind=accounts ;;
		"projects get-iam-policy "*) kind=policy ;;
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
	answer("stack", { deployment: { resources: [] } });
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
		env: {
			PATH: `${folder}:${dirname(process.execPath)}:/usr/bin:/bin`,
			NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
		},
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
const changed = () =>
	calls().filter((call) => / (delete|remove-iam-policy-binding) /.test(call));
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
			calls().filter(
				(call) => !/^pulumi (config|stack export) | list /.test(call),
			),
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

describe("prune, of what left the contract", () => {
	const email = (service: string) =>
		`netra-${service}@netra-staging.iam.gserviceaccount.com`;
	const old = "netra-auth-staging-e2-0123abcd-3";
	const newest = "netra-auth-staging-e3-0123abcd-4";
	const chain = (component: string) =>
		`urn:pulumi:staging::netra-platform::netra-platform:index:${component}`;
	const secretUrn = `${chain("PlatformSecrets")}$netra-platform:index:ManagedSecret$gcp:secretmanager/secret:Secret::jwt-secret`;
	const grantUrn = (name: string) =>
		`${chain("PlatformSecrets")}$netra-platform:index:ManagedSecret$gcp:secretmanager/secretIamMember:SecretIamMember::${name}`;
	const grant = (secretId: string, service: string) => ({
		secretId: `projects/netra-staging/secrets/${secretId}`,
		role: "roles/secretmanager.secretAccessor",
		member: `serviceAccount:${email(service)}`,
	});
	const oldSecret = "old-key-staging";

	/** The state holds a renamed secret, a dropped binding, a service that is gone and a role that is. */
	function state(protect = false) {
		answer("stack", {
			version: 3,
			deployment: {
				resources: [
					{
						urn: secretUrn.replace("jwt-secret", "old-key"),
						outputs: { secretId: oldSecret },
						protect,
					},
					{
						urn: grantUrn("old-key-auth"),
						outputs: grant(oldSecret, "auth"),
					},
					{
						urn: grantUrn("redis-url-frontend"),
						outputs: grant("redis-url-staging", "frontend"),
					},
					{
						urn: `${chain("ServiceIdentity")}$gcp:serviceaccount/account:Account::gone`,
						outputs: { accountId: "netra-gone" },
					},
					{
						urn: `${chain("ServiceIdentity")}$gcp:projects/iAMMember:IAMMember::auth-editor`,
						outputs: {
							project: "netra-staging",
							role: "roles/editor",
							member: `serviceAccount:${email("auth")}`,
						},
					},
					// What the contract has, what is no resource of the cloud, and what is about to be deleted.
					{ urn: secretUrn, outputs: { secretId: "jwt-secret-staging" } },
					{
						urn: secretUrn.replace("jwt-secret", "deleted"),
						outputs: { secretId: "deleted-staging" },
						delete: true,
					},
				],
			},
		});
		const project = "projects/123456789012/secrets";
		answer("secrets", [
			{ name: `${project}/${oldSecret}` },
			{ name: `${project}/redis-url-staging` },
			{ name: `${project}/deleted-staging` },
		]);
		const policy = (service: string) => ({
			bindings: [
				{
					role: "roles/secretmanager.secretAccessor",
					members: [`serviceAccount:${email(service)}`],
				},
			],
		});
		answer(`policy-${oldSecret}`, policy("auth"));
		answer("policy-redis-url-staging", policy("frontend"));
		answer("accounts", [{ email: email("gone") }]);
		answer("policy", {
			bindings: [
				{ role: "roles/editor", members: [`serviceAccount:${email("auth")}`] },
			],
		});
		answer("database-url-staging", [version(4)]);
	}
	const binding = (name: string, serviceAccountName: string) => ({
		serviceAccountName,
		containers: [
			{
				env: [{ valueFrom: { secretKeyRef: { name, key: "1" } } }],
			},
		],
	});

	it("[R-101] offers what nobody needs, says why, and takes it away in an order that works", async () => {
		state();
		expect(await prune("-s", "staging")).toEqual({
			code: 0,
			output: `In staging, project netra-staging, what left the contract and nobody needs:
  grant of redis-url-staging to ${email("frontend")}  no revision uses it
  roles/editor of ${email("auth")}  no revision but the newest runs as that account
  account netra-gone  no revision uses it
  secret old-key-staging  no revision pins it
Nothing was changed. To destroy them for good, add --yes to the command.
`,
		});
		expect(changed()).toEqual([]);
		const { code, output } = await prune("-s", "staging", "--yes");
		expect({ code, output }).toMatchObject({ code: 0 });
		expect(output).toContain("destroyed secret old-key-staging\n");
		expect(output).toContain(
			"The next pulumi up -s staging forgets what left the contract.\n",
		);
		expect(changed()).toEqual([
			`gcloud secrets remove-iam-policy-binding redis-url-staging --project=netra-staging --member=serviceAccount:${email("frontend")} --role=roles/secretmanager.secretAccessor --condition=None --quiet`,
			`gcloud projects remove-iam-policy-binding netra-staging --member=serviceAccount:${email("auth")} --role=roles/editor --condition=None --quiet`,
			`gcloud iam service-accounts delete ${email("gone")} --project=netra-staging --quiet`,
			"gcloud secrets delete old-key-staging --project=netra-staging --quiet",
		]);
	});

	it("[R-101] keeps what a revision needs that can be pinned, and names it", async () => {
		state();
		answer("revisions", [
			revision("netra-auth-staging", 2, {
				spec: binding(oldSecret, email("auth")),
			}),
			revision("netra-auth-staging", 3, {
				spec: binding("redis-url-staging", email("frontend")),
			}),
		]);
		answer("jobs", [
			{
				kind: "Job",
				metadata: { name: "j" },
				spec: {
					template: {
						spec: {
							template: { spec: binding("other", email("gone")) },
						},
					},
				},
			},
		]);
		expect((await prune("-s", "staging", "--yes")).output).toBe(
			`In staging, project netra-staging, what left the contract and is needed:
  grant of redis-url-staging to ${email("frontend")}  needed by ${newest}
  roles/editor of ${email("auth")}  needed by ${old}
  account netra-gone  needed by job j
  secret old-key-staging  needed by ${old}
Every version in staging, project netra-staging is needed, and what left the contract: nothing to prune.
`,
		);
		expect(changed()).toEqual([]);
	});

	it("[R-101] offers what only revisions need whose login is gone", async () => {
		state();
		answer("revisions", [
			revision("netra-auth-staging", 1, {
				spec: binding(oldSecret, email("auth")),
			}),
			revision("netra-auth-staging", 3),
		]);
		expect((await prune("-s", "staging")).output).toContain(
			"secret old-key-staging  pinned only by netra-auth-staging-e1-0123abcd-2, whose login is gone\n",
		);
	});

	it("waits until an update has let go of what was protected", async () => {
		state(true);
		expect((await prune("-s", "staging")).output).toContain(
			"secret old-key-staging  protected until pulumi up -s staging has let go of it\n",
		);
	});

	it("says nothing of what the cloud has no more", async () => {
		state();
		for (const kind of ["secrets", "accounts"]) {
			answer(kind, []);
		}
		answer("policy", {});
		expect((await prune("-s", "staging")).output).toBe(
			"Every version in staging, project netra-staging is needed: nothing to prune.\n",
		);
	});

	it("destroys nothing if a revision needs it meanwhile", async () => {
		state();
		answer("revisions.2", [
			revision("netra-auth-staging", 3, {
				spec: binding(oldSecret, email("auth")),
			}),
		]);
		expect(await prune("-s", "staging", "--yes")).toMatchObject({
			code: 1,
			output: expect.stringMatching(
				/nothing was destroyed: meanwhile somebody came to need, or destroyed, .*secret old-key-staging\n/,
			),
		});
		expect(changed()).toEqual([]);
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

	it("while a revision made by hand is the newest, and says how one of this project takes its place", async () => {
		const [first, second] = services.map(service);
		const hotfix = "netra-backend-staging-00007-xyz";
		answer("services", [
			first,
			{
				...second,
				status: { ...second?.status, latestReadyRevisionName: hotfix },
			},
		]);
		expect(await refusal()).toBe(
			`[prune] refused: the newest ready revision of service netra-backend-staging is ${hotfix}, which was made by hand, so its login is not known\n  fix: let a revision of this project take its place: pulumi config set --path 'services.backend.takeOver[0]' ${hotfix} -s staging && pulumi up -s staging\n`,
		);
	});

	it("an answer whose form it does not know", async () => {
		answer("revisions", [
			{ kind: "Revision", metadata: { name: "r", labels: {} } },
		]);
		expect(await refusal()).toMatch(
			/^\[prune\] the answer of gcloud run revisions list has a form that is not known here, so it is not known what is needed; at 0\.metadata\.labels\.serving\.knative\.dev\/service: /,
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
