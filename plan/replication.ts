/** The replication of a secret as the provider knows it, and what a change of it would cost. */

import type { Environment } from "../contract/environments.ts";
import { UserError } from "../contract/errors.ts";
import { replicationIn } from "../contract/replication.ts";
import type { Platform, Replication } from "../contract/schema.ts";

/** As the inputs of a secret take it. */
export type ReplicationInputs =
	| { auto: Record<string, never> }
	| { userManaged: { replicas: { location: string }[] } };

export function replicationInputs(wanted: Replication): ReplicationInputs {
	return wanted === "automatic"
		? { auto: {} }
		: {
				userManaged: {
					replicas: wanted.locations.map((location) => ({ location })),
				},
			};
}

/**
 * Reads what the outputs of a secret record under `replication`. An import does not see the empty block of automatic
 * replication, so where no region stands it is automatic.
 */
export function recordedReplication(recorded: unknown): Replication {
	const { userManaged } = (recorded ?? {}) as {
		userManaged?: { replicas?: { location?: string }[] | null } | null;
	};
	const locations = (userManaged?.replicas ?? []).map(
		({ location }) => location ?? "",
	);
	return locations.length === 0 ? "automatic" : { locations };
}

/** How a message names a replication. */
export const replicationText = (replication: Replication): string =>
	replication === "automatic"
		? "automatic"
		: `in ${replication.locations.join(", ")}`;

/**
 * Refuses an update that would make secrets anew, since all their versions would be gone. The order of regions counts:
 * the provider compares a list.
 * @param recorded the secrets that the program declares, as the state has them: by their id in the contract
 * @throws {UserError} that names every such secret, and what to write to keep it.
 */
export function refuseOtherReplication(
	platform: Platform,
	environment: Environment,
	recorded: readonly {
		name: string;
		properties: Readonly<Record<string, unknown>>;
	}[],
): void {
	const changed = recorded
		.map(({ name, properties }) => ({
			id: name,
			found: recordedReplication(properties.replication),
			wanted: replicationIn(
				platform,
				platform.secrets.find(({ id }) => id === name),
				environment,
			),
		}))
		.filter(
			({ found, wanted }) => replicationText(found) !== replicationText(wanted),
		);
	if (changed.length === 0) {
		return;
	}
	const lines = changed.map(
		({ id, found, wanted }) =>
			`  ${id}: found ${replicationText(found)}; wanted ${replicationText(wanted)}\n    keep: replication: { ${environment}: ${written(found)} }`,
	);
	throw new UserError(
		`[secret-replication] where the values of a secret are kept cannot be changed: ${environment} would lose every version of ${changed.length === 1 ? "a secret" : `${changed.length} secrets`}, so nothing was changed\n${lines.join("\n")}\n  fix: in contract/platform.ts, put environments.${environment}.secretReplication back, or write the line to keep into the secret's entry`,
	);
}

/** As the contract says it. */
const written = (replication: Replication) =>
	replication === "automatic"
		? '"automatic"'
		: `{ locations: [${replication.locations.map((each) => `"${each}"`).join(", ")}] }`;
