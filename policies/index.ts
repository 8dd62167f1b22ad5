/** Starts the policy pack: constructing it serves it to the engine. */
import { PolicyPack } from "@pulumi/policy/policy.js";
import { platform } from "../contract/platform.ts";
import { endWithEngine, engineAddress } from "../engine/end-with-engine.ts";
import { watchInterruption } from "./interruption.ts";
import { packArgs } from "./pack.ts";
import { rules } from "./rules.ts";
import { secondKey } from "./shipped-key.ts";
import waivers from "./waivers.json" with { type: "json" };

endWithEngine(engineAddress());

new PolicyPack(
	"netra-platform",
	packArgs({
		platform,
		secondKey,
		rules,
		waivers,
		today: new Date().toISOString().slice(0, 10),
		dryRun: process.env.PULUMI_DRY_RUN === "true",
		isInterrupted: watchInterruption(),
	}),
);
