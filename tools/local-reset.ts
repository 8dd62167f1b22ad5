/** `npm run local:reset`: makes the stand-in's cloud and its stacks as if nothing had ever been deployed. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { layoutOf, serversFolder } from "../local/plane/real/layout.ts";
import { RealPlane } from "../local/plane/real/real-plane.ts";
import { standInFolder } from "./stand-in-folder.ts";

/** What the stand-in and the engine keep. What else lies in the folder is somebody's own, or costs time to make again. */
const kept = [
	"cloud",
	"config",
	"faults.json",
	"faults.log",
	"logs",
	"plane",
	"pulumi",
];

const directory = standInFolder();
if (new RealPlane(directory).hasWork()) {
	console.error(
		"[reset] the local stack is deployed, and its processes would lose their files; nothing was removed\n  fix: tools/pulumi-local destroy -s local --yes",
	);
	process.exitCode = 1;
} else {
	// Where servers ran as another user, their data lies elsewhere.
	const servers = serversFolder(layoutOf(directory));
	if (servers !== undefined)
		rmSync(servers, {
			recursive: true,
			force: true,
		});
	for (const name of kept) {
		rmSync(join(directory, name), { recursive: true, force: true });
	}
	console.log(`Removed the stand-in's projects and stacks from ${directory}.`);
}
