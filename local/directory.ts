/** Where the stand-in keeps what it has to remember. */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * The stand-in's folder: `$NETRA_LOCAL_DIR`, by default `.local` in the checkout. Created where it is missing, readable
 * for its owner only, since the cloud's secrets lie in it.
 */
export function localDirectory(
	environment: NodeJS.ProcessEnv = process.env,
): string {
	const directory =
		environment.NETRA_LOCAL_DIR ??
		fileURLToPath(new URL("../.local", import.meta.url));
	mkdirSync(directory, { recursive: true, mode: 0o700 });
	return directory;
}
