/** Reads the stack's own state, as it is before this update. */
import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../contract/errors.ts";
import { type Recorded, recordedIn } from "../plan/recorded.ts";

/**
 * What the state records of the resources that an update could delete or replace; nothing before the first deployment.
 * The engine answers, from the backend that it works with: no right in the cloud is needed. It hands over every value in
 * plain text, so nothing but what `recordedIn` takes leaves this function.
 * @throws {UserError} if there is no answer: without it nobody knows what the update would delete
 */
export async function readRecordedState(): Promise<Recorded[]> {
	// A bare name would mean the default organisation's stack on Pulumi Cloud.
	const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
	try {
		const { outputs } = await pulumi.runtime.invoke(
			"pulumi:pulumi:readStackResourceOutputs",
			{ stackName },
		);
		return recordedIn(outputs);
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		throw new UserError(
			`[state] the state of stack ${stackName} could not be read, and without it an update could delete what a revision needs; nothing was changed\n  found: ${message}\n  fix: check with pulumi stack export -s ${pulumi.getStack()}; a backend of files from before Pulumi 3.61 needs pulumi state upgrade`,
		);
	}
}
