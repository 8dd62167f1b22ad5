/** What the stand-in's cloud holds, as the data plane needs it. Read without the lock: the file is replaced as a whole. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stateOf, versionName } from "../../cloud/secret-access.ts";
import { entriesOf, type World } from "../../cloud/world.ts";
import { SECRET_VERSION, SERVICE } from "../../types/tokens.ts";
import { sharesOf } from "../../types/traffic.ts";
import type { Share } from "../data-plane.ts";

/** The cloud of a project; undefined where none was ever used. */
export function readWorld(
	directory: string,
	project: string,
): World | undefined {
	const file = join(directory, "cloud", `${project}.json`);
	return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** The payloads of every enabled version of a secret. */
export function enabledPayloads(world: World, secretId: string): string[] {
	const prefix = versionName(world, secretId, "");
	return Object.entries(entriesOf(world, SECRET_VERSION))
		.filter(
			([id, version]) =>
				id.startsWith(prefix) && stateOf(version) === "ENABLED",
		)
		.map(([, version]) => String(version.hidden.payload));
}

/** Which revisions of a service get requests, as the API shows it; empty for a service that it does not know. */
export function sharesIn(world: World, service: string): Share[] {
	const found = Object.values(entriesOf(world, SERVICE)).find(
		({ properties }) => properties.name === service,
	);
	return found === undefined ? [] : sharesOf(found);
}
