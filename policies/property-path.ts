/** Paths of properties, as `ignoreChanges` and the engine write them: `template.containers[0].envs`, `labels["a.b"]`, `*`. */

const step = /\.?([^.[\]"]+)|\[(\d+|\*)\]|\["((?:[^"\\]|\\.)*)"\]/y;

/** The steps of a path, an index or `*` as its text; undefined if it is none. */
export function parsePropertyPath(path: string): string[] | undefined {
	const steps: string[] = [];
	step.lastIndex = 0;
	while (step.lastIndex < path.length) {
		const isFirst = step.lastIndex === 0;
		const found = step.exec(path);
		const startsRight = (found?.[0].startsWith(".") ?? false) !== isFirst;
		if (found === null || (found[1] !== undefined && !startsRight)) {
			return undefined;
		}
		steps.push(
			found[1] ?? found[2] ?? (found[3] as string).replaceAll(/\\(.)/g, "$1"),
		);
	}
	return steps.length === 0 ? undefined : steps;
}

/** True if a path is another one or lies below it, for certain: `*` may stand for any step, so it is no other step's equal. */
export function isWithin(path: string, other: string): boolean {
	const steps = parsePropertyPath(path);
	const outer = parsePropertyPath(other);
	if (steps === undefined || outer === undefined) {
		return false;
	}
	return outer.every((each, index) => each !== "*" && steps[index] === each);
}
