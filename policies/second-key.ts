/**
 * The second key: the critical names of each service, listed apart from the contract and owned by other reviewers.
 * An edit that drops a critical binding must change both files.
 */
import { z } from "zod";
import type { Environment } from "../contract/environments.ts";
import { variableIn } from "../contract/names.ts";
import { own } from "../contract/own-keys.ts";
import criticalSecrets from "./critical-secrets.json" with { type: "json" };

const secondKeyShape = z.record(z.string(), z.array(z.string().min(1)).min(1));

/** Critical variables by service; `{ENV}` stands for the environment in capitals. */
export type SecondKey = z.infer<typeof secondKeyShape>;

/** The shipped list. */
export const secondKey: SecondKey = secondKeyShape.parse(criticalSecrets);

/** The critical variables of a service by the names they have in an environment. */
export function criticalVariables(
	key: SecondKey,
	service: string,
	environment: Environment,
): ReadonlySet<string> {
	return new Set(
		(own(key, service) ?? []).map((name) => variableIn(name, environment)),
	);
}
