/** Marks by which an update sees whether the API took what the update before asked for. */
import { templateHash } from "./revision-name.ts";

/** The label that carries the mark, on services and jobs. */
export const markLabel = "change";

/**
 * The mark of what a service or a job is to be: the one that it carries where it was asked for just this, otherwise a new
 * one. The provider records a change as done that the API rejected, and would never send it again; a new mark makes it.
 * @param carried by the resource in the cloud; undefined where it has none, or does not exist
 * @param wanted all that the resource is to be; without secrets
 * @param fresh what no mark before had
 */
export function changeMark(
	carried: string | undefined,
	wanted: unknown,
	fresh: string,
): string {
	const hash = templateHash(wanted);
	return carried?.startsWith(`${hash}-`) ? carried : `${hash}-${fresh}`;
}
