import { describe, expect, it } from "@jest/globals";
import { Service } from "@pulumi/gcp/cloudrunv2/service.js";
import * as pulumi from "@pulumi/pulumi";
import {
	type CallersArgs,
	callerSettings,
	withCallers,
} from "../../components/callers.ts";

const hosts = ["auth.example.org", "login.example.org"];
const by = (way: "switch" | "grant") =>
	({ who: "everybody", by: way }) as const;
const some = { who: "services", services: ["backend", "frontend"] } as const;
const identities = new Map(
	some.services.map((service) => [
		service as string,
		{ member: pulumi.output(`serviceAccount:${service}@example.org`) },
	]),
);

describe("what a service says of its callers", () => {
	it("[R-112] is the switch, written out in both positions", () => {
		expect(callerSettings(by("switch"), hosts)).toEqual({
			invokerIamDisabled: true,
		});
		expect(callerSettings(by("grant"), hosts)).toEqual({
			invokerIamDisabled: false,
		});
	});

	it("[R-112] is the addresses that tokens are made for, where callers need one", () => {
		expect(
			callerSettings({ ...some, services: [...some.services] }, hosts),
		).toEqual({
			invokerIamDisabled: false,
			customAudiences: hosts.map((host) => `https://${host}`),
		});
	});
});

describe("the grants of a service's callers", () => {
	const registered: string[] = [];

	/** What is registered, in order; each waits for what it depends on. */
	async function order(
		callers: CallersArgs["callers"],
		exists: boolean,
	): Promise<string[]> {
		registered.length = 0;
		await pulumi.runtime.setMocks({
			call: () => ({}),
			newResource: ({ type, inputs, name }) => {
				registered.push(
					type.endsWith(":Service")
						? "the service"
						: `${name}: ${inputs.role} on ${inputs.name} for ${inputs.member}`,
				);
				return { id: name, state: inputs };
			},
		});
		withCallers(
			"auth",
			{
				serviceName: "netra-auth-staging",
				region: "us-central1",
				exists,
				callers,
				identities,
			},
			(dependsOn) =>
				new Service(
					"auth",
					{ location: "us-central1", template: {} },
					{ dependsOn },
				),
			{},
		);
		await pulumi.runtime.disconnect();
		return [...registered];
	}

	const everybody =
		"auth-callers: roles/run.invoker on netra-auth-staging for allUsers";
	const accounts = some.services.map(
		(service) =>
			`auth-caller-${service}: roles/run.invoker on netra-auth-staging for serviceAccount:${service}@example.org`,
	);

	it("[R-112] are none where Cloud Run asks nobody", async () => {
		expect(await order(by("switch"), true)).toEqual(["the service"]);
	});

	it("[R-112] come after a service that is new", async () => {
		expect(await order(by("grant"), false)).toEqual(["the service", everybody]);
		expect(
			await order({ ...some, services: [...some.services] }, false),
		).toEqual(["the service", ...accounts]);
	});

	it("[R-112] come before the change of one that exists, so that it is never closed", async () => {
		expect(await order(by("grant"), true)).toEqual([everybody, "the service"]);
		expect(
			await order({ ...some, services: [...some.services] }, true),
		).toEqual([...accounts, "the service"]);
	});
});
