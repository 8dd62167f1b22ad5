/** The stand-in's folder, for a command of this project's. */
import { localDirectory } from "../local/directory.ts";
import { CloudError } from "../local/provider/core.ts";

/** The folder, made where it is missing. One that cannot be used ends the command with the reason. */
export function standInFolder(): string {
	try {
		return localDirectory();
	} catch (error) {
		if (!(error instanceof CloudError)) {
			throw error;
		}
		console.error(error.message);
		process.exit(1);
	}
}
