/** Where the stand-in keeps what it has to remember. */
import { chmodSync, lstatSync, mkdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { takeFolder } from "./own-folder.ts";
import { CloudError } from "./provider/core.ts";

const checkout = realpathSync(resolve(import.meta.dirname, ".."));
const remedy =
	"its secrets could be read there; set NETRA_LOCAL_DIR to a folder of your own, or remove this one";

/**
 * The stand-in's folder: `$NETRA_LOCAL_DIR`, by default `.local` in the checkout. The cloud's secrets lie in it, and the
 * state under a published passphrase, so nobody but its owner can look into it: one that is missing is made so, one that
 * is open is closed. The same rules as in `tools/stand-in/environment.sh`.
 * @throws {CloudError} if it is a link or another user's, or another user could exchange it.
 */
export function localDirectory(
	environment: NodeJS.ProcessEnv = process.env,
): string {
	const given = resolve(
		environment.NETRA_LOCAL_DIR ?? join(checkout, ".local"),
	);
	mkdirSync(dirname(given), { recursive: true, mode: 0o700 });
	const directory = join(realpathSync(dirname(given)), basename(given));
	const stat = lstatSync(directory, { throwIfNoEntry: false });
	if (stat?.isDirectory() && stat.uid === process.geteuid?.())
		chmodSync(directory, 0o700);
	takeFolder(directory, remedy, {
		// Who can change what the checkout lies in can change the program itself.
		isTrusted: (folder) => `${checkout}/`.startsWith(join(folder, "/")),
	});
	if ((lstatSync(directory).mode & 0o077) !== 0)
		throw new CloudError(
			`the folder ${directory} cannot be closed to other users of this machine: ${remedy}`,
		);
	return directory;
}
