import { describe, expect, it } from "@jest/globals";
import { differencesBetween } from "../../plan/revision-differences.ts";
import {
	needsOf,
	type RestRevision,
	revisionOf,
	revisionOfTemplate,
} from "../../plan/revisions.ts";

const service = "projects/p/locations/l/services/auth";
const path = `${service}/revisions/auth-00007-xyz`;
const account = "auth@p.iam.gserviceaccount.com";

/** As Cloud Run's API v2 answers: what is not set is left out. */
const rest = (change: Partial<RestRevision> = {}): RestRevision => ({
	name: path,
	uid: "some-uid",
	generation: "1",
	createTime: "2026-11-01T10:00:00.000000Z",
	labels: { release: "r1" },
	conditions: [
		{ type: "Ready", state: "CONDITION_SUCCEEDED" },
		{ type: "ContainerHealthy", state: "CONDITION_SUCCEEDED" },
	],
	serviceAccount: account,
	timeout: "300s",
	scaling: { maxInstanceCount: 3 },
	containers: [container()],
	volumes: [
		{
			name: "ca",
			secret: {
				secret: "redis-ca-staging",
				items: [{ path: "ca.pem", version: "2" }],
			},
		},
	],
	...change,
});

function container(change: Record<string, unknown> = {}) {
	return {
		image: "auth@sha256:1",
		command: ["serve"],
		env: [
			{ name: "LOG_LEVEL", value: "INFO-of-the-test" },
			{ name: "EMPTY" },
			{
				name: "SECRET_KEY",
				valueSource: {
					secretKeyRef: {
						secret: "projects/p/secrets/secret-key-staging",
						version: "1",
					},
				},
			},
		],
		resources: { limits: { cpu: "1", memory: "512Mi" } },
		ports: [{ name: "http1", containerPort: 8080 }],
		volumeMounts: [{ name: "ca", mountPath: "/secrets" }],
		startupProbe: { tcpSocket: { port: 8080 }, periodSeconds: 240 },
		...change,
	};
}

/** The same as `getService` shows it. */
const template = {
	revision: "auth-00007-xyz",
	labels: { release: "r1" },
	annotations: {},
	serviceAccount: account,
	timeout: "300s",
	encryptionKey: "",
	sessionAffinity: false,
	maxInstanceRequestConcurrency: 0,
	nodeSelectors: [],
	vpcAccesses: [],
	scalings: [{ maxInstanceCount: 3, minInstanceCount: 0 }],
	containers: [
		{
			name: "",
			image: "auth@sha256:1",
			commands: ["serve"],
			args: [],
			envs: [
				{ name: "LOG_LEVEL", value: "INFO-of-the-test", valueSources: [] },
				{ name: "EMPTY", value: "", valueSources: [] },
				{
					name: "SECRET_KEY",
					value: "",
					valueSources: [
						{
							secretKeyReves: [
								{
									secret: "projects/p/secrets/secret-key-staging",
									version: "1",
								},
							],
						},
					],
				},
			],
			resources: [
				{
					limits: { cpu: "1", memory: "512Mi" },
					cpuIdle: false,
					startupCpuBoost: false,
				},
			],
			ports: [{ name: "http1", containerPort: 8080 }],
			volumeMounts: [{ name: "ca", mountPath: "/secrets", subPath: "" }],
			startupProbes: [
				{
					tcpSockets: [{ port: 8080 }],
					httpGets: [],
					periodSeconds: 240,
					initialDelaySeconds: 0,
				},
			],
			livenessProbes: [],
		},
	],
	volumes: [
		{
			name: "ca",
			secrets: [
				{
					secret: "redis-ca-staging",
					defaultMode: 0,
					items: [{ path: "ca.pem", version: "2", mode: 0 }],
				},
			],
			cloudSqlInstances: [],
		},
	],
};

describe("a revision", () => {
	it("[R-102] tells which versions it must read to start, and keeps no value", () => {
		const revision = revisionOf(rest());
		expect(revision).toMatchObject({
			name: "auth-00007-xyz",
			createTime: "2026-11-01T10:00:00.000000Z",
			ready: true,
			message: "",
			labels: { release: "r1" },
			serviceAccount: account,
			bound: [
				{
					secretId: "secret-key-staging",
					version: "1",
					variable: "SECRET_KEY",
				},
				{
					secretId: "redis-ca-staging",
					version: "2",
					path: "/secrets/ca.pem",
				},
			],
			plain: ["LOG_LEVEL", "EMPTY"],
		});
		expect(JSON.stringify(revision)).not.toContain("INFO-of-the-test");
	});

	it("[R-102] reads the newest version where none is named", () => {
		expect(
			needsOf({
				serviceAccount: account,
				containers: [
					{
						env: [
							{ name: "A", valueSource: { secretKeyRef: { secret: "a" } } },
						],
						volumeMounts: [{ name: "b", mountPath: "/b" }],
					},
				],
				volumes: [{ name: "b", secret: { secret: "b" } }],
			}),
		).toEqual({
			serviceAccount: account,
			bound: [
				{ secretId: "a", version: "latest", variable: "A" },
				{ secretId: "b", version: "latest", path: "/b/b" },
			],
		});
	});

	it("[R-102] says why it did not start", () => {
		const conditions = [
			{ type: "Ready", state: "CONDITION_FAILED", message: "it crashed" },
		];
		expect(revisionOf(rest({ conditions }))).toMatchObject({
			ready: false,
			message: "it crashed",
		});
		expect(revisionOf(rest({ conditions: [] }))).toMatchObject({
			ready: false,
			message: "",
		});
	});

	it("[R-102] is the same from the API and from a service's template", () => {
		const names = { latestCreatedRevision: path, latestReadyRevision: path };
		const { createTime: _, ...fromApi } = revisionOf(rest());
		expect(revisionOfTemplate(names, template)).toEqual({
			...fromApi,
			createTime: "",
		});
	});
});

describe("the difference between two revisions", () => {
	const changed = (change: Partial<RestRevision>) =>
		differencesBetween(revisionOf(rest()), revisionOf(rest(change)));
	const env = container().env;

	it("[R-102] is nothing where both do the same", () => {
		expect(
			changed({ name: `${service}/revisions/auth-00008-abc`, uid: "other" }),
		).toEqual([]);
		expect(
			changed({ containers: [container({ env: env.toReversed() })] }),
		).toEqual([]);
	});

	it("[R-102] names each variable, and shows no value", () => {
		const [level, empty, key] = env;
		expect(
			changed({
				containers: [
					container({
						env: [
							{ ...level, value: "DEBUG" },
							{ name: "NEW", value: "" },
							{
								...key,
								valueSource: {
									secretKeyRef: {
										secret: "secret-key-staging",
										version: "latest",
									},
								},
							},
						],
					}),
				],
			}),
		).toEqual([
			"variable LOG_LEVEL was changed",
			`variable ${empty?.name} was removed`,
			"variable SECRET_KEY: secret-key-staging version 1 -> latest",
			"variable NEW was added",
		]);
		expect(
			changed({
				containers: [
					container({
						env: [level, empty, { name: "SECRET_KEY", value: "x" }],
					}),
				],
			}),
		).toEqual([
			"variable SECRET_KEY: secret-key-staging version 1 -> a plain value",
		]);
	});

	it("[R-102] names each setting", () => {
		expect(
			changed({
				timeout: "60s",
				sessionAffinity: true,
				labels: { release: "r2" },
				volumes: [
					{
						name: "ca",
						secret: {
							secret: "redis-ca-staging",
							items: [{ path: "ca.pem", version: "3" }],
						},
					},
				],
				containers: [
					container({
						image: "auth@sha256:2",
						resources: { limits: { cpu: "2", memory: "512Mi" } },
						startupProbe: undefined,
					}),
				],
			}),
		).toEqual([
			"timeout was changed",
			"label release was changed",
			"image was changed",
			"startup probe was removed",
			"cpu was changed",
			"file /secrets/ca.pem: redis-ca-staging version 2 -> 3",
			"session affinity was added",
		]);
	});
});
