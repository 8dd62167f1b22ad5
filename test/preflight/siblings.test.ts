import { describe, expect, it } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import type { Platform } from "../../contract/schema.ts";
import { siblingChecks } from "../../preflight/checks/plan.ts";
import { checklistIn } from "./preflight.ts";

const variables = {
	AUTH_SERVICE_URL: "https://auth.staging.netrasystems.ai",
};
const asked = (contract: Platform) =>
	siblingChecks(checklistIn("backend", "staging", contract), variables).map(
		({ name }) => name,
	);

describe("scheduled checks", () => {
	it("[R-061] ask a public sibling, and none that would turn them away for want of a token", () => {
		expect(asked(platform)).toEqual(["sibling auth"]);
		const contract = structuredClone(platform);
		(contract.services.auth as Platform["services"][string]).public = false;
		expect(asked(contract)).toEqual([]);
	});
});
