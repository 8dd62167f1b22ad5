import { describe, expect, it } from "@jest/globals";
import {
	type DriftArgs,
	driftOf,
	type SecretOrigin,
	type ServiceInUse,
	type VersionState,
} from "../../plan/drift.ts";
import type { BoundVersion, ObservedRevision } from "../../plan/revisions.ts";

const account = "netra-auth@netra-staging.iam.gserviceaccount.com";
const own = "netra-auth-staging-e0-aaaaaaaa-2";
const older = "netra-auth-staging-e0-bbbbbbbb-1";
const handMade = "netra-auth-staging-00007-xyz";

const key: BoundVersion = {
	secretId: "secret-key-staging",
	version: "1",
	variable: "SECRET_KEY",
};
const revision = (
	name: string,
	bound: BoundVersion[] = [key],
): ObservedRevision => ({
	name,
	createTime: "",
	ready: true,
	message: "",
	labels: {},
	serviceAccount: account,
	bound,
	plain: [],
	fields: {},
});
const service = (change: Partial<ServiceInUse> = {}): ServiceInUse => ({
	service: "auth",
	name: "netra-auth-staging",
	revisions: [revision(own)],
	latestCreated: own,
	pinned: undefined,
	executions: [],
	...change,
});
const secret = (change: Partial<SecretOrigin> = {}): [string, SecretOrigin] => [
	"secret-key-staging",
	{ id: "secret-key", from: "stack", readers: [account], ...change },
];
const versions = (state: VersionState["state"], version = "1", number = "1") =>
	new Map([[`secret-key-staging/${version}`, { state, number }]]);
const granted = (...members: string[]) =>
	new Map([
		[
			"secret-key-staging",
			{ bindings: [{ role: "roles/secretmanager.secretAccessor", members }] },
		],
	]);

const drift = (change: Partial<DriftArgs> = {}) =>
	driftOf({
		stack: "staging",
		project: "netra-staging",
		region: "us-central1",
		services: [service()],
		secrets: new Map([secret()]),
		versions: versions("ENABLED"),
		policies: granted(`serviceAccount:${account}`),
		...change,
	});

const consequence = "the next instance that starts cannot read it";

describe("a version that is bound", () => {
	it("[R-102] is no difference while it is enabled and granted", () => {
		expect(drift()).toEqual([]);
	});

	it.each([
		["DISABLED", "is disabled"],
		["DESTROYED", "is destroyed"],
		["MISSING", "does not exist"],
	] as const)(
		"[R-102] is one when it is %s; a refresh sees what this stack made",
		(state, words) => {
			expect(drift({ versions: versions(state) })).toEqual([
				`[drift] service auth: variable SECRET_KEY: version 1 of secret-key-staging ${words}: ${consequence}; fix: pulumi up --refresh -s staging`,
			]);
		},
	);

	it("[R-102] is told once for each service, with all that binds it", () => {
		const file = { secretId: key.secretId, version: "1", path: "/secrets/key" };
		const services = [service({ revisions: [revision(own, [key, file])] })];
		expect(drift({ services, versions: versions("DESTROYED") })).toEqual([
			`[drift] service auth: variable SECRET_KEY, file /secrets/key: version 1 of secret-key-staging is destroyed: ${consequence}; fix: pulumi up --refresh -s staging`,
		]);
	});

	it("[R-102] is enabled by hand where the state does not hold it: somebody else's, an older or a hand-made revision's", () => {
		const enable =
			"fix: gcloud secrets versions enable 3 --secret=secret-key-staging --project=netra-staging";
		const kept = { from: "externalSecrets" } as const;
		const lines = [
			drift({
				secrets: new Map([secret(kept)]),
				versions: versions("DISABLED", "1", "3"),
			}),
			drift({ secrets: new Map(), versions: versions("DISABLED", "1", "3") }),
			drift({
				services: [service({ revisions: [revision(older)] })],
				versions: versions("DISABLED", "1", "3"),
			}),
			drift({
				services: [
					service({ revisions: [revision(handMade)], latestCreated: handMade }),
				],
				versions: versions("DISABLED", "1", "3"),
			}),
			drift({
				services: [
					service({
						revisions: [revision(own, [{ ...key, version: "latest" }])],
					}),
				],
				versions: versions("DISABLED", "latest", "3"),
			}),
		];
		for (const each of lines) {
			expect(each).toEqual([expect.stringContaining(enable)]);
		}
		expect(lines[2]).toEqual([
			expect.stringContaining(`[drift] service auth, revision ${older}: `),
		]);
	});

	it("[R-102] is stored again by whoever keeps it, and bound by its new number", () => {
		const remedy = (from: SecretOrigin["from"]) =>
			drift({
				secrets: new Map([secret({ from })]),
				versions: versions("DESTROYED"),
			});
		const store =
			"fix: store the value again (gcloud secrets versions add secret-key-staging --data-file=- --project=netra-staging) and bind its number: pulumi config set --path";
		expect(remedy("externalSecrets")).toEqual([
			expect.stringContaining(
				`${store} 'externalSecrets["secret-key"].version' <number> -s staging && pulumi up -s staging`,
			),
		]);
		expect(remedy("adopted")).toEqual([
			expect.stringContaining(
				`${store} 'adopted["secret-key"]' <number> -s staging && pulumi up -s staging`,
			),
		]);
	});

	it("[R-102] makes another revision serve where nothing brings it back", () => {
		const lost = (pinned: string | undefined) =>
			drift({
				services: [service({ revisions: [revision(older)], pinned })],
				versions: versions("DESTROYED"),
			});
		expect(lost(undefined)).toEqual([
			expect.stringMatching(
				/another revision has to serve: pulumi up -s staging$/,
			),
		]);
		expect(lost(older)).toEqual([
			expect.stringMatching(
				/: pulumi config rm --path services\.auth\.pinnedRevision -s staging && pulumi up -s staging$/,
			),
		]);
	});

	it("[R-102] is no difference while nobody could look", () => {
		expect(drift({ versions: new Map(), policies: new Map() })).toEqual([]);
	});
});

describe("a grant to read", () => {
	const missing = `[drift] service auth: variable SECRET_KEY: secret-key-staging is not granted to ${account}: ${consequence}; fix: `;

	it("[R-102] is missed where another service has one, or a role that does not read", () => {
		const other = granted(
			"serviceAccount:netra-backend@p.iam.gserviceaccount.com",
		);
		expect(drift({ policies: other })).toEqual([
			`${missing}pulumi up --refresh -s staging`,
		]);
		const viewer = {
			bindings: [
				{
					role: "roles/secretmanager.viewer",
					members: [`serviceAccount:${account}`],
				},
			],
		};
		expect(
			drift({ policies: new Map([["secret-key-staging", viewer]]) }),
		).toHaveLength(1);
		expect(
			drift({ policies: new Map([["secret-key-staging", {}]]) }),
		).toHaveLength(1);
	});

	it("[R-102] is given by hand where this stack does not make it", () => {
		expect(
			drift({
				policies: granted(),
				secrets: new Map([secret({ readers: [] })]),
			}),
		).toEqual([
			`${missing}gcloud secrets add-iam-policy-binding secret-key-staging --member=serviceAccount:${account} --role=roles/secretmanager.secretAccessor --project=netra-staging`,
		]);
	});

	it("[R-102] is not missed where the policy does not tell: everybody, a group, a role of one's own", () => {
		const custom = {
			bindings: [
				{
					role: "projects/netra-staging/roles/reader",
					members: [`serviceAccount:${account}`],
				},
			],
		};
		expect(drift({ policies: granted("allAuthenticatedUsers") })).toEqual([]);
		expect(drift({ policies: granted("group:services@example.org") })).toEqual(
			[],
		);
		expect(
			drift({ policies: new Map([["secret-key-staging", custom]]) }),
		).toEqual([]);
	});
});

describe("a job's last execution", () => {
	const execution = {
		job: "netra-verify-auth-staging",
		isGate: false,
		name: "netra-verify-auth-staging-abc",
		failed: true,
		message: "The execution failed.\n  Task 0 exited",
	};
	const ended = (change: Partial<typeof execution>) =>
		drift({
			services: [service({ executions: [{ ...execution, ...change }] })],
		});

	it("[R-102] is told when it failed, in one line, with what runs it again", () => {
		expect(ended({ failed: false })).toEqual([]);
		expect(ended({})).toEqual([
			"[drift] service auth: netra-verify-auth-staging-abc, the last execution of netra-verify-auth-staging, failed: The execution failed. Task 0 exited; fix: mend what its log names, then gcloud run jobs execute netra-verify-auth-staging --project=netra-staging --region=us-central1 --wait",
		]);
		expect(ended({ isGate: true, message: "" })).toEqual([
			"[drift] service auth: netra-verify-auth-staging-abc, the last execution of netra-verify-auth-staging, failed; fix: mend what its log names, then pulumi up -s staging, which runs it again",
		]);
		expect(ended({ message: "x".repeat(1000) })[0]?.length).toBeLessThan(800);
	});
});
