/** Names of resources in a stack, as the engine forms them: `urn:pulumi:STACK::PROJECT::PARENT_TYPES$TYPE::NAME`. */

export const PROJECT = "netra-platform";
export const STACK_TYPE = "pulumi:pulumi:Stack";

/** The types that a URN names, from the outermost parent's to the resource's own, joined by `$`. */
function qualifiedType(urn: string): string {
	return urn.split("::")[2] ?? "";
}

/** The URN of a resource; the stack itself is no part of its children's types. */
export function urnOf(
	stack: string,
	type: string,
	name: string,
	parent = "",
): string {
	const outer = qualifiedType(parent);
	const types =
		outer === "" || outer === STACK_TYPE ? type : `${outer}$${type}`;
	return `urn:pulumi:${stack}::${PROJECT}::${types}::${name}`;
}

/** The resource's own type. */
export function typeIn(urn: string): string {
	return qualifiedType(urn).split("$").at(-1) ?? "";
}

/** The resource's name in the program. */
export function nameIn(urn: string): string {
	return urn.split("::").slice(3).join("::");
}

/** `Type name`, short enough to read in a list. */
export function shortName(urn: string): string {
	return `${typeIn(urn).split(":").at(-1)} ${nameIn(urn)}`;
}
