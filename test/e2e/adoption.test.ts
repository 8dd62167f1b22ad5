import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { lastSegment } from "../../plan/revision-name.ts";
import { adopted, makeExistingProject } from "../fixtures/existing-project.ts";
import { codeBlock } from "../fixtures/guide.ts";
import { takeBack } from "../in-process/exchange.ts";
import { succeeded } from "../in-process/in-process.ts";
import { jsonOf, outputOf } from "./checkout.ts";
import { servingRevisions } from "./cloud.ts";
import { sharedStaging } from "./shared-staging.ts";

const project = "netra-staging";
/** Takes the stack over from the real engine, which imports what there is: from then on nothing depends on the engine. */
const { checkout, stack } = sharedStaging();

type Entry = {
	properties: Record<string, unknown>;
	hidden: Record<string, unknown>;
};
type Entries = Record<string, Entry>;

/** Everything in the cloud, as `<type> <id>`. */
function cloud(): Entries {
	const file = join(checkout.stateFolder, `cloud/${project}.json`);
	const types: [string, Entries][] = Object.entries(
		JSON.parse(readFileSync(file, "utf8")).resources,
	);
	return Object.fromEntries(
		types.flatMap(([type, entries]) =>
			Object.entries(entries).map(([id, entry]) => [
				`${type.slice(type.lastIndexOf(":") + 1)} ${id}`,
				entry,
			]),
		),
	);
}

/** What the API made up when a resource was created, and would make up anew for another one. */
const identity = ({ properties }: Entry) =>
	Object.fromEntries(
		[
			"name",
			"createTime",
			"creationTimestamp",
			"uid",
			"uniqueId",
			"uri",
			"networkId",
			"subnetworkId",
			"connectionName",
			"privateIpAddress",
			"serverCaCerts",
			"host",
			"authString",
		].map((key) => [key, properties[key]]),
	);

const select = <T>(
	entries: Entries,
	pattern: RegExp,
	read: (entry: Entry) => T,
) =>
	Object.fromEntries(
		Object.entries(entries)
			.filter(([key]) => pattern.test(key))
			.map(([key, entry]) => [key, read(entry)]),
	);

async function pulumi(...args: string[]): Promise<string> {
	const { code, output } = await checkout.pulumi(...args);
	expect({ args, code, output }).toEqual({ args, code: 0, output });
	return output;
}

let before: Entries;
let serving: string[];

beforeAll(async () => {
	await makeExistingProject(checkout.stateFolder);
	before = cloud();
	serving = Object.values(servingRevisions(checkout, project));
	const kept = [
		...Object.entries(adopted).map(([id, version]) => [
			`adopted["${id}"]`,
			version,
		]),
		...serving.map((revision, index) => [
			`adoptedRevisions[${index}]`,
			revision,
		]),
	];
	for (const [path, value] of kept) {
		stack.set(String(path), value);
	}
	// The guide sets one after the other; the engine takes a second for each command.
	await pulumi(
		"config",
		"set-all",
		"--path",
		...kept.map(([path, value]) => `--plaintext=${path}=${value}`),
		"-s",
		"staging",
	);
	const file = readFileSync(
		join(checkout.folder, "Pulumi.staging.yaml"),
		"utf8",
	);
	for (const [id, version] of Object.entries(adopted)) {
		expect(file).toMatch(new RegExp(`^ {4}${id}: ${version}$`, "m"));
	}
	for (const revision of serving) {
		expect(file).toMatch(new RegExp(`^ {4}- ${revision}$`, "m"));
	}
});

describe("a project that exists already", () => {
	it("is imported without any change in the cloud", async () => {
		writeFileSync(
			join(checkout.folder, "ids.json"),
			codeBlock("adopt-a-project.md", "json"),
		);
		const plan = await pulumi("preview", "-s", "staging", "--json");
		writeFileSync(join(checkout.folder, "plan.json"), jsonOf(plan));
		const output = outputOf(
			await checkout.run(
				"tools/with-toolchain",
				"node",
				"tools/adopt.ts",
				"plan.json",
				"ids.json",
			),
		);
		writeFileSync(join(checkout.folder, "imports.json"), output);
		await pulumi(
			"import",
			"-s",
			"staging",
			"--file",
			"imports.json",
			"--generate-code=false",
			"--protect=false",
			"--yes",
		);
		expect(cloud()).toEqual(before);
	});

	it("is then created into and updated, and nothing of it replaced or deleted", async () => {
		await takeBack(stack, checkout);
		const { steps, changes } = await succeeded(stack.preview());
		expect([...new Set(steps.map(({ op }) => op))].sort()).toEqual([
			"create",
			"same",
			"update",
		]);
		expect(changes.update).toEqual([
			"Account auth",
			"Account backend",
			"DatabaseInstance database-instance",
			"Instance redis-instance",
			"Secret database-url",
			"Secret postgres-password",
			"Secret redis-url",
			"Service auth",
			"Service backend",
		]);
	});

	it("[R-001] is taken over by one update, with logins of this project's beside its own", async () => {
		await succeeded(stack.up());
		const after = cloud();
		expect(Object.keys(after)).toEqual(
			expect.arrayContaining(Object.keys(before)),
		);
		expect(
			Object.keys(after)
				.filter((key) => key.startsWith("User "))
				.sort(),
		).toEqual([
			"User netra_a//company-postgres",
			"User netra_b//company-postgres",
			"User postgres//company-postgres",
		]);
		expect(
			after[
				"SecretVersion projects/506077803158/secrets/database-url-staging/versions/3"
			]?.properties.secretData,
		).toContain("netra_a:");
		for (const revision of Object.values(servingRevisions(checkout, project))) {
			expect(revision).toMatch(
				/^netra-(auth-staging-e0|backend-staging-e0|frontend-staging)-[0-9a-f]{8}-1$/,
			);
		}
	});

	it("keeps every resource, every login, every version of a secret and every revision that it had", () => {
		const after = cloud();
		const had = (entries: Entries) =>
			Object.fromEntries(
				Object.keys(before).map((key) => [key, entries[key] as Entry]),
			);
		const all = /./;
		expect(select(had(after), all, identity)).toEqual(
			select(before, all, identity),
		);
		const untouched =
			/^(User|SecretVersion|Database|Network|Subnetwork|GlobalAddress|Connection) |^Secret .*(jwt-secret|secret-key|service-secret|fernet-key|openai-api-key)/;
		expect(select(had(after), untouched, (entry) => entry)).toEqual(
			select(before, untouched, (entry) => entry),
		);
		for (const [key, { hidden }] of Object.entries(before).filter(([each]) =>
			each.startsWith("Service "),
		)) {
			expect(after[key]?.hidden.revisions).toMatchObject(
				hidden.revisions as object,
			);
		}
	});

	it("binds the versions of the keys that had to stay", () => {
		const [service] = Object.values(
			select(
				cloud(),
				/^Service .*auth/,
				({ properties }) => properties.template,
			),
		);
		const { containers } = service as {
			containers: {
				envs: {
					name: string;
					valueSource?: { secretKeyRef: { secret: string; version: string } };
				}[];
			}[];
		};
		const bound = new Map(
			containers[0]?.envs.flatMap(({ valueSource }) =>
				valueSource
					? [
							[
								lastSegment(valueSource.secretKeyRef.secret),
								valueSource.secretKeyRef.version,
							],
						]
					: [],
			),
		);
		for (const [id, version] of Object.entries(adopted)) {
			expect([id, bound.get(`${id}-staging`)]).toEqual([id, String(version)]);
		}
	});

	it("has nothing left to change, also without the list of its old revisions", async () => {
		expect((await succeeded(stack.up())).changes).toEqual({});
		stack.unset("adoptedRevisions");
		expect((await succeeded(stack.up())).changes).toEqual({});
	});

	it("[R-002] rotates like any other", async () => {
		stack.set("rotationEpoch", 1);
		await succeeded(stack.up());
		expect(servingRevisions(checkout, project)["netra-auth-staging"]).toContain(
			"-e1-",
		);
	});
});
