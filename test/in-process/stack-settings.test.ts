import { expect, it } from "@jest/globals";
import { StackSettings } from "./stack-settings.ts";

it("sets and takes away what a path names, as the engine's command does", () => {
	const settings = new StackSettings({
		"gcp:region": "us-central1",
		"netra-platform:services": '{"auth":{"command":["a"]}}',
	});
	settings.set("gcp:region", "europe-west1");
	settings.set("rotationEpoch", 1);
	settings.set('slotRetry["1"]', 2);
	settings.set("services.auth.pinnedRevision", "auth-1");
	settings.set("adoptedRevisions[0]", "a");
	settings.set("adoptedRevisions[1]", "b");
	settings.unset("services.auth.command");
	expect(settings.all).toEqual({
		"gcp:region": "europe-west1",
		"netra-platform:rotationEpoch": "1",
		"netra-platform:slotRetry": '{"1":2}',
		"netra-platform:services": '{"auth":{"pinnedRevision":"auth-1"}}',
		"netra-platform:adoptedRevisions": '["a","b"]',
	});
	settings.unset("adoptedRevisions");
	expect(settings.all).not.toHaveProperty("netra-platform:adoptedRevisions");
});
