/** Answers of Google's APIs that several types give. */
import { CloudError } from "../provider/core.ts";
import type { Value } from "../provider/values.ts";

/** A refusal by the API, with its HTTP status and its reason. */
export function rejected(
	status: number,
	message: string,
	reason = "badRequest",
): CloudError {
	return new CloudError(`googleapi: Error ${status}: ${message}, ${reason}`);
}

/** The failure of a change that the API accepted: the long-running operation ended with it. */
export function waitedInVain(
	kind: string,
	isNew: boolean,
	message: string,
): CloudError {
	const [verb, doing] = isNew ? ["create", "Creating"] : ["update", "Updating"];
	return new CloudError(
		`Error waiting to ${verb} ${kind}: Error waiting for ${doing} ${kind}: Error code 9, message: ${message}`,
	);
}

/** The last part of a resource's name or of its path. */
export function lastSegment(path: Value | undefined): string {
	return (typeof path === "string" ? path : "").split("/").at(-1) ?? "";
}
