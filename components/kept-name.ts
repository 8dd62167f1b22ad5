/**
 * What to ignore of a resource whose name the provider makes up, so that one that was imported keeps its own name. The
 * provider keeps a name that it made, but after an import it does not know the name as such, makes another one, and
 * replaces the resource.
 */
export const keptName = ["name"];
