/** Variables that must not be set: what the patterns of the second key cover. */

/** A pattern is asked of every variable of every workload: its name's form is made once. */
const forms = new Map<string, RegExp>();

function formOf(name: string): RegExp {
	const form =
		forms.get(name) ?? new RegExp(`^${name.replaceAll("*", ".*")}$`, "i");
	forms.set(name, form);
	return form;
}

/**
 * True if a pattern forbids a variable. Names and values count in any case, since applications read settings so.
 * @param value undefined while it is unknown, which counts as the forbidden one
 */
export function forbids(
	pattern: string,
	variable: string,
	value: string | undefined,
): boolean {
	const [name = "", forbidden] = pattern.split("=", 2);
	return (
		formOf(name).test(variable) &&
		(forbidden === undefined ||
			value === undefined ||
			value.trim().toLowerCase() === forbidden.toLowerCase())
	);
}
