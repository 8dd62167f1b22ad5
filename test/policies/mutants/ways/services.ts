/** Ways to break what runs: images, probes, accounts, order and the way to the network. */
import { UNKNOWN } from "../../../fixtures/resources.ts";
import {
	add,
	all,
	having,
	remove,
	set,
	setTemplate,
	type,
	workload,
} from "../operations.ts";
import {
	always,
	auth,
	authJob,
	authMember,
	backend,
	editFound,
	frontend,
	line,
	type Ways,
	waitsNotFor,
} from "./way.ts";

const image = (value: string | typeof UNKNOWN | undefined) =>
	setTemplate(auth, "containers.0.image", value);
const registry = "us-central1-docker.pkg.dev/netra-staging/apps";
const digest = `sha256:${"0f".repeat(32)}`;
const startup = "containers.0.startupProbe";
const live = "containers.0.livenessProbe";
const revision = (name: string) =>
	`projects/netra-staging/locations/us-central1/services/${auth}/revisions/${name}`;

const serviceMember = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember";
const openTo = (member: string) => ({
	name: auth,
	role: "roles/run.invoker",
	member,
});

export const services: Ways = {
	"image-digest": {
		"an image by tag": [line(image(`${registry}/auth:latest`), "service auth")],
		"an image that this preview does not know": [
			line(image(UNKNOWN), "service auth"),
		],
		"no image": [
			line(image(undefined), "service auth"),
			line(setTemplate(auth, "containers", []), "service auth"),
		],
		"an image of another project or registry": [
			line(
				image(
					`us-central1-docker.pkg.dev/netra-production/apps/auth@${digest}`,
				),
				"service auth",
				"netra-production",
			),
			line(image(`docker.io/library/python@${digest}`), "service auth"),
		],
	},
	"one-release": {
		"a template without the label, or with one that this preview does not know":
			[
				line(
					set(workload(auth), "template.labels", undefined),
					"service auth",
					"no label",
				),
				line(
					set(workload(authJob), "template.labels.release", UNKNOWN),
					"service auth",
					`job ${authJob}`,
					"does not know",
				),
			],
		"templates of different releases": [
			line(
				set(workload(frontend), "template.labels.release", "release-6"),
				"service frontend",
				"release release-6",
			),
		],
		"two digests of one image": [
			line(
				(resources) =>
					setTemplate(
						"netra-preflight-backend-staging",
						"containers.0.image",
						otherDigest(resources),
					)(resources),
				"service backend",
				"another digest",
			),
		],
	},
	probes: {
		"a probe that is absent, not HTTP, or that this preview does not know": [
			line(
				setTemplate(auth, startup, undefined),
				"service auth",
				"no startupProbe",
			),
			line(
				setTemplate(auth, live, undefined),
				"service auth",
				"no livenessProbe",
			),
			line(
				setTemplate(auth, startup, { tcpSocket: { port: 8080 } }),
				"service auth",
				"no startupProbe by HTTP",
			),
			line(
				setTemplate(auth, startup, UNKNOWN),
				"service auth",
				"does not know",
			),
		],
		"a probe of another path or port": [
			line(
				setTemplate(auth, `${live}.httpGet.path`, "/health/ready"),
				"service auth",
				"livenessProbe of another path",
			),
			line(
				setTemplate(auth, `${startup}.httpGet.port`, 9090),
				"service auth",
				"startupProbe of another port",
			),
		],
		"another container port": [
			line(
				setTemplate(auth, "containers.0.ports.containerPort", 8000),
				"service auth",
				"container port 8000",
			),
		],
		"health checks turned off": [
			line(setTemplate(auth, "healthCheckDisabled", true), "service auth"),
		],
	},
	"startup-budget": {
		"a budget below the contract's start time": [
			line(
				setTemplate(backend, `${startup}.failureThreshold`, 3),
				"service backend",
				"needed from 180 s",
			),
			line(
				setTemplate(backend, `${startup}.failureThreshold`, undefined),
				"service backend",
			),
		],
		"a budget above what Cloud Run grants": [
			line(
				setTemplate(backend, `${startup}.failureThreshold`, 1000),
				"service backend",
			),
		],
		"a timeout longer than the period": [
			line(
				setTemplate(backend, `${startup}.timeoutSeconds`, 60),
				"service backend",
				"timeout of 60 s",
			),
		],
		"a number that this preview does not know": [
			line(
				setTemplate(backend, `${startup}.periodSeconds`, UNKNOWN),
				"service backend",
				"does not know",
			),
		],
	},
	"start-order": {
		"a service without a preflight job": [
			line(remove(workload(authJob)), "service auth", authJob),
		],
		"a preflight job that nothing executes": [
			line(
				set(workload(authJob), "runExecutionToken", undefined),
				"service auth",
				"runExecutionToken",
			),
		],
		"a service that does not wait for its preflight job": [
			line(
				waitsNotFor(auth, workload(authJob)),
				"service auth",
				`wait for ${authJob}`,
			),
		],
		"a service or job that does not wait for a data store or login": [
			line(
				waitsNotFor(authJob, having("User", "name", "netra_b")),
				"service auth",
				"a User, first",
			),
			line(
				waitsNotFor(auth, type("gcp:redis/instance:Instance")),
				"service auth",
				"a Instance, first",
			),
		],
	},
	"network-path": {
		"no VPC access where the contract has it, or where a value leads to Redis or to a database's host":
			[line(setTemplate(backend, "vpcAccess", undefined), "service backend")],
		"no volume with Cloud SQL's sockets where PostgreSQL is reached by socket, or one that is not mounted":
			[
				line(
					setTemplate(backend, "volumes", []),
					"service backend",
					"Cloud SQL's sockets",
				),
				line(
					setTemplate(backend, "containers.0.volumeMounts", []),
					"service backend",
					"Cloud SQL's sockets",
				),
			],
		"the sockets of another instance than the values lead to": [
			line(
				setTemplate(backend, "volumes.0.cloudSqlInstance.instances", [
					"netra-staging:us-central1:other",
				]),
				"service backend",
				"not the sockets of",
				"each instance that its values lead to",
			),
		],
	},
	serving: {
		"a plan for the revision that was created last while another one is the latest that is ready":
			[
				{
					...line(
						editFound(always(workload(auth)), (each) => ({
							...each,
							properties: {
								...each.properties,
								latestReadyRevision: revision(`${auth}-e0-00000000-0`),
							},
						})),
						"service auth",
						"never became ready",
					),
					phases: ["settled"],
				},
			],
	},
	ingress: {
		"another ingress, none (which means all), or one that this preview does not know":
			[
				line(
					set(workload(auth), "ingress", "INGRESS_TRAFFIC_ALL"),
					"service auth",
				),
				line(set(workload(auth), "ingress", undefined), "service auth"),
				line(set(workload(auth), "ingress", UNKNOWN), "service auth"),
			],
		"a job that everybody may run": [
			line(
				add("gcp:cloudrunv2/jobIamMember:JobIamMember", "anybody-runs", {
					name: authJob,
					role: "roles/run.invoker",
					member: "allUsers",
				}),
				"resource anybody-runs",
			),
		],
	},
	callers: {
		"a public service whose callers Cloud Run checks although the contract opens it by the switch":
			[
				line(
					set(workload(auth), "invokerIamDisabled", false),
					"service auth",
					"nobody may call it",
				),
				line(
					set(workload(auth), "invokerIamDisabled", undefined),
					"service auth",
				),
				line(
					all(
						set(workload(auth), "invokerIamDisabled", false),
						add(serviceMember, "auth-everyone", openTo("allUsers")),
					),
					"service auth",
					"invokerIamDisabled: true",
				),
			],
		"a switch that this preview does not know": [
			line(
				set(workload(auth), "invokerIamDisabled", UNKNOWN),
				"service auth",
				"does not know",
			),
		],
		"a grant to call all services and run all jobs of the project, to anybody":
			[
				line(
					add("gcp:projects/iAMMember:IAMMember", "calls-all", {
						project: "netra-staging",
						role: "roles/run.invoker",
						member: "allAuthenticatedUsers",
					}),
					"resource calls-all",
				),
			],
	},
	"opened-once": {
		"a service that is open by the switch and by a grant": [
			line(
				add(serviceMember, "auth-everyone", openTo("allUsers")),
				"service auth",
				"auth-everyone",
			),
		],
	},
	"service-account-own": {
		"no account, which means the project's default one": [
			line(setTemplate(auth, "serviceAccount", undefined), "service auth"),
		],
		"another service's account, or one that this preview does not know": [
			line(
				setTemplate(
					auth,
					"serviceAccount",
					"netra-backend@netra-staging.iam.gserviceaccount.com",
				),
				"service auth",
			),
			line(setTemplate(auth, "serviceAccount", UNKNOWN), "service auth"),
		],
		"a role of the contract that is not granted, or only under a condition": [
			line(
				remove(
					(each) =>
						type("IAMMember")(each) &&
						each.properties.member === authMember &&
						each.properties.role === "roles/logging.logWriter",
				),
				"service auth",
				"roles/logging.logWriter",
			),
			line(
				set(type("IAMMember"), "condition", { expression: "false" }),
				"service auth",
				"roles/logging.logWriter",
			),
		],
		"no roles/cloudsql.client while a value leads to a database's socket": [
			line(
				remove(
					(each) =>
						type("IAMMember")(each) &&
						each.properties.member === authMember &&
						each.properties.role === "roles/cloudsql.client",
				),
				"service auth",
				"roles/cloudsql.client",
			),
			line(
				set(type("IAMMember"), "condition", { expression: "false" }),
				"service auth",
				"roles/cloudsql.client",
			),
		],
		"a role that the service does not need": [
			line(
				add("gcp:projects/iAMMember:IAMMember", "too-much", {
					project: "netra-staging",
					role: "roles/editor",
					member: authMember,
				}),
				"service auth",
				"roles/editor",
			),
		],
	},
};

/** The image of another job, with another digest. */
function otherDigest(resources: Parameters<ReturnType<typeof remove>>[0]) {
	const job = resources.find(workload(authJob));
	const text = JSON.stringify(job?.properties.template);
	const found = /"image":"([^@"]+)@/.exec(text)?.[1];
	return `${found}@${digest}`;
}
