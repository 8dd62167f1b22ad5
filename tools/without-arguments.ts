/** For commands that take no arguments: says what they do when asked, and refuses what they would ignore. */

/** Ends this process unless there are no arguments: with code 0 after `--help`, with 1 after anything else. */
export function withoutArguments(
	args: readonly string[],
	command: string,
	does: string,
): void {
	if (args.length === 0) {
		return;
	}
	const usage = `usage: ${command}: ${does}`;
	if (args.includes("--help") || args.includes("-h")) {
		console.log(usage);
		process.exit(0);
	}
	console.error(`${command} takes no arguments, found: ${args.join(" ")}`);
	console.error(usage);
	process.exit(1);
}
