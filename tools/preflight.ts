/** Preflight with what this checkout's contract says of a service, for people and for the stand-in's services; a job brings it instead. */
import { platform } from "../contract/platform.ts";
import { checklistOf } from "../contract/service-checklist.ts";
import { secondKey } from "../policies/shipped-key.ts";
import { main } from "../preflight/cli.ts";

await main(process.argv.slice(2), (service, environment) =>
	checklistOf(platform, secondKey, service, environment),
);
