/** Where a secret file is mounted. */
import type { Environment } from "../contract/environments.ts";

/**
 * Whether a file is where the contract wants it. Local services are mere processes, and find their mounts below a
 * folder that the stack configuration names (`secretFileRoot`).
 */
export function isMountedAs(
	environment: Environment,
	found: string,
	wanted: string,
): boolean {
	return (
		found === wanted || (environment === "local" && found.endsWith(wanted))
	);
}
