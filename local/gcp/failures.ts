/** Failures in the form in which the real provider hands them to the engine. */
import { CloudError, PartialFailure } from "../provider/core.ts";
import type { Properties } from "../provider/values.ts";

/** How Terraform's SDK words a list of one error. */
const LIST_OF_ONE = "1 error occurred:\n\t* ";

/** An error as Terraform's SDK words it; one that is in that form already stays as it is. */
export function failed(message: string): CloudError {
	return new CloudError(
		message.startsWith(LIST_OF_ONE) ? message : `${LIST_OF_ONE}${message}\n\n`,
	);
}

/** A failure after which the engine records the outputs. */
export function partial(
	doing: "creating" | "updating",
	urn: string,
	id: string,
	outputs: Properties,
	reason: CloudError,
): PartialFailure {
	return new PartialFailure(
		id,
		outputs,
		`${doing} ${urn}: ${failed(reason.message).message}`,
	);
}
