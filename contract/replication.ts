/** Where Secret Manager keeps the values of a secret. */
import type { Environment } from "./environments.ts";
import type { Platform, Replication, SecretContract } from "./schema.ts";

/** The secret's own choice, or the environment's. @param secret undefined for one that the contract does not have */
export function replicationIn(
	platform: Platform,
	secret: Pick<SecretContract, "replication"> | undefined,
	environment: Environment,
): Replication {
	return (
		secret?.replication?.[environment] ??
		platform.environments[environment].secretReplication ??
		"automatic"
	);
}
