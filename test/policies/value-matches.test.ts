/** Values that are made from the right kind of resource, and from the wrong one. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { draftOf } from "../../tools/key-draft.ts";
import type { Resource } from "../fixtures/resources.ts";
import { foreignStack } from "../in-process/foreign.ts";
import { succeeded } from "../in-process/in-process.ts";
import { seenOf } from "../in-process/policies.ts";
import { contracts } from "../mutation/derivations/contracts.ts";
import { judgeStack } from "./engine.ts";
import { edit } from "./mutants/operations.ts";

const platform = contracts.caches();
const stack = foreignStack(platform, "staging", { policies: undefined });
afterAll(() => stack.remove());
let sound: Resource[];
beforeAll(async () => {
	sound = seenOf(await succeeded(stack.preview()), "shop-staging");
});

const said = async (resources: readonly Resource[]) =>
	(await judgeStack(resources, { platform, secondKey: draftOf(platform) }))
		.filter(({ mandatory }) => mandatory)
		.map(({ message }) => message);

describe("a platform with two caches", () => {
	it("[R-001] passes", async () => {
		expect(await said(sound)).toEqual([]);
	});

	it("[R-001] is rejected where a value of one is made from the other", async () => {
		const isQueueCa = ({ type, name }: Resource) =>
			type.endsWith(":SecretVersion") && name === "queue-ca";
		const change = edit(isQueueCa, (each) => ({
			...each,
			propertyDependencies: {
				...each.propertyDependencies,
				secretData: ["gcp:redis/instance:Instance::cache-instance"],
			},
		}));
		expect(await said(change(sound))).toContain(
			"[value-matches] secret queue-ca-staging, environment staging: found a value made from cache-instance, which values of 'cache' are made from; needed one made from the resources of 'queue' alone; fix: take the value from the resource's output, and make URLs with the builders of contract/connection-strings.ts",
		);
	});
});
