/** Folders that no other user of this machine can change, or put one of theirs in place of. */
import { lstatSync, mkdirSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { CloudError } from "./provider/core.ts";

/** Writable by a group or by everybody. */
const otherWriters = 0o022;
/** In a folder with this bit, such as `/tmp`, an entry can be renamed or removed by its owner and the folder's alone. */
const sticky = 0o1000;

type Options = {
	/** True for a folder above that needs no check. @default none */
	isTrusted?: (folder: string) => boolean;
	/** Whose the folder has to be. @default the user who runs this */
	user?: number;
};

/**
 * Makes a folder and what is missing above it, for their owner only. From the top down, and each is looked at before the
 * next is made: what lies in a folder that has passed cannot be exchanged by somebody else meanwhile.
 * @param remedy what to do instead, for the message
 * @returns the topmost folder that was missing
 * @throws {CloudError} if the folder or one above it is a link, or other users can change it.
 */
export function takeFolder(
	path: string,
	remedy: string,
	{ isTrusted = () => false, user = process.geteuid?.() ?? 0 }: Options = {},
): string | undefined {
	let topmost: string | undefined;
	const refuse = (found: string, fact: string | undefined) => {
		if (fact === undefined) return;
		const below = found === path ? "" : `, and ${path} would lie in it`;
		throw new CloudError(`the folder ${found} ${fact}${below}: ${remedy}`);
	};
	for (const each of foldersAbove(path)) {
		if (makeFolder(each, remedy)) topmost ??= each;
		if (!isTrusted(each)) refuse(each, unsafety(each, user));
	}
	if (makeFolder(path, remedy)) topmost ??= path;
	refuse(path, foreignness(path, user));
	return topmost;
}

/** The folders that a path lies in, from the topmost. */
function foldersAbove(path: string): string[] {
	const above = dirname(path);
	return above === path ? [] : [...foldersAbove(above), above];
}

/** Makes one folder. False if something is there. */
function makeFolder(path: string, remedy: string): boolean {
	if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return false;
	try {
		mkdirSync(path, { mode: 0o700 });
		return true;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "EEXIST") return false;
		throw new CloudError(
			`the folder ${path} could not be made (${code}): ${remedy}`,
		);
	}
}

/** Why another user could exchange what lies in the folder. */
function unsafety(path: string, user: number): string | undefined {
	const stat = lstatSync(path);
	const { uid, mode } = stat;
	// One in the root folder is the system's own, such as macOS's /tmp: nobody but root can make it.
	if (stat.isSymbolicLink() && dirname(path) !== "/") return "is a link";
	if (stat.isSymbolicLink()) {
		const target = realpathSync(path);
		return [...foldersAbove(target), target]
			.map((each) => unsafety(each, user))
			.find((problem) => problem !== undefined);
	}
	if (!stat.isDirectory()) return "is no folder";
	if (uid !== 0 && uid !== user)
		return "belongs to another user of this machine";
	return (mode & otherWriters) !== 0 && (mode & sticky) === 0
		? "can be changed by other users of this machine"
		: undefined;
}

/** Why a folder is not the user's alone to write to. */
function foreignness(path: string, user: number): string | undefined {
	const stat = lstatSync(path);
	if (stat.isSymbolicLink()) return "is a link";
	if (!stat.isDirectory()) return "is no folder";
	if (stat.uid !== user) return "belongs to another user of this machine";
	return (stat.mode & otherWriters) !== 0
		? "can be changed by other users of this machine"
		: undefined;
}
