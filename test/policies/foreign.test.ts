import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parsePlatform } from "../../contract/schema.ts";
import { draftOf } from "../../tools/key-draft.ts";
import { captured, writeCaptured } from "../fixtures/captured.ts";
import { votes } from "../fixtures/contracts/votes.ts";
import type { Resource } from "../fixtures/resources.ts";
import { foreignStack } from "../in-process/foreign.ts";
import { succeeded } from "../in-process/in-process.ts";
import { seenOf } from "../in-process/policies.ts";
import { judgeStack } from "./engine.ts";
import {
	dropEverywhere,
	edit,
	set,
	setTemplate,
} from "./mutants/operations.ts";

/** Votes, which takes its login a second time, as one text. */
const platform = parsePlatform({
	...votes,
	services: {
		web: {
			...(votes.services.web as (typeof votes.services)[string]),
			variables: {
				DSN: {
					from: "template",
					text: "user={database.user} password={database.password} host={database.host}",
				},
			},
		},
	},
});
const service = "votes-web-staging";
const stack = foreignStack(platform, "staging");
const file = join(stack.directory, "settled.json");
let sound: Resource[];
beforeAll(async () => {
	await succeeded(stack.up());
	const run = await succeeded(stack.preview());
	writeCaptured(file, seenOf(run, "votes-staging"));
	sound = captured(file);
});
afterAll(() => stack.remove());

const judged = (resources: readonly Resource[]) =>
	judgeStack(resources, { platform, secondKey: draftOf(platform) });
const said = async (resources: readonly Resource[]) =>
	(await judged(resources))
		.filter(({ mandatory }) => mandatory)
		.map(({ message }) => message)
		.join("\n");

const isDsn = ({ type: of, name }: Resource) =>
	of.endsWith(":SecretVersion") && name === "web-dsn";

describe("the stack of another platform", () => {
	it("[R-031] passes every rule", async () => {
		expect(await said(sound)).toBe("");
	});

	it("[R-001] is rejected where a composed value has another form than its template", async () => {
		const data = String(sound.find(isDsn)?.properties.secretData);
		for (const value of [
			data.replace("password=", "pass="),
			data.replace(" host=", ""),
			`${data} `.replace("user=", " user="),
		]) {
			expect(await said(set(isDsn, "secretData", value)(sound))).toContain(
				"[value-matches] service web, variable DSN, secret web-dsn-staging, environment staging: found a value that is not the template with its parts filled in",
			);
		}
	});

	it("[R-001] is rejected where a composed value is not made from one of its parts", async () => {
		const without = (part: string) =>
			edit(isDsn, (resource) => ({
				...resource,
				propertyDependencies: {
					secretData: (resource.propertyDependencies.secretData ?? []).filter(
						(key) => !key.includes(part),
					),
				},
			}))(sound);
		for (const part of [":User::", ":DatabaseInstance::"]) {
			expect(await said(without(part))).toContain(
				"[value-provenance] service web, variable DSN",
			);
		}
	});

	it("[R-002] is rejected where a composed value is made from the login whose turn it is not", async () => {
		const swapped = edit(isDsn, (resource) => ({
			...resource,
			propertyDependencies: {
				secretData: (resource.propertyDependencies.secretData ?? []).map(
					(key) => key.replace("user-a", "user-b") as typeof key,
				),
			},
		}))(sound);
		expect(await said(swapped)).toContain(
			"[rotation-slots] service web, variable DSN",
		);
	});

	it("[R-042] is rejected without each of its critical names", async () => {
		const names = Object.keys(draftOf(platform).services.web ?? {});
		expect(names).toHaveLength(5);
		for (const name of names) {
			expect(await said(dropEverywhere(name)(sound))).toMatch(
				new RegExp(`service web, variable ${name}, secret [a-z-]+-staging`),
			);
		}
	});

	it("[R-061] is rejected where its database's socket is not mounted", async () => {
		const unmounted = setTemplate(service, "volumes", [])(sound);
		expect(await said(unmounted)).toContain("[network-path] service web");
	});
});
