/** Writes a file as a whole: a reader or a crash never meets half of it. */
import { renameSync, writeFileSync } from "node:fs";

/** Replaces a file that only its owner may read. Where somebody removed the folder, nothing is to be kept: no error. */
export function replaceFile(file: string, text: string): void {
	const partial = `${file}.${process.pid}`;
	try {
		writeFileSync(partial, text, { mode: 0o600 });
		renameSync(partial, file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
}
