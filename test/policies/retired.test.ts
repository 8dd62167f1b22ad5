import { describe, expect, it } from "@jest/globals";
import { retiredInputs } from "../../plan/retention.ts";
import { plainStack } from "../fixtures/plain-stack.ts";
import { preview } from "../fixtures/preview.ts";
import { type Resource, UNKNOWN } from "../fixtures/resources.ts";
import { judgeStack } from "./engine.ts";
import { ignoring } from "./mutants/operations.ts";
import { versionOf } from "./mutants/ways/way.ts";

const stack = preview(plainStack("staging", 0), "settled");
const find = (name: RegExp): Resource => {
	const found = stack.find((each) => name.test(`${each.type}::${each.name}`));
	if (found === undefined) {
		throw new Error(`the stack has no ${name}`);
	}
	return found;
};
/** What the cloud says of what exists. */
const said = {
	createTime: "2026-11-02T10:00:00Z",
	etag: "BwX",
	uniqueId: "1092",
};
const old = (
	resource: Resource,
	properties: Resource["properties"] = {},
): Resource => ({
	...resource,
	name: `old-${resource.name}`,
	protect: false,
	properties: { ...resource.properties, ...said, ...properties },
	propertyDependencies: {},
});

const secret = "projects/netra-staging/secrets/old-key-staging";
const version = stack.find(versionOf("secret-key-staging")(stack)) as Resource;
/** A secret that left the contract, a grant of it, and an account whose service is gone. */
const left = [
	old(find(/Secret::secret-key/), { secretId: "old-key-staging" }),
	old(version, { secret }),
	old(find(/SecretIamMember::secret-key-read-by-auth/), { secretId: secret }),
	old(find(/Account::/), { accountId: "netra-gone" }),
];
const marked = left.map((resource) => ({
	...resource,
	ignoreChanges: retiredInputs[resource.type] as string[],
}));
const rules = async (resources: readonly Resource[]) => [
	...new Set((await judgeStack(resources)).map(({ rule }) => rule)),
];

describe("what left the contract and stays", () => {
	it("[R-101] is not judged where its inputs stay as the state has them", async () => {
		expect(await rules([...stack, ...marked])).toEqual([]);
	});

	it("[R-032] is judged otherwise", async () => {
		expect(await rules([...stack, ...left])).toEqual(
			expect.arrayContaining(["accessor-granted", "no-orphan-secret"]),
		);
	});

	it("[R-032] is nothing that is only about to be created", async () => {
		const { project } = stack[0] as Resource;
		const fresh = [
			[
				find(/SecretIamMember::secret-key-read-by-auth/),
				{ member: "serviceAccount:netra-frontend@x.iam.gserviceaccount.com" },
			],
			[
				find(/IAMMember::/),
				{
					role: "roles/editor",
					member: `serviceAccount:netra-auth@${project}.iam.gserviceaccount.com`,
				},
			],
			[version, {}],
		] as const;
		for (const [resource, properties] of fresh) {
			const planned = {
				...old(resource, {
					...properties,
					createTime: UNKNOWN,
					etag: UNKNOWN,
				}),
				ignoreChanges: retiredInputs[resource.type] as string[],
			};
			const judged = await judgeStack([...stack, planned], { dryRun: true });
			expect(judged.filter(({ mandatory }) => mandatory)).not.toEqual([]);
		}
	});

	it("[R-032] is nothing that a judged resource is made from", async () => {
		const generator = find(/RandomPassword::database-user-a|RandomPassword::/);
		for (const match of [
			({ name, type }: Resource) =>
				type === generator.type && name === generator.name,
			({ type }: Resource) => type.endsWith(":Account"),
		]) {
			const [resource] = stack.filter(match);
			const changed = ignoring(
				match,
				...(retiredInputs[resource?.type ?? ""] ?? []),
			)(stack);
			expect(await rules(changed)).toContain("ignored-changes");
		}
	});

	it("[R-032] is nothing that a service needs", async () => {
		const mark = (type: string) => [...(retiredInputs[type] ?? [])];
		for (const match of [
			versionOf("secret-key-staging")(stack),
			versionOf("database-url-staging")(stack),
			({ name, type }: Resource) =>
				type.endsWith(":SecretIamMember") && name === "secret-key-read-by-auth",
		]) {
			const [resource] = stack.filter(match);
			const changed = ignoring(match, ...mark(resource?.type ?? ""))(stack);
			expect(await rules(changed)).not.toEqual([]);
		}
	});
});
