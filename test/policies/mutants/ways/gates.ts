/** Ways to make a job that tries a service's configuration try something else, or nothing. */
import { checklistText } from "../../../fixtures/plain-stack/checklist.ts";
import {
	type Key,
	type Properties,
	UNKNOWN,
	type Value,
} from "../../../fixtures/resources.ts";
import {
	bound,
	type Change,
	editVariable,
	set,
	setTemplate,
	withValue,
	workload,
} from "../operations.ts";
import { authJob, line, type Ways } from "./way.ts";

const checklistVariable = "PREFLIGHT_CHECKLIST";
const text = checklistText("auth", "staging");
const frontendJob = "netra-preflight-frontend-staging";
const verifyJob = "netra-verify-auth-staging";
const main = "containers.0";

const change = (path: string, value: Value | undefined, ...says: string[]) =>
	line(
		setTemplate(authJob, path, value),
		"service auth",
		`job ${authJob}`,
		...says,
	);
const args = (...value: string[]) =>
	change(`${main}.args`, value, "'check auth staging --json'");
const checklist = (entries: Properties[], ...says: string[]) =>
	line(
		editVariable(authJob, checklistVariable, () =>
			entries.map((entry) => ({ ...entry, name: checklistVariable })),
		),
		"service auth",
		`job ${authJob}`,
		"the checklist that the contract makes for auth in staging",
		...says,
	);
/** The checklist with another value at a path; undefined takes it away. */
const changedAt = (path: string[], value?: Value) => {
	const list = JSON.parse(text) as Value;
	return checklist(
		[{ value: JSON.stringify(withValue(list, path, value)) }],
		`that says something else at ${path.join(".")}`,
	);
};
const ofJob = (path: string, value: Value | undefined, ...says: string[]) =>
	line(set(workload(authJob), path, value), "service auth", ...says);

/** The preflight job of auth, once more, as its verify job; the shipped stack has one already. */
const asVerify =
	(change: Change): Change =>
	(resources) => {
		const others = resources.filter((each) => !workload(verifyJob)(each));
		const copies = resources
			.filter(workload(authJob))
			.map((each) => ({ ...each, name: "verify-auth-again" }))
			.flatMap((each) => set(() => true, "name", verifyJob)([each]))
			.flatMap((each) =>
				set(() => true, "runExecutionToken", undefined)([each]),
			);
		return [
			...others,
			...change(
				setTemplate(verifyJob, `${main}.args`, ["verify", "auth", "staging"])(
					copies,
				),
			),
		];
	};
/** The job's token made from some of what it is made from. */
const tokenFrom =
	(some: (sources: string[]) => string[]): Change =>
	(resources) =>
		resources.map((each) =>
			workload(authJob)(each)
				? {
						...each,
						propertyDependencies: {
							...each.propertyDependencies,
							runExecutionToken: some(
								each.propertyDependencies.runExecutionToken ?? [],
							) as Key[],
						},
					}
				: each,
		);
const verify = (broken: Change, ...says: string[]) =>
	line(asVerify(broken), "service auth", `job ${verifyJob}`, ...says);

const volume = (source: Record<string, Value>, ...says: string[]) =>
	change("volumes", [{ name: "tools", ...source }], ...says);

export const gates: Ways = {
	"gate-genuine": {
		"a preflight or verify job with another image than preflight's, or one that this preview does not know":
			[
				change(
					`${main}.image`,
					`us-central1-docker.pkg.dev/netra-staging/apps/auth@sha256:${"a1".repeat(32)}`,
					"apps/auth",
				),
				change(
					`${main}.image`,
					`us-central1-docker.pkg.dev/netra-staging/preflight/true@sha256:${"a1".repeat(32)}`,
				),
				change(`${main}.image`, UNKNOWN, "does not know"),
				change(`${main}.image`, undefined),
				verify(
					setTemplate(verifyJob, `${main}.image`, "alpine"),
					"the image 'alpine'",
				),
			],
		"a preflight or verify job with a command of its own, or in another folder":
			[
				change(`${main}.commands`, ["true"], "command"),
				change(`${main}.commands`, ["node", "/app/preflight.mjs"], "command"),
				change(`${main}.commands`, UNKNOWN, "command"),
				change(`${main}.workingDir`, "/tmp", "folder"),
				verify(
					setTemplate(verifyJob, `${main}.commands`, ["sh", "-c", "exit 0"]),
					"command",
				),
			],
		"a preflight or verify job with other arguments than the check of its own service, or ones that this preview does not know":
			[
				args("check", "frontend", "staging"),
				args("check", "auth"),
				args("check", "auth", "local"),
				args("check", "frontend", "staging", "--json"),
				args("check", "--help"),
				args("--help"),
				args("verify", "auth", "staging", "--json"),
				args("serve", "auth"),
				args("check", "auth", "staging", "--budget-seconds", "0.1"),
				args("auth", "check"),
				args(),
				change(`${main}.args`, undefined, "no arguments"),
				change(`${main}.args`, UNKNOWN, "unknown arguments"),
				change(`${main}.args`, ["check", UNKNOWN], "unknown arguments"),
				line(
					setTemplate(frontendJob, `${main}.args`, [
						"check",
						"auth",
						"staging",
					]),
					"service frontend",
					"'check frontend staging --json'",
				),
				verify(
					setTemplate(verifyJob, `${main}.args`, ["check", "auth", "staging"]),
					"'verify auth staging --json'",
				),
			],
		"a preflight or verify job that brings another checklist than the contract's for its own service and environment, none, or one that this preview does not know":
			[
				checklist([], "no PREFLIGHT_CHECKLIST"),
				checklist(
					[{ value: text }, { value: text }],
					"2 times PREFLIGHT_CHECKLIST",
				),
				checklist([bound("", "service-id-staging", "1")], "from a secret"),
				checklist([{ value: UNKNOWN }], "that this preview does not know"),
				checklist([{ value: "{" }], "that is not JSON"),
				checklist([{ value: "3" }], "that says something else"),
				checklist(
					[{ value: checklistText("backend", "staging") }],
					"something else at service",
				),
				checklist(
					[{ value: checklistText("auth", "production") }],
					"something else at environment",
				),
				changedAt(["version"], 2),
				changedAt(["variables", "ENVIRONMENT"]),
				changedAt(["secrets", "DATABASE_URL"]),
				changedAt(["secrets", "SECRET_KEY"], "jwt-secret"),
				changedAt(["files", "/etc/netra/redis/ca.pem"]),
				changedAt(["sources", "database-url", "driver"], "libpq"),
				changedAt(["stores", "redis"]),
				changedAt(["forbidden", "9"], "MORE"),
				changedAt(["alternatives", "0", "1", "0"], "REDIS"),
				changedAt(["answers", "port"], 1),
				changedAt(["more"], {}),
				verify(
					editVariable(verifyJob, checklistVariable, () => []),
					"no PREFLIGHT_CHECKLIST",
				),
			],
		"several containers, or none that this preview knows": [
			change("containers", [], "no container"),
			change("containers", UNKNOWN, "no container"),
			change("containers.1", { image: "alpine" }, "2 containers"),
		],
		"no task, or no time": [
			ofJob("template.taskCount", 0, "taskCount of 0"),
			change("timeout", "0s", "timeout of '0s'"),
			change("timeout", "soon", "timeout"),
		],
		"a second try of a failed task": [
			change("maxRetries", 3, "maxRetries of '3'"),
			change("maxRetries", undefined, "which means 3"),
			change("maxRetries", UNKNOWN, "maxRetries"),
		],
		"a volume that could put another program into the container": [
			volume({ gcs: { bucket: "tools" } }, "'tools'"),
			volume({ emptyDir: { medium: "MEMORY" } }),
			volume({}),
		],
		"a gate whose token is not made from all that its template is made from": [
			line(
				tokenFrom(() => []),
				"service auth",
				`job ${authJob}`,
				"a token made from the whole template",
			),
			line(
				tokenFrom((sources) => sources.slice(1)),
				"service auth",
				"a runExecutionToken that does not follow",
			),
		],
		"a gate that counts as done once it has started, or a verify job that is executed with the update":
			[
				ofJob("startExecutionToken", "t-1", "startExecutionToken"),
				verify(
					set(workload(verifyJob), "runExecutionToken", "t-1"),
					"runExecutionToken",
				),
			],
	},
};
