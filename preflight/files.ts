/** The secret files that a service has: each is checked like a variable, under its path. */
import { readFileSync } from "node:fs";

/** Where the stand-in's processes find their secret files, joined by colons; a container has them at their own paths. */
const mountedFiles = "NETRA_MOUNTED_FILES";

/** Where this process finds a file that a container has at the path. */
export function mounted(path: string, variables: NodeJS.ProcessEnv): string {
	return (
		(variables[mountedFiles] ?? "")
			.split(":")
			.find((each) => each.endsWith(path)) ?? path
	);
}

/** The environment, with the content of each file under its path in a container; one that can't be read is missing. */
export function withFiles(
	variables: NodeJS.ProcessEnv,
	paths: readonly string[],
): NodeJS.ProcessEnv {
	const contents = paths.map((path) => [
		path,
		contentOf(mounted(path, variables)),
	]);
	return { ...variables, ...Object.fromEntries(contents) };
}

function contentOf(path: string): string | undefined {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		// Whatever keeps this process from reading it keeps the service from it, too: it runs as the same user.
		if (code !== undefined) {
			return undefined;
		}
		throw error;
	}
}
