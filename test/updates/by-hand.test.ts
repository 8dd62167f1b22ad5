/** What people do to services between two updates, and what the next update makes of it. */
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import type { Platform } from "../../contract/schema.ts";
import { CloudStore } from "../../local/cloud/store.ts";
import type { Entry } from "../../local/cloud/world.ts";
import type { Properties } from "../../local/provider/values.ts";
import type { InProcess, Run } from "../in-process/in-process.ts";
import { shippedStack } from "../in-process/shipped.ts";

type Service = "auth" | "backend" | "frontend";
type Revisions = Record<string, string>;

let stack: InProcess;
afterEach(() => stack.remove());

/** Stacks that were brought up once, by epoch: each test goes on with a copy. */
const bases = new Map<number, InProcess>();
afterAll(() => {
	for (const base of bases.values()) base.remove();
});

async function broughtUp(epoch: number): Promise<InProcess> {
	const base = bases.get(epoch) ?? shippedStack("staging");
	if (bases.has(epoch)) return base;
	bases.set(epoch, base);
	for (let each = 0; each <= epoch; each++) {
		base.set("rotationEpoch", each);
		expect(await base.up()).toMatchObject({ ok: true, messages: [] });
	}
	return base;
}

/** A live stack, and the revisions that serve it. */
async function deployed(epoch = 0): Promise<Revisions> {
	const { directory: from, state, config } = await broughtUp(epoch);
	const directory = mkdtempSync(join(tmpdir(), "netra-by-hand-"));
	cpSync(from, directory, { recursive: true });
	stack = shippedStack("staging", { directory, state, config });
	return servedBy(await stack.up());
}

const servedBy = (run: Run) => {
	expect(run.messages).toEqual([]);
	return run.outputs.revisions as Revisions;
};
const changesOf = ({ steps }: Run) => steps.filter(({ op }) => op !== "same");
const message = ({ messages }: Run) => messages.join("\n");

/** Changes a service in the cloud behind Pulumi's back. */
function change(service: Service, edit: (entry: Entry) => void): void {
	new CloudStore(stack.directory, "netra-staging", () => {}).update((world) => {
		const services = world.resources["gcp:cloudrunv2/service:Service"] ?? {};
		for (const [id, entry] of Object.entries(services)) {
			if (id.endsWith(`netra-${service}-staging`)) edit(entry);
		}
	});
}

/** Puts a revision in the place of the one that serves, as `gcloud run services update` does. */
function hotfix(
	service: Service,
	edit: (container: Properties) => void = () => {},
): string {
	const name = `netra-${service}-staging-00007-xyz`;
	change(service, ({ properties, hidden }) => {
		const template = properties.template as Properties;
		const [container] = template.containers as Properties[];
		edit(container as Properties);
		template.revision = name;
		(hidden.revisions as Record<string, unknown>)[name] = {
			template: structuredClone(template),
			createTime: "2027-01-01T00:00:00Z",
			state: "ready",
			message: "",
		};
		for (const key of ["latestCreatedRevision", "latestReadyRevision"]) {
			properties[key] = String(properties[key]).replace(/[^/]+$/, name);
		}
	});
	return name;
}

/** Sends a service's requests to a revision, as `gcloud run services update-traffic` does. */
function moveTraffic(service: Service, revision: string): void {
	change(service, ({ properties }) => {
		const target = {
			percent: 100,
			revision,
			tag: "",
			type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
		};
		properties.traffics = [target];
		properties.trafficStatuses = [{ ...target, uri: "" }];
	});
}

const variables = (container: Properties) => container.envs as Properties[];
const addVariable = (container: Properties) => {
	variables(container).push({ name: "DEBUG", value: "1", valueSource: null });
};
/** Binds what DATABASE_URL binds in another way. */
const rebind = (binding: Properties) => (container: Properties) => {
	const url = variables(container).find(({ name }) => name === "DATABASE_URL");
	Object.assign(url as Properties, binding);
};
const versionOf = (version: string) => ({
	valueSource: { secretKeyRef: { secret: "database-url-staging", version } },
});

/** The passwords of both logins, as the state has them. */
const passwords = () =>
	Object.fromEntries(
		[...stack.state.resources.values()]
			.filter(({ type }) => type === "gcp:sql/user:User")
			.map(({ outputs }) => [String(outputs.name), outputs.password]),
	);

describe("a revision that somebody made by hand", () => {
	it("[R-100] is replaced with a line where it changes nothing", async () => {
		await deployed();
		hotfix("auth");
		const run = await stack.up();
		expect(run.ok).toBe(true);
		expect(message(run)).toBe(
			"[serving] revision netra-auth-staging-00007-xyz, made by hand, serves netra-auth-staging and changes nothing; a revision of this project takes its place in this update",
		);
		expect(servedBy(await stack.up()).auth).toMatch(/-e0-[0-9a-f]{8}-2$/);
	});

	it("[R-100] with a change is neither replaced nor pinned without a word in the configuration", async () => {
		await deployed();
		const revision = hotfix("frontend", addVariable);
		for (const run of [await stack.preview(), await stack.up()]) {
			expect(run.ok).toBe(false);
			expect(changesOf(run)).toEqual([]);
			expect(message(run)).toContain(
				`${revision}, which serves netra-frontend-staging, was made by hand and changes`,
			);
			expect(message(run)).toContain("DEBUG");
		}
		stack.set("services", { frontend: { pinnedRevision: revision } });
		const pinned = await stack.up();
		expect(pinned.ok).toBe(true);
		expect(pinned.outputs.revisions).toMatchObject({
			frontend: revision,
			"frontend (ready)": expect.stringMatching(/-[0-9a-f]{8}-2$/),
		});
		stack.set("services", { frontend: { takeOver: [revision] } });
		const taken = await stack.up();
		expect(taken.ok).toBe(true);
		expect((taken.outputs.revisions as Revisions).frontend).toMatch(
			/-[0-9a-f]{8}-\d+$/,
		);
	});

	it("[R-100] stops no rotation while it binds the login that its template records", async () => {
		await deployed();
		const before = passwords();
		hotfix("auth");
		stack.set("rotationEpoch", 1);
		expect(await stack.up()).toMatchObject({ ok: true });
		expect(passwords().netra_a).toBe(before.netra_a);
	});

	it.each([
		["another version", versionOf("1")],
		["latest", versionOf("latest")],
		["a plain text", { value: "postgresql://…", valueSource: null }],
	])(
		"[R-100] that binds %s may use either login: no password changes, whatever adoptedRevisions says",
		async (_, binding) => {
			await deployed(1);
			const revision = hotfix("auth", rebind(binding));
			const before = passwords();
			stack.set("adoptedRevisions", [revision]);
			for (const epoch of [0, 2, 3]) {
				stack.set("rotationEpoch", epoch);
				const run = await stack.up();
				expect(run.ok).toBe(false);
				expect(message(run)).toContain(
					`[rotation] refused, nothing was changed in staging: service netra-auth-staging serves from revision ${revision}, which may use either login`,
				);
			}
			stack.set("rotationEpoch", 1);
			stack.unset("adoptedRevisions");
			stack.set("services", { auth: { takeOver: [revision] } });
			expect(await stack.up()).toMatchObject({ ok: true });
			stack.set("rotationEpoch", 2);
			expect(await stack.up()).toMatchObject({ ok: true });
			expect(passwords().netra_b).toBe(before.netra_b);
		},
	);
});

describe("requests that somebody moved by hand", () => {
	it("[R-100] are not said to be as they should, and are moved back only when they are taken over", async () => {
		const { auth: before = "" } = await deployed();
		hotfix("auth");
		const { auth: after } = (await stack.up()).outputs.revisions as Revisions;
		moveTraffic("auth", before);
		const refused = await stack.up();
		expect(refused.ok).toBe(false);
		expect(message(refused)).toContain(
			`the requests of netra-auth-staging go to ${before}, which somebody chose by hand`,
		);
		stack.set("services", { auth: { pinnedRevision: before } });
		expect(await stack.up()).toMatchObject({
			ok: true,
			outputs: { revisions: { auth: before, "auth (ready)": after } },
		});
		moveTraffic("auth", String(after));
		stack.set("services", {});
		expect((await stack.up()).ok).toBe(false);
		stack.set("services", { auth: { takeOver: [after] } });
		expect(await stack.up()).toMatchObject({
			ok: true,
			outputs: { revisions: { auth: after } },
		});
		stack.set("services", {});
		expect(servedBy(await stack.up()).auth).toBe(after);
	});
});

describe("a pin", () => {
	it.each<Service>(["auth", "backend", "frontend"])(
		"[R-070] is possible for %s, with or without a database",
		async (service) => {
			const before = await deployed();
			stack.set("services", {
				[service]: { pinnedRevision: before[service] },
			});
			const preview = await stack.preview();
			expect(preview).toMatchObject({ ok: true });
			expect(servedBy(await stack.up())).toEqual(before);
		},
	);

	it("[R-100] leaves a new release without requests, and the preview and the update say so", async () => {
		stack = shippedStack("staging", {}, () => ({ contract }));
		let contract: Platform = platform;
		const { auth: before = "" } = servedBy(await stack.up());
		stack.set("services", { auth: { pinnedRevision: before } });
		expect(servedBy(await stack.up()).auth).toBe(before);
		contract = structuredClone(platform);
		Object.assign(contract.services.auth ?? {}, { requestTimeoutSeconds: 77 });
		for (const run of [await stack.preview(), await stack.up()]) {
			expect(message(run)).toMatch(
				new RegExp(
					`^\\[serving\\] revision netra-auth-staging-e0-[0-9a-f]{8}-2 gets no requests, since the configuration pins ${before}; to end the pin: pulumi config rm --path services.auth.pinnedRevision -s staging && pulumi up -s staging$`,
				),
			);
		}
		expect(servedBy(await stack.up()).auth).toBe(before);
	});

	it("[R-100] of a hand-made revision that may use either login keeps both, before it serves", async () => {
		await deployed(1);
		const revision = hotfix("auth", rebind(versionOf("1")));
		stack.set("services", { auth: { takeOver: [revision] } });
		expect(await stack.up()).toMatchObject({ ok: true });
		const before = passwords();
		stack.set("services", { auth: { pinnedRevision: revision } });
		stack.set("slotRetry", { "0": 1 });
		const run = await stack.up();
		expect(message(run)).toContain(
			"this update would change the password of a",
		);
		stack.unset("slotRetry");
		expect((await stack.up()).ok).toBe(true);
		expect(passwords()).toEqual(before);
	});

	it("[R-070] to what does not exist is refused in the preview, with what can be pinned", async () => {
		const { auth } = await deployed();
		stack.set("services", { auth: { pinnedRevision: "netra-auth-staging-x" } });
		const run = await stack.preview();
		expect(run.ok).toBe(false);
		expect(message(run)).toContain(
			`service netra-auth-staging is pinned to revision netra-auth-staging-x, which does not exist; these can be pinned, the newest first: ${auth}`,
		);
	});

	it("[R-070] to what binds a destroyed version is refused in the preview", async () => {
		const { auth: before = "" } = await deployed(1);
		new CloudStore(stack.directory, "netra-staging", () => {}).update(
			(world) => {
				const versions =
					world.resources["gcp:secretmanager/secretVersion:SecretVersion"] ??
					{};
				for (const [id, version] of Object.entries(versions)) {
					if (id.includes("/database-url-staging/versions/2")) {
						version.hidden.destroyed = true;
					}
				}
			},
		);
		stack.set("services", { auth: { pinnedRevision: before } });
		const run = await stack.preview();
		expect(run.ok).toBe(false);
		expect(message(run)).toMatch(
			/is pinned to revision \S+, .*version 2 of database-url-staging is destroyed; these can be pinned, the newest first: netra-auth-staging-e0-/,
		);
	});
});
