/** Cloud Run: revisions and traffic, secrets at start, executions. */
import { describe, expect, it } from "@jest/globals";
import {
	blocksAt,
	type Properties,
	textAt,
	type Value,
} from "../../local/provider/values.ts";
import { type Recorded, StandIn } from "./harness.ts";

const SERVICE = "gcp:cloudrunv2/service:Service";
const JOB = "gcp:cloudrunv2/job:Job";
const SECRET = "gcp:secretmanager/secret:Secret";
const VERSION = "gcp:secretmanager/secretVersion:SecretVersion";
const MEMBER = "gcp:secretmanager/secretIamMember:SecretIamMember";
const ACCOUNT = "gcp:serviceaccount/account:Account";
const NUMBER = "755315209189";
const EMAIL = "netra-web@demo-1.iam.gserviceaccount.com";
const REVISIONS =
	"projects/demo-1/locations/us-central1/services/web/revisions";

const service = (
	image: string,
	template: Properties = {},
	more: Properties = {},
): Properties => ({
	name: "web",
	location: "us-central1",
	deletionProtection: false,
	template: { containers: [{ image }], ...template },
	...more,
});

const binding = (version: string): Value => [
	{
		image: "x",
		envs: [
			{
				name: "KEY",
				valueSource: { secretKeyRef: { secret: "key", version } },
			},
		],
	},
];
const bound = (version = "1"): Properties =>
	service("x", { serviceAccount: EMAIL, containers: binding(version) });

/** What the API says about a service: is it ready, which revisions, who serves. */
function seen({ outputs }: Recorded) {
	const [condition] = blocksAt(outputs, "terminalConditions");
	const short = (key: string) => textAt(outputs, key).split("/").at(-1);
	return {
		state: textAt(condition, "state"),
		created: short("latestCreatedRevision"),
		ready: short("latestReadyRevision"),
		serving: blocksAt(outputs, "trafficStatuses").map(
			(share) =>
				`${textAt(share, "revision") || "latest"} ${textAt(share, "percent")}`,
		),
	};
}

/** A stand-in with an account, a secret and, if wished, what lets the one read the other. */
async function withSecret(
	options: { version?: Properties; grant?: boolean } = {},
): Promise<StandIn> {
	const standIn = new StandIn();
	await standIn.create(ACCOUNT, "web", { accountId: "netra-web" });
	await standIn.create(SECRET, "key", {
		secretId: "key",
		replication: { auto: {} },
	});
	if (options.version !== undefined)
		await standIn.create(VERSION, "key", {
			secret: "projects/demo-1/secrets/key",
			secretData: "s3cret",
			...options.version,
		});
	if (options.grant)
		await standIn.create(MEMBER, "web", {
			secretId: "key",
			role: "roles/secretmanager.secretAccessor",
			member: `serviceAccount:${EMAIL}`,
		});
	return standIn;
}

/** Traffic to one revision alone. */
const pinned = (revision: string): Properties => ({
	traffics: [
		{
			type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
			revision,
			percent: 100,
		},
	],
});

describe("[R-101] a revision that is pinned", () => {
	/** A service with two revisions, of which the first binds version 1 of a secret and the second nothing. */
	async function withTwo(): Promise<{ standIn: StandIn; second: Recorded }> {
		const standIn = await withSecret({ version: {}, grant: true });
		const first = await standIn.create(SERVICE, "web", {
			...bound(),
			template: { ...(bound().template as Properties), revision: "web-one" },
		});
		const second = await standIn.update(first, later());
		return { standIn, second };
	}
	const later = (more: Properties = {}) =>
		service("y", { serviceAccount: EMAIL, revision: "web-two" }, more);

	it("serves where all is there that it binds", async () => {
		const { standIn, second } = await withTwo();
		expect(
			seen(await standIn.update(second, later(pinned("web-one")))),
		).toMatchObject({
			state: "CONDITION_SUCCEEDED",
			created: "web-two",
			serving: ["web-one 100"],
		});
	});

	it.each<[string, string, (standIn: StandIn) => void]>([
		[
			"secret is gone",
			`Secret projects/${NUMBER}/secrets/key/versions/1 was not found`,
			(standIn) =>
				standIn.cloud(({ resources }) => {
					resources[SECRET] = {};
					resources[VERSION] = {};
				}),
		],
		[
			"version is destroyed",
			`Secret Version [projects/${NUMBER}/secrets/key/versions/1] is in DESTROYED state.`,
			(standIn) =>
				standIn.cloud(({ resources }) => {
					for (const { hidden } of Object.values(resources[VERSION] ?? {})) {
						hidden.destroyed = true;
					}
				}),
		],
		[
			"version is disabled",
			`Secret Version [projects/${NUMBER}/secrets/key/versions/1] is in DISABLED state.`,
			(standIn) =>
				standIn.cloud(({ resources }) => {
					for (const { properties } of Object.values(
						resources[VERSION] ?? {},
					)) {
						properties.enabled = false;
					}
				}),
		],
		[
			"grant is gone",
			`Permission denied on secret: projects/${NUMBER}/secrets/key/versions/1 for Revision service account ${EMAIL}.`,
			(standIn) =>
				standIn.cloud(({ resources }) => {
					resources[MEMBER] = {};
				}),
		],
	])(
		"fails where its %s, and what served goes on",
		async (_, found, change) => {
			const { standIn, second } = await withTwo();
			change(standIn);
			const { reason, recorded } = await standIn.failingUpdate(
				second,
				later(pinned("web-one")),
			);
			expect(reason).toContain(
				"Revision 'web-one' is not ready and cannot serve traffic.",
			);
			expect(reason).toContain(found);
			expect(seen((await standIn.refresh(recorded)) as Recorded)).toMatchObject(
				{
					state: "CONDITION_FAILED",
					serving: ["latest 100"],
				},
			);
		},
	);

	it("fails without its account, although it binds nothing, and serves once the account is back", async () => {
		const { standIn, second } = await withTwo();
		const other = await standIn.create(ACCOUNT, "other", {
			accountId: "netra-other",
		});
		const serviceAccount = textAt(other.outputs, "email");
		const third = await standIn.update(
			second,
			service("z", { serviceAccount }),
		);
		const id = `projects/demo-1/serviceAccounts/${EMAIL}`;
		const account = standIn.cloud(({ resources }) => {
			const found = structuredClone(resources[ACCOUNT]?.[id]);
			delete resources[ACCOUNT]?.[id];
			return found;
		});
		const pin = service("z", { serviceAccount }, pinned("web-two"));
		const { reason, recorded } = await standIn.failingUpdate(third, pin);
		expect(reason).toContain(`Service account ${EMAIL} does not exist.`);
		standIn.cloud(({ resources }) => {
			Object.assign(resources[ACCOUNT] ?? {}, { [id]: account });
		});
		const again = { ...pin, labels: { again: "1" } };
		expect(seen(await standIn.update(recorded, again))).toMatchObject({
			state: "CONDITION_SUCCEEDED",
			serving: ["web-two 100"],
		});
	});

	it("is not started anew by a change that leaves the traffic as it is", async () => {
		const { standIn, second } = await withTwo();
		const serving = await standIn.update(second, later(pinned("web-one")));
		standIn.cloud(({ resources }) => {
			resources[MEMBER] = {};
		});
		expect(
			seen(
				await standIn.update(
					serving,
					later({ ...pinned("web-one"), labels: { a: "1" } }),
				),
			),
		).toMatchObject({ state: "CONDITION_SUCCEEDED" });
	});
});

describe("a service", () => {
	it("makes a revision for each new template, and none for other changes", async () => {
		const standIn = new StandIn();
		const first = await standIn.create(SERVICE, "web", service("a"));
		expect(seen(first).created).toMatch(/^web-00001-[a-z]{3}$/);
		const labelled = await standIn.update(
			first,
			service("a", {}, { labels: { a: "1" } }),
		);
		expect(seen(labelled)).toEqual(seen(first));
		expect(labelled.outputs.generation).toBe("2");
		const second = await standIn.update(
			labelled,
			service("b", {}, { labels: { a: "1" } }),
		);
		expect(seen(second).created).toMatch(/^web-00002-[a-z]{3}$/);
		expect(seen(second)).toMatchObject({
			state: "CONDITION_SUCCEEDED",
			ready: seen(second).created,
			serving: ["latest 100"],
		});
	});

	it("takes a revision's name from the template, once", async () => {
		const standIn = new StandIn();
		const first = await standIn.create(
			SERVICE,
			"web",
			service("a", { revision: "web-one" }),
		);
		const second = await standIn.update(
			first,
			service("b", { revision: "web-two" }),
		);
		const { reason } = await standIn.failingUpdate(
			second,
			service("c", { revision: "web-one" }),
		);
		expect(reason).toContain(
			"* googleapi: Error 409: Revision named 'web-one' with different configuration already exists., alreadyExists",
		);
		const back = await standIn.update(
			second,
			service("a", { revision: "web-one" }),
		);
		expect(seen(back)).toMatchObject({ created: "web-one", ready: "web-one" });
	});

	it.each(["other-one", "web-One", `web-${"x".repeat(60)}`])(
		"rejects the revision name %s",
		async (revision) => {
			await expect(
				new StandIn().create(SERVICE, "web", service("a", { revision })),
			).rejects.toThrow(
				`googleapi: Error 400: Invalid revision name '${revision}'`,
			);
		},
	);

	it.each([
		[
			"a variable that Cloud Run sets",
			{ envs: [{ name: "PORT", value: "1" }] },
			"The following reserved env names were provided: PORT.",
		],
		[
			"a variable that stands there twice",
			{
				envs: [
					{ name: "A", value: "1" },
					{ name: "A", value: "2" },
				],
			},
			"Duplicate environment variable name: A",
		],
		[
			"a mount without its volume",
			{ volumeMounts: [{ name: "ca", mountPath: "/ca" }] },
			"Volume mount refers to an unknown volume: ca",
		],
	])("rejects %s", async (_what, container, message) => {
		const inputs = service("a", { containers: [{ image: "a", ...container }] });
		await expect(new StandIn().create(SERVICE, "web", inputs)).rejects.toThrow(
			message,
		);
	});

	it("rejects an account that does not exist", async () => {
		await expect(new StandIn().create(SERVICE, "web", bound())).rejects.toThrow(
			`googleapi: Error 403: Permission 'iam.serviceaccounts.actAs' denied on service account ${EMAIL} (or it may not exist)., forbidden`,
		);
	});

	it.each([
		[
			"50 and 40",
			[{ percent: 50 }, { percent: 40 }],
			"Traffic percentages must sum to 100, got 90.",
		],
		[
			"a revision that does not exist",
			[
				{
					type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
					revision: "web-x",
					percent: 100,
				},
			],
			"Revision 'web-x' in the traffic targets was not found.",
		],
	])("rejects traffic to %s", async (_what, traffics, message) => {
		await expect(
			new StandIn().create(SERVICE, "web", service("a", {}, { traffics })),
		).rejects.toThrow(message);
	});

	it("sends traffic to a pinned revision, whatever is newest", async () => {
		const standIn = new StandIn();
		const first = await standIn.create(
			SERVICE,
			"web",
			service("a", { revision: "web-one" }),
		);
		const traffics = [
			{
				type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
				revision: "web-one",
				percent: 100,
			},
		];
		const pinned = await standIn.update(
			first,
			service("b", { revision: "web-two" }, { traffics }),
		);
		expect(seen(pinned)).toMatchObject({
			ready: "web-two",
			serving: ["web-one 100"],
		});
	});
});

describe("a revision that does not start", () => {
	const notReady = (name: string, why: string) =>
		`Revision '${name}' is not ready and cannot serve traffic. ${why}`;

	async function failedUpdate() {
		const standIn = new StandIn();
		const first = await standIn.create(
			SERVICE,
			"web",
			service("a", { revision: "web-one" }),
		);
		standIn.script({
			id: "broken",
			on: "revision",
			name: "web-two",
			message: "The container failed to start.",
		});
		const failed = await standIn.failingUpdate(
			first,
			service("b", { revision: "web-two" }),
		);
		return { standIn, first, ...failed };
	}

	it("fails the update and leaves the traffic where it was", async () => {
		const { standIn, reason, recorded } = await failedUpdate();
		expect(reason).toBe(
			`updating urn:pulumi:dev::toy::${SERVICE}::web: 1 error occurred:\n\t* Error waiting to update Service: Error waiting for Updating Service: Error code 9, message: ${notReady("web-two", "The container failed to start.")}\n\n`,
		);
		expect(seen((await standIn.refresh(recorded)) as Recorded)).toEqual({
			state: "CONDITION_FAILED",
			created: "web-two",
			ready: "web-one",
			serving: ["latest 100"],
		});
	});

	it("is recorded as done: the same update sends nothing, and a refresh shows no difference", async () => {
		const { standIn, recorded } = await failedUpdate();
		const same = service("b", { revision: "web-two" });
		expect(standIn.plan(recorded, same).changes).toBe(false);
		const before = standIn.cloud((world) => JSON.stringify(world));
		// Whatever asked the API would fail.
		standIn.script({ id: "any-request", on: "update" });
		await standIn.update(recorded, same);
		expect(standIn.cloud((world) => JSON.stringify(world))).toBe(before);
		const refreshed = (await standIn.refresh(recorded)) as Recorded;
		expect(standIn.plan(refreshed, same).changes).toBe(false);
	});

	it("is followed by one that starts", async () => {
		const { standIn, recorded } = await failedUpdate();
		const third = await standIn.update(
			recorded,
			service("b", { revision: "web-three" }),
		);
		expect(seen(third)).toEqual({
			state: "CONDITION_SUCCEEDED",
			created: "web-three",
			ready: "web-three",
			serving: ["latest 100"],
		});
	});

	it("is recorded on a first deployment too, without a revision that serves", async () => {
		const standIn = new StandIn();
		standIn.script({ id: "broken", on: "revision", type: SERVICE });
		const { reason, recorded } = await standIn.failingCreate(
			SERVICE,
			"web",
			service("a", { revision: "web-one" }),
		);
		expect(reason).toContain(
			`creating urn:pulumi:dev::toy::${SERVICE}::web: 1 error occurred:`,
		);
		expect(recorded.id).toBe(
			"projects/demo-1/locations/us-central1/services/web",
		);
		expect(seen(recorded)).toEqual({
			state: "CONDITION_FAILED",
			created: "web-one",
			ready: "",
			serving: [],
		});
		expect(
			standIn.plan(recorded, service("a", { revision: "web-one" })).changes,
		).toBe(false);
	});

	it("differs from a request that the API refused: that one a refresh shows", async () => {
		const standIn = new StandIn();
		const first = await standIn.create(SERVICE, "web", service("a"));
		standIn.script({ id: "refused", on: "update", times: 1 });
		const { recorded } = await standIn.failingUpdate(first, service("b"));
		expect(standIn.plan(recorded, service("b")).changes).toBe(false);
		const refreshed = (await standIn.refresh(recorded)) as Recorded;
		expect(standIn.plan(refreshed, service("b")).diffs).toEqual(["template"]);
	});
});

describe("a container that binds a secret starts only", () => {
	const version = `projects/${NUMBER}/secrets/key/versions/1`;
	const reference =
		"spec.template.spec.containers[0].env[0].value_from.secret_key_ref.name";
	const problems: [string, Parameters<typeof withSecret>[0], string][] = [
		[
			"if the version exists",
			{ grant: true },
			`${reference}: Secret ${version} was not found`,
		],
		[
			"if its account may read it",
			{ version: {} },
			`${reference}: Permission denied on secret: ${version} for Revision service account ${EMAIL}. The service account used must be granted the 'Secret Manager Secret Accessor' role (roles/secretmanager.secretAccessor) at the secret, project or higher level.`,
		],
		[
			"if the version is enabled",
			{ version: { enabled: false }, grant: true },
			`${reference}: Secret Version [${version}] is in DISABLED state.`,
		],
	];

	it.each(problems)("%s", async (_title, options, message) => {
		const standIn = await withSecret(options);
		const { reason, recorded } = await standIn.failingCreate(
			SERVICE,
			"web",
			bound(),
		);
		expect(reason).toContain(message);
		expect(reason).not.toContain("s3cret");
		expect(seen(recorded).state).toBe("CONDITION_FAILED");
	});

	it("and then does, by a grant on the secret or on the project", async () => {
		const granted = await withSecret({ version: {}, grant: true });
		expect(seen(await granted.create(SERVICE, "web", bound())).state).toBe(
			"CONDITION_SUCCEEDED",
		);
		const project = await withSecret({ version: {} });
		await project.create("gcp:projects/iAMMember:IAMMember", "all", {
			project: "demo-1",
			role: "roles/secretmanager.secretAccessor",
			member: `serviceAccount:${EMAIL}`,
		});
		expect(seen(await project.create(SERVICE, "web", bound())).state).toBe(
			"CONDITION_SUCCEEDED",
		);
	});

	it("also where the secret is a file", async () => {
		const standIn = await withSecret({ version: {} });
		const template = {
			serviceAccount: EMAIL,
			containers: [
				{ image: "x", volumeMounts: [{ name: "ca", mountPath: "/etc/ca" }] },
			],
			volumes: [
				{
					name: "ca",
					secret: { secret: "key", items: [{ version: "1", path: "ca.pem" }] },
				},
			],
		};
		const { reason } = await standIn.failingCreate(
			SERVICE,
			"web",
			service("x", template),
		);
		expect(reason).toContain(
			`spec.template.spec.volumes[0].secret.items: Permission denied on secret: ${version}`,
		);
	});

	it("and an execution of a job no sooner", async () => {
		const standIn = await withSecret({ version: {} });
		const inputs = job("one", {
			serviceAccount: EMAIL,
			containers: binding("1"),
		});
		const { reason } = await standIn.failingCreate(JOB, "check", inputs);
		expect(reason).toContain(
			`The execution 'check-one' failed. ${reference}: Permission denied on secret: ${version}`,
		);
	});
});

function job(
	token: string,
	template: Properties = { containers: [{ image: "x" }] },
): Properties {
	return {
		name: "check",
		location: "us-central1",
		deletionProtection: false,
		template: { template },
		...(token === "" ? {} : { runExecutionToken: token }),
	};
}

const executions = ({ outputs }: Recorded) => {
	const names = blocksAt(outputs, "latestCreatedExecutions").map((execution) =>
		textAt(execution, "name").split("/").at(-1),
	);
	return `${textAt(outputs, "executionCount")} ${names}`;
};

describe("a job", () => {
	it("is executed for each new token, and not without one", async () => {
		const standIn = new StandIn();
		const idle = await standIn.create(JOB, "check", job(""));
		expect(executions(idle)).toBe("0 ");
		const once = await standIn.update(idle, job("one"));
		expect(executions(once)).toBe("1 check-one");
		const changed = await standIn.update(
			once,
			job("one", { containers: [{ image: "y" }] }),
		);
		expect(executions(changed)).toBe("1 check-one");
		expect(executions(await standIn.update(changed, job("two")))).toBe(
			"2 check-two",
		);
	});

	it("rejects a token that makes the execution's name too long, or a name that was used", async () => {
		const standIn = new StandIn();
		await expect(
			standIn.create(JOB, "check", job("x".repeat(57))),
		).rejects.toThrow(
			"The job's name and the execution token must have fewer than 63 characters together",
		);
		const one = await standIn.create(JOB, "check", job("one"));
		const two = await standIn.update(one, job("two"));
		const { reason } = await standIn.failingUpdate(two, job("one"));
		expect(reason).toContain(
			"googleapi: Error 409: Execution named 'check-one' already exists., alreadyExists",
		);
	});

	it("loses its token by an execution on request, which leaves its condition alone", async () => {
		const standIn = new StandIn();
		const one = await standIn.create(JOB, "check", job("one"));
		standIn.script({ id: "hand", on: "execution", message: "exited with 1" });
		expect(await standIn.api.execute(one.id)).toMatch(
			/^The execution 'check-[0-9a-f]{6}' failed\. exited with 1$/,
		);
		standIn.script();
		expect(await standIn.api.execute(one.id)).toBeUndefined();
		const read = await standIn.refresh(one);
		expect(read?.outputs).toMatchObject({
			runExecutionToken: "",
			executionCount: 3,
			terminalConditions: [
				expect.objectContaining({ state: "CONDITION_SUCCEEDED" }),
			],
		});
		await expect(standIn.api.execute(`${one.id}s`)).rejects.toThrow(
			`Job [${one.id}s] not found.`,
		);
	});

	it("whose execution failed is recorded as done: the same update goes on, and a refresh shows no difference", async () => {
		const standIn = new StandIn();
		standIn.script({
			id: "login",
			on: "execution",
			name: "check-one",
			message: "Task check-one-0 exited with 1.",
		});
		const { reason, recorded } = await standIn.failingCreate(
			JOB,
			"check",
			job("one"),
		);
		expect(reason).toBe(
			`creating urn:pulumi:dev::toy::${JOB}::check: 1 error occurred:\n\t* Error waiting to create Job: Error waiting for Creating Job: Error code 9, message: The execution 'check-one' failed. Task check-one-0 exited with 1.\n\n`,
		);
		expect(standIn.plan(recorded, job("one")).changes).toBe(false);
		const refreshed = (await standIn.refresh(recorded)) as Recorded;
		expect(seen(refreshed).state).toBe("CONDITION_FAILED");
		expect(standIn.plan(refreshed, job("one")).changes).toBe(false);
		expect(seen(await standIn.update(refreshed, job("two"))).state).toBe(
			"CONDITION_SUCCEEDED",
		);
	});

	it("that somebody else executed has lost its token, so that a refreshed plan sends it again", async () => {
		const standIn = new StandIn();
		const once = await standIn.create(JOB, "check", job("one"));
		standIn.cloud(({ resources }) =>
			Object.assign(resources[JOB]?.[once.id]?.properties ?? {}, {
				runExecutionToken: "",
			}),
		);
		const refreshed = (await standIn.refresh(once)) as Recorded;
		expect(standIn.plan(refreshed, job("one")).detailed).toEqual({
			runExecutionToken: "add",
		});
	});
});

describe("looking a service up", () => {
	const ask = (standIn: StandIn, token: string, args: Properties) =>
		standIn.provider.invoke(`gcp:${token}`, args);
	const args = { name: "web", location: "us-central1" };

	it("shows its state, every block as a list", async () => {
		const standIn = await withSecret({ version: {}, grant: true });
		const { outputs } = await standIn.create(SERVICE, "web", bound());
		const found = await ask(standIn, "cloudrunv2/getService:getService", args);
		expect(found.latestReadyRevision).toBe(outputs.latestReadyRevision);
		expect(textAt(found, "latestReadyRevision")).toContain(
			`${REVISIONS}/web-00001-`,
		);
		expect(found.terminalConditions).toEqual(outputs.terminalConditions);
		const [template] = blocksAt(found, "templates");
		const [container] = blocksAt(template, "containers");
		expect(container?.envs).toEqual([
			{
				name: "KEY",
				value: "",
				valueSources: [{ secretKeyReves: [{ secret: "key", version: "1" }] }],
			},
		]);
	});

	it("gives a project's number, and an instance's connection name", async () => {
		const standIn = new StandIn();
		const project = await ask(
			standIn,
			"organizations/getProject:getProject",
			{},
		);
		expect(project).toMatchObject({ projectId: "demo-1", number: NUMBER });
		await standIn.create("gcp:sql/databaseInstance:DatabaseInstance", "pg", {
			name: "pg",
			databaseVersion: "POSTGRES_17",
			region: "us-central1",
			settings: { tier: "db-g1-small", edition: "ENTERPRISE" },
		});
		const instance = await ask(
			standIn,
			"sql/getDatabaseInstance:getDatabaseInstance",
			{ name: "pg" },
		);
		expect(instance.connectionName).toBe("demo-1:us-central1:pg");
		expect(blocksAt(instance, "settings")[0]?.tier).toBe("db-g1-small");
	});

	it.each([
		[
			"cloudrunv2/getService:getService",
			args,
			"projects/demo-1/locations/us-central1/services/web not found",
		],
		[
			"cloudrunv2/getJob:getJob",
			args,
			"projects/demo-1/locations/us-central1/jobs/web not found",
		],
		[
			"secretmanager/getSecret:getSecret",
			{ secretId: "x" },
			"projects/demo-1/secrets/x not found",
		],
	])(
		"says in one form what is not found: %s",
		async (token, given, message) => {
			await expect(ask(new StandIn(), token, given)).rejects.toThrow(
				`invoking gcp:${token}: 1 error occurred:\n\t* ${message}\n\n`,
			);
		},
	);

	it.each([
		[
			"an argument that there is not",
			"cloudrunv2/getService:getService",
			{ ...args, revision: "x" },
			"Invalid or unknown key: 'revision'",
		],
		[
			"a missing argument",
			"cloudrunv2/getService:getService",
			{},
			"Missing required property 'name'",
		],
		[
			"a data source that it does not know",
			"cloudrunv2/getWorkerPool:getWorkerPool",
			args,
			"the stand-in does not know the data source",
		],
		[
			"another project",
			"organizations/getProject:getProject",
			{ projectId: "other" },
			"the stand-in knows only demo-1",
		],
	])("is an error for %s", async (_what, token, given, message) => {
		await expect(ask(new StandIn(), token, given)).rejects.toThrow(message);
	});

	it("is another error than 'not found' where the API does not answer", async () => {
		const standIn = new StandIn();
		const message =
			"Error when reading or editing CloudRunV2 Service: googleapi: Error 403: Permission denied";
		standIn.script({
			id: "denied",
			on: "invoke",
			type: "*getService",
			message,
		});
		await expect(
			ask(standIn, "cloudrunv2/getService:getService", args),
		).rejects.toThrow(
			`invoking gcp:cloudrunv2/getService:getService: 1 error occurred:\n\t* ${message}\n\n`,
		);
	});
});
