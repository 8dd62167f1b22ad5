/** Edits of the contract on a live stack: what a revision can bind stays, and the revision before can serve again. */
import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { serviceContract } from "../../contract/bindings.ts";
import { platform } from "../../contract/platform.ts";
import type { Platform } from "../../contract/schema.ts";
import type { World } from "../../local/cloud/world.ts";
import { deleteSecret } from "../fixtures/delete-secret.ts";
import type { InProcess, Run } from "../in-process/in-process.ts";
import { type Deployed, shippedStack } from "../in-process/shipped.ts";
import { contract, removeService, rename, secretOf } from "../plan/stack.ts";

const bindable = [
	"gcp:secretmanager/secret:Secret",
	"gcp:secretmanager/secretVersion:SecretVersion",
	"gcp:secretmanager/secretIamMember:SecretIamMember",
	"gcp:serviceaccount/account:Account",
	"gcp:projects/iAMMember:IAMMember",
];

const world = ({ directory, stack }: InProcess): World =>
	JSON.parse(
		readFileSync(join(directory, `cloud/netra-${stack}.json`), "utf8"),
	);

/** What the cloud has that a revision can bind; a version only while it can be read. */
const kept = (stack: InProcess): string[] =>
	bindable.flatMap((type) =>
		Object.entries(world(stack).resources[type] ?? {})
			.filter(([, { hidden }]) => hidden.destroyed !== true)
			.map(([id]) => id),
	);
const authIn = (stack: InProcess) =>
	Object.values(
		world(stack).resources["gcp:cloudrunv2/service:Service"] ?? {},
	).find(({ properties }) => properties.name === "netra-auth-local")
		?.properties;
const revision = (stack: InProcess) =>
	String(authIn(stack)?.latestReadyRevision).split("/").at(-1);

const done = (run: Run): Run => {
	expect({ ok: run.ok, messages: run.ok ? [] : run.messages }).toEqual({
		ok: true,
		messages: [],
	});
	return run;
};

const first = shippedStack("local");
const open: InProcess[] = [first];
beforeAll(async () => {
	done(await first.up());
});
afterAll(() => {
	for (const stack of open) {
		stack.remove();
	}
});

/** A live stack of its own, and what to deploy next. */
function live(): { stack: InProcess; deploy: (next: Deployed) => void } {
	let current: Deployed = { contract: platform };
	const directory = mkdtempSync(join(tmpdir(), "netra-retention-"));
	cpSync(first.directory, directory, { recursive: true });
	const { state } = first;
	const stack = shippedStack("local", { directory, state }, () => current);
	open.push(stack);
	return {
		stack,
		deploy: (next) => {
			current = next;
		},
	};
}

/** Takes the binding of a secret from a service, and gives it to another one, since every secret has a reader. */
function moveBinding({ services }: Platform): void {
	delete services.auth?.secrets.OAUTH_HMAC_SECRET;
	Object.assign(services.backend?.secrets ?? {}, {
		OAUTH_HMAC_SECRET: "oauth-hmac-secret",
	});
}

describe("[R-101] on a stack whose data is not protected", () => {
	it.each<[string, (changed: Platform) => void]>([
		["renames a secret", rename("jwt-secret", "signing-key")],
		[
			"renames a secret whose value follows a resource",
			rename("database-url", "main-database-url"),
		],
		[
			"moves a binding, takes a role from a service and a secret out of the environment",
			(changed) => {
				moveBinding(changed);
				Object.assign(changed.services.auth ?? {}, {
					roles: ["roles/cloudsql.client"],
				});
				secretOf(changed, "e2e-oauth-simulation-key").environments = [
					"staging",
				];
			},
		],
		[
			"makes a generated secret a constant, and changes another's category",
			(changed) => {
				secretOf(changed, "oauth-hmac-secret").source = {
					from: "constant",
					value: "0123456789abcdef",
				};
				secretOf(changed, "jwt-secret").category = "oauth";
			},
		],
	])(
		"an update that %s keeps all that the revision before binds",
		async (_, change) => {
			const { stack, deploy } = live();
			const before = kept(stack);
			const old = revision(stack);
			deploy({ contract: contract(change) });
			const { steps } = done(await stack.up());
			expect(steps.filter(({ op }) => op === "delete")).toEqual([]);
			expect(kept(stack)).toEqual(expect.arrayContaining(before));

			stack.set("services", { auth: { pinnedRevision: old } });
			done(await stack.up());
			expect(authIn(stack)?.trafficStatuses).toMatchObject(
				revision(stack) === old ? [{ percent: 100 }] : [{ revision: old }],
			);
			expect(kept(stack)).toEqual(expect.arrayContaining(before));
		},
	);

	it("a service that is renamed leaves its account, roles and grants", async () => {
		const { stack, deploy } = live();
		const before = kept(stack);
		deploy({
			contract: contract((changed) => {
				changed.services.identity = serviceContract(changed, "auth");
				removeService(changed, "auth", "identity");
			}),
			release: (text) => text.replace('"auth"', '"identity"'),
		});
		done(await stack.up());
		expect(kept(stack)).toEqual(expect.arrayContaining(before));
	});

	it("the way back binds the same version, and leaves the new secret", async () => {
		const { stack, deploy } = live();
		const before = kept(stack);
		deploy({
			contract: contract(rename("jwt-secret", "signing-key", "jwt-secret")),
		});
		done(await stack.up());
		const both = kept(stack);
		deploy({ contract: platform });
		done(await stack.up());
		expect(both).toEqual(expect.arrayContaining(before));
		expect(kept(stack).toSorted()).toEqual(both.toSorted());
	});

	it("nothing stays behind a destroy", async () => {
		const { stack, deploy } = live();
		deploy({ contract: contract(rename("jwt-secret", "signing-key")) });
		done(await stack.up());
		await stack.destroy();
		expect(
			kept(stack).filter((id) => /jwt|signing|netra-auth/.test(id)),
		).toEqual([]);
	});

	it("what somebody deleted is forgotten by the next update, and not made anew", async () => {
		const { stack, deploy } = live();
		deploy({ contract: contract(rename("jwt-secret", "signing-key")) });
		done(await stack.up());
		const file = join(stack.directory, "cloud/netra-local.json");
		deleteSecret(stack.directory, "netra-local", "jwt-secret-local");
		expect(readFileSync(file, "utf8")).not.toContain("jwt-secret-local/");
		done(await stack.up());
		expect(kept(stack).filter((id) => id.includes("jwt-secret"))).toEqual([]);
		expect(
			[...stack.state.resources.keys()].filter((urn) =>
				urn.endsWith("::jwt-secret"),
			),
		).toEqual([]);
	});
});
