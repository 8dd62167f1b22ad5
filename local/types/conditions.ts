/** The condition by which Cloud Run tells how a service or a job is. */
import type { Properties } from "../provider/values.ts";
import { timestamp } from "./fill-in.ts";

/** The condition of something that works, or, with a message, that failed. */
export function readyCondition(failure?: string): Properties {
	return {
		executionReason: "",
		lastTransitionTime: timestamp(),
		message: failure ?? "",
		reason: "",
		revisionReason: "",
		severity: "",
		state: failure === undefined ? "CONDITION_SUCCEEDED" : "CONDITION_FAILED",
		type: "Ready",
	};
}

/** The condition of something that is not finished. */
export function pendingCondition(): Properties {
	return { ...readyCondition(), state: "CONDITION_RECONCILING" };
}
