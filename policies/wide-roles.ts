/** Roles that open a whole project. */

/** The role that opens a secret's values. */
export const accessor = "roles/secretmanager.secretAccessor";

const readers = [accessor, "roles/secretmanager.admin", "roles/owner"];

/** True for a role that, on a project, opens the values of all its secrets. */
export function readsEverySecret(role: string): boolean {
	return readers.includes(role);
}
