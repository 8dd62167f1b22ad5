/** What the texts of a contract may look like. Each message says it in words, and none repeats the text. */
import { z } from "zod";

/** The value of a variable. No operating system can pass on a NUL. */
export const plainText = z
	.string()
	.regex(/^[^\0]*$/, "must not hold a NUL character");

export const kebabName = z
	.string()
	.regex(/^[a-z][a-z0-9-]*[a-z0-9]$/, "must be lower-case words joined by '-'");

/** A path of a URL. */
export const httpPath = z
	.string()
	.regex(
		/^\/[!-~]*$/,
		"must begin with '/', and have visible ASCII characters only",
	);

/** RFC 1123: labels of at most 63 characters, 253 in all. */
export const hostName = z
	.string()
	.regex(
		/^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/,
		"must be a host name in lower case, without scheme, port or path",
	);

/** The absolute path of a file in a folder; normalised, so that equal files have equal paths. Limits: path_resolution(7). */
export const filePath = z
	.string()
	.regex(
		/^(\/(?!\.{1,2}(\/|$))[\w.-]{1,255}){2,}$/,
		"must be the absolute path of a file in a folder: letters, digits, '.', '_' and '-', without '//', '.' and '..'",
	)
	.max(4095, "must have 4095 characters at most");

/** What containers mount elsewhere, and what images have their own files in: a mount hides whatever was there. */
const takenFolders =
	/^\/((dev|proc|sys|cloudsql)(\/.*)?|bin|boot|etc|home|lib|lib64|media|mnt|opt|root|run|sbin|srv|tmp|usr|var)$/;

/** Whether a folder is the system's, so that nothing may be mounted over it. */
export const isTakenFolder = (folder: string) => takenFolders.test(folder);

/** PostgreSQL takes 63 bytes for a name; the database's begins those of its roles, such as `<name>_owner`. */
export const databaseName = z
	.string()
	.regex(/^[a-z_][a-z0-9_]*$/, "must be lower-case letters, digits and '_'")
	.max(57, "must have 57 characters at most")
	.refine(
		(name) => !["postgres", "template0", "template1"].includes(name),
		"exists in every instance already",
	);

/** Names that must not be set: a name with `*`, or `NAME=value`. */
export const forbiddenVariable = z
	.string()
	.regex(
		/^(?=[^=]*[A-Za-z0-9_])(?!.*\*\*)[A-Za-z0-9_*]+(=[^\s=]+)?$/,
		"must be a variable's name, in which '*' stands for any characters but not for the whole name, or NAME=value",
	);
