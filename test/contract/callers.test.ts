import { describe, expect, it } from "@jest/globals";
import { callersOf } from "../../contract/callers.ts";
import { platform } from "../../contract/platform.ts";
import type { Platform } from "../../contract/schema.ts";

describe("who may call a service", () => {
	it("is everybody, by Cloud Run's switch, unless the contract says otherwise", () => {
		expect(callersOf(platform, "auth", "staging")).toEqual({
			who: "everybody",
			by: "switch",
		});
	});

	it("is everybody by the grant, in the environment that asks for it", () => {
		const contract = structuredClone(platform);
		contract.environments.production.publicAccess = "grant";
		expect(callersOf(contract, "auth", "production")).toEqual({
			who: "everybody",
			by: "grant",
		});
		expect(callersOf(contract, "auth", "staging")).toEqual({
			who: "everybody",
			by: "switch",
		});
	});

	it("is the services that name it as a sibling, if it is not public", () => {
		const contract = structuredClone(platform);
		const auth = contract.services.auth as Platform["services"][string];
		auth.public = false;
		auth.siblings.push("auth");
		expect(callersOf(contract, "auth", "staging")).toEqual({
			who: "services",
			services: ["backend", "frontend"],
		});
	});
});
