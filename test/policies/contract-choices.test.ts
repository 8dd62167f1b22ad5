/** Rules whose verdict follows what the contract chooses: how services are opened, where secrets are kept, what comes from others. */
import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../contract/environments.ts";
import { platform } from "../../contract/platform.ts";
import { type Platform, parsePlatform } from "../../contract/schema.ts";
import { plainStack } from "../fixtures/plain-stack.ts";
import { preview } from "../fixtures/preview.ts";
import { UNKNOWN, type Value } from "../fixtures/resources.ts";
import { withChecklistsOf } from "./checklists.ts";
import {
	agreeing,
	type Diagnostic,
	judgeResource,
	judgeStack,
} from "./engine.ts";
import {
	add,
	addVariable,
	all,
	type Change,
	editVariable,
	set,
	setTemplate,
	type,
	workload,
} from "./mutants/operations.ts";

/** The shipped contract with one edit. */
function contract(edit: (copy: Platform) => void): Platform {
	const copy = structuredClone(platform);
	edit(copy);
	return parsePlatform(copy);
}

const staging = preview(plainStack("staging"), "settled");
const said = (diagnostics: readonly Diagnostic[]) =>
	diagnostics.map(({ message }) => message);

const auth = "netra-auth-staging";
const names = ["auth", "backend", "frontend"];
const account = (service: string) =>
	`serviceAccount:netra-${service}@netra-staging.iam.gserviceaccount.com`;
const switched = (to: boolean, ...services: string[]): Change =>
	all(
		...services.map((service) =>
			set(workload(`netra-${service}-staging`), "invokerIamDisabled", to),
		),
	);
const grant = (
	name: string,
	member: Value,
	{ on = auth as Value, role = "roles/run.invoker" } = {},
): Change =>
	add("gcp:cloudrunv2/serviceIamMember:ServiceIamMember", name, {
		name: on,
		role,
		member,
	});

describe("services that the contract opens by the grant", () => {
	const granting = contract(({ environments }) => {
		environments.staging.publicAccess = "grant";
	});
	const closed = switched(false, ...names);
	const opened = all(
		closed,
		...names.map((service) =>
			grant(`${service}-everyone`, "allUsers", {
				on: `netra-${service}-staging`,
			}),
		),
	);
	const judged = async (change: Change) =>
		said(await judgeStack(change(staging), agreeing(granting)));

	it.each<[string, Change]>([
		["are open by a member", opened],
		[
			"are open by a binding of the older API",
			all(
				opened,
				(resources) => resources.filter(({ name }) => name !== "auth-everyone"),
				add("gcp:cloudrun/iamBinding:IamBinding", "auth-everyone", {
					service: auth,
					role: "roles/run.invoker",
					members: ["allUsers"],
				}),
			),
		],
		[
			"are open by the role that only calls services, on the service's whole path",
			all(
				opened,
				(resources) => resources.filter(({ name }) => name !== "auth-everyone"),
				grant("auth-everyone", "allUsers", {
					on: `projects/netra-staging/locations/us-central1/services/${auth}`,
					role: "roles/run.servicesInvoker",
				}),
			),
		],
	])("[R-112] %s", async (_, change) => {
		expect(await judged(change)).toEqual([]);
	});

	const missing = (found: string) =>
		`[callers] service auth, environment staging: found ${found} for allUsers to call it; needed roles/run.invoker on ${auth} for allUsers; fix: grant it with gcp:cloudrunv2:ServiceIamMember`;
	const without = all(opened, (resources) =>
		resources.filter(({ name }) => name !== "auth-everyone"),
	);

	it.each<[string, string, Change]>([
		["nobody is granted the call", "no grant", without],
		[
			"whoever has an account of Google's is granted the call",
			"no grant",
			all(without, grant("accounts", "allAuthenticatedUsers")),
		],
		[
			"the grant holds under a condition",
			"no grant",
			all(
				opened,
				set(({ name }) => name === "auth-everyone", "condition", {
					expression: "false",
				}),
			),
		],
		[
			"a binding takes the grant away again",
			"a grant that auth-callers takes away again",
			all(
				opened,
				add(
					"gcp:cloudrunv2/serviceIamBinding:ServiceIamBinding",
					"auth-callers",
					{
						name: auth,
						role: "roles/run.invoker",
						members: [account("backend")],
					},
				),
			),
		],
		[
			"the switch is on instead",
			"no grant",
			all(without, switched(true, "auth")),
		],
	])("[R-112] are not where %s", async (_, found, change) => {
		expect(await judged(change)).toEqual([missing(found)]);
	});
});

describe("a service that is not public", () => {
	const closing = contract(({ services }) => {
		(services.auth as Platform["services"][string]).public = false;
	});
	const closed = all(
		switched(false, "auth"),
		grant("auth-backend", account("backend")),
		grant("auth-frontend", account("frontend")),
	);
	const judged = async (change: Change) =>
		said(
			await judgeStack(
				change(withChecklistsOf(closing)(staging)),
				agreeing(closing),
			),
		);

	it("[R-112] is called by the accounts of the services that name it as a sibling", async () => {
		expect(await judged(closed)).toEqual([]);
	});

	it("[R-112] may not be open by the switch", async () => {
		const expected =
			"[callers] service auth, environment staging: found invokerIamDisabled: true, so that everybody may call it; needed callers that Cloud Run checks: it is not public; fix: set invokerIamDisabled: true on a public service, and false on any other; or change publicAccess or public in contract/platform.ts";
		const broken = all(
			withChecklistsOf(closing),
			closed,
			switched(true, "auth"),
		)(staging);
		expect(said(await judgeStack(broken, agreeing(closing)))).toEqual([
			expected,
		]);
		// At an update, before it exists.
		const [service] = broken.filter(workload(auth));
		expect(
			said(
				await judgeResource(service as (typeof broken)[number], {
					...agreeing(closing),
				}),
			),
		).toEqual([expected]);
	});

	it.each<[string, Change]>([
		["to everybody", grant("anybody", "allUsers")],
		["to every account of Google's", grant("anybody", "allAuthenticatedUsers")],
		["to members that a preview does not know", grant("anybody", UNKNOWN)],
		[
			"of more than the call",
			grant("anybody", "allUsers", { role: "roles/run.admin" }),
		],
		[
			"on a service that a preview does not know",
			grant("anybody", "allUsers", { on: UNKNOWN }),
		],
		[
			"by the older API",
			add("gcp:cloudrun/iamMember:IamMember", "anybody", {
				service: auth,
				role: "roles/run.invoker",
				member: "allUsers",
			}),
		],
	])("[R-112] may not be open by a grant %s", async (_, change) => {
		expect(await judged(all(closed, change))).toEqual([
			"[callers] service auth, environment staging: found a grant to everybody, or to members that this preview does not know; needed members that are known: the service is not public; fix: remove anybody",
		]);
	});

	it("[R-112] may not be open to a service that does not call it", async () => {
		const alone = contract(({ services }) => {
			(services.auth as Platform["services"][string]).public = false;
			(services.frontend as Platform["services"][string]).siblings = [
				"backend",
			];
		});
		expect(
			said(
				await judgeStack(
					all(withChecklistsOf(alone), closed)(staging),
					agreeing(alone),
				),
			),
		).toEqual([
			"[callers] service auth, environment staging: found a grant to frontend, which does not name it as a sibling; needed the accounts of the services that call it; fix: remove auth-frontend, or add 'auth' to the siblings of frontend in contract/platform.ts",
		]);
	});

	it("[R-112] may not be closed to a service that calls it", async () => {
		const change = all(closed, (resources) =>
			resources.filter(({ name }) => name !== "auth-frontend"),
		);
		expect(await judged(change)).toEqual([
			`[callers] service auth, environment staging: found no grant for ${account("frontend")} to call it; needed roles/run.invoker on ${auth} for ${account("frontend")}; fix: grant it with gcp:cloudrunv2:ServiceIamMember`,
		]);
	});
});

describe("secrets for which the contract names regions", () => {
	const regional = contract(({ environments, secrets }) => {
		environments.staging.secretReplication = {
			locations: ["us-central1", "us-east1"],
		};
		const hmac = secrets.find(({ id }) => id === "oauth-hmac-secret");
		Object.assign(hmac ?? {}, { replication: { staging: "automatic" } });
	});
	const isOther = (resource: Parameters<ReturnType<typeof type>>[0]) =>
		type("Secret")(resource) &&
		resource.properties.secretId !== "oauth-hmac-secret-staging";
	const kept = (...regions: string[]) =>
		set(isOther, "replication", {
			userManaged: { replicas: regions.map((location) => ({ location })) },
		});
	const judged = async (change: Change) =>
		said(await judgeStack(change(staging), agreeing(regional)));

	it("pass in those regions, in any order, and one apart where its own entry says so", async () => {
		expect(await judged(kept("us-central1", "us-east1"))).toEqual([]);
		expect(await judged(kept("us-east1", "us-central1"))).toEqual([]);
	});

	it.each<[string, string, string[]]>([
		["one region is missing", "the regions us-east1", ["us-east1"]],
		[
			"one is named twice",
			"the regions us-central1, us-east1, us-east1",
			["us-east1", "us-central1", "us-east1"],
		],
		[
			"one is another",
			"the regions europe-west1, us-central1",
			["us-central1", "europe-west1"],
		],
	])("do not pass where %s", async (_, found, regions) => {
		const messages = await judged(kept(...regions));
		expect(messages).toContain(
			`[secret-replication] secret secret-key-staging, environment staging: found ${found}; needed the regions us-central1, us-east1; fix: set the secret's replication, or secretReplication in contract/platform.ts`,
		);
		expect(messages).not.toContainEqual(expect.stringContaining("hmac"));
	});

	it("do not pass where replication is automatic", async () => {
		const messages = await judged((resources) => [...resources]);
		expect(messages).toContain(
			"[secret-replication] secret secret-key-staging, environment staging: found automatic; needed the regions us-central1, us-east1; fix: set the secret's replication, or secretReplication in contract/platform.ts",
		);
		expect(messages.length).toBe(staging.filter(isOther).length);
	});
});

describe("plain variables of the contract", () => {
	/** The stack and the contract with plain variables of auth's. */
	const judged = async (
		variables: Record<string, string>,
		notSecrets: Record<string, string> = {},
		found = variables,
	) => {
		const choosing = contract(({ services }) => {
			Object.assign(services.auth?.variables ?? {}, variables);
			Object.assign(services.auth ?? {}, { notSecrets });
		});
		const jobs = ["preflight", "verify"].map((kind) => `netra-${kind}-auth`);
		const change = all(
			...Object.entries(found).flatMap(([name, value]) =>
				[auth, ...jobs.map((job) => `${job}-staging`)].map((each) =>
					addVariable(each, { name, value }),
				),
			),
		);
		return said(
			await judgeStack(
				change(withChecklistsOf(choosing)(staging)),
				agreeing(choosing),
			),
		);
	};

	it("pass where a guess could take them for faults", async () => {
		expect(
			await judged({
				HOST: "0.0.0.0",
				N8N_LISTEN_ADDRESS: "0.0.0.0",
				server__host: "::",
				APP_TITLE: "Todo app",
				ACCESS_TOKEN_EXPIRE_MINUTES: "11520",
				OIDC_TOKEN_URI: "/oauth/token",
				AUTH_DISABLE_USERNAME_PASSWORD: "true",
				TRUSTED_RANGES: "10.0.0.0/8,0.0.0.0/0",
			}),
		).toEqual([]);
	});

	it("[R-063] pass with the reason why they are no secrets, and hold no secret of the stack even so", async () => {
		const key = { POSTHOG_KEY: "phc_0123456789" };
		const reason = { POSTHOG_KEY: "PostHog shows it to every browser" };
		expect(await judged(key, reason)).toEqual([]);
		const secret = staging.find(
			(each) =>
				type("SecretVersion")(each) &&
				typeof each.properties.secretData === "string" &&
				each.properties.secretData.length === 64,
		)?.properties.secretData as string;
		expect(await judged(key, reason, { POSTHOG_KEY: secret })).toContain(
			"[secret-not-plaintext] service auth, variable POSTHOG_KEY, environment staging: found the value of a secret of this stack; needed a binding to a version of the secret; fix: bind the variable by valueSource.secretKeyRef; one that is no secret needs its reason in notSecrets of contract/platform.ts",
		);
	});
});

describe("a plain variable with the URL of a foreign host", () => {
	/** Staging with the variable in auth, for a contract that declares the host. */
	const judged = async (value: string, declared = "storage.googleapis.com") => {
		const declaring = contract(({ services, foreignHosts }) => {
			foreignHosts[declared] = "uploads go to object storage";
			Object.assign(services.auth?.variables ?? {}, {
				UPLOADS: value,
				DECLARED: `https://${declared}`,
			});
		});
		const given = Object.entries({
			UPLOADS: value,
			DECLARED: `https://${declared}`,
		});
		const workloads = [auth, "netra-preflight-auth-staging"];
		const change = all(
			...given.flatMap(([name, text]) =>
				workloads.map((each) => addVariable(each, { name, value: text })),
			),
		);
		return said(
			await judgeStack(
				change(withChecklistsOf(declaring)(staging)),
				agreeing(declaring),
			),
		);
	};
	const served =
		"one of auth.staging.netrasystems.ai, api.staging.netrasystems.ai, app.staging.netrasystems.ai, staging.netrasystems.ai, or a host in foreignHosts";

	it.each([
		"https://storage.googleapis.com",
		"HTTPS://storage.googleapis.com/",
		"wss://storage.googleapis.com:8443/a,b?c=@d#e",
		"https://key@storage.googleapis.com/2",
		"https://app.staging.netrasystems.ai, https://storage.googleapis.com",
	])("[R-046] passes where the contract declares the host: %s", async (url) => {
		expect(await judged(url)).toEqual([]);
	});

	it.each([
		"https://storage.googleapis.com.elsewhere.org",
		"https://storage.googleapis.com@elsewhere.org",
		"https://xstorage.googleapis.com",
		"https://a.storage.googleapis.com",
		"https://googleapis.com",
		"https://elsewhere.org/storage.googleapis.com",
		"https://elsewhere.org#@storage.googleapis.com",
		"https://key@storage.googleapis.com,key@elsewhere.org/",
	])("[R-046] fails where it is another one: %s", async (url) => {
		expect(await judged(url)).toEqual([
			`[sibling-urls] service auth, variable UPLOADS, environment staging: found a URL of a foreign host that the contract does not declare; needed ${served}; fix: declare it in foreignHosts of contract/platform.ts with the reason, or take the URL of a service from the contract`,
		]);
	});

	it.each(["http", "ws"])(
		"[R-046] fails where it is not encrypted: %s",
		async (scheme) => {
			expect(await judged(`${scheme}://storage.googleapis.com`)).toEqual([
				"[sibling-urls] service auth, variable UPLOADS, environment staging: found a URL that is not encrypted; needed https or wss; fix: take the URL from the contract",
			]);
		},
	);

	it("[R-046] fails where programs would go to different hosts", async () => {
		expect(
			await judged("https://storage.googleapis.com\\@elsewhere.org"),
		).toEqual([
			`[sibling-urls] service auth, variable UPLOADS, environment staging: found a URL in which programs find different hosts; needed ${served}; fix: write the host without '\\', '%', line feeds and other signs that no host has`,
		]);
	});

	it("[R-046] fails where the contract takes a service's URL instead", async () => {
		const declaring = contract(({ services, foreignHosts }) => {
			foreignHosts["storage.googleapis.com"] = "uploads go to object storage";
			Object.assign(services.frontend?.variables ?? {}, {
				UPLOADS: "https://storage.googleapis.com",
			});
		});
		const change = editVariable("netra-backend-staging", "FRONTEND_URL", () => [
			{ name: "FRONTEND_URL", value: "https://storage.googleapis.com" },
		]);
		expect(
			said(await judgeStack(change(staging), agreeing(declaring))),
		).toContain(
			"[sibling-urls] service backend, variable FRONTEND_URL, environment staging: found another value; needed the plain value 'https://app.staging.netrasystems.ai'; fix: take the URL from the contract",
		);
	});
});

describe("a service whose image somebody else builds", () => {
	const repository = "docker.io/vendor/auth";
	const digest = `sha256:${"0f".repeat(32)}`;
	const foreign = contract(({ services }) => {
		const service = services.auth as Platform["services"][string];
		service.foreignImage = { repository, reason: "it is the vendor's" };
	});
	const runs = (name: string, image: string) =>
		setTemplate(name, "containers.0.image", image);
	const judged = async (change: Change, environment: Environment = "staging") =>
		said(
			await judgeStack(change(preview(plainStack(environment), "settled")), {
				...agreeing(foreign),
				stack: environment,
			}),
		);
	const wrong = (
		subject: string,
		image: string,
		where: string,
		environment = "staging",
	) =>
		`[image-digest] service ${subject}, environment ${environment}: found the image ${image}; needed an image by digest ${where}; fix: take the digest from releases/<environment>.json`;
	const fromThere =
		"from docker.io/vendor/auth, as the service's foreignImage says";
	const ours = "in the registry of netra-staging";
	const theirs = `${repository}@${digest}`;

	it("[R-050] passes with that image by digest, beside preflight's own", async () => {
		expect(await judged(runs(auth, theirs))).toEqual([]);
	});

	it.each([
		`docker.io/vendor/auth2@${digest}`,
		`docker.io/vendor/auth/more@${digest}`,
		`us-central1-docker.pkg.dev/netra-staging/netra/auth@${digest}`,
	])("[R-050] fails with another one: %s", async (image) => {
		expect(await judged(runs(auth, image))).toEqual([
			wrong("auth", image, fromThere),
		]);
		const local = "netra-auth-local";
		expect(await judged(runs(local, image), "local")).toEqual([
			wrong("auth", image, fromThere, "local"),
		]);
	});

	it("[R-050] fails with that image by tag", async () => {
		expect(await judged(runs(auth, `${repository}:2`))).toEqual([
			wrong(
				"auth",
				`${repository}:2, which is not pinned by digest`,
				fromThere,
			),
		]);
	});

	it("[R-050] fails where another service runs it, or preflight's job", async () => {
		const change = all(
			runs(auth, theirs),
			runs("netra-backend-staging", theirs),
			runs(
				"netra-preflight-auth-staging",
				`docker.io/vendor/preflight@${digest}`,
			),
		);
		expect(await judged(change)).toEqual([
			wrong(
				"auth, job netra-preflight-auth-staging",
				`docker.io/vendor/preflight@${digest}`,
				ours,
			),
			wrong("backend", theirs, ours),
		]);
	});

	it("[R-050] fails with two digests of that image", async () => {
		const both = contract(({ services }) => {
			for (const name of ["auth", "frontend"]) {
				const service = services[name] as Platform["services"][string];
				service.foreignImage = { repository, reason: "it is the vendor's" };
			}
		});
		const change = all(
			runs(auth, theirs),
			runs("netra-frontend-staging", theirs.replaceAll("0f", "f0")),
		);
		expect(
			said(await judgeStack(change(staging), agreeing(both))),
		).toContainEqual(
			expect.stringContaining(
				"found another digest of docker.io/vendor/auth than elsewhere in the stack",
			),
		);
	});
});
