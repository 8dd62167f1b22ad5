/** Finds what an update would take away, before it plans anything. */
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../contract/schema.ts";
import type { StackConfig } from "../contract/stack-config.ts";
import type { ServiceRevisions } from "../plan/prune.ts";
import { type Recorded, types } from "../plan/recorded.ts";
import { allowReplacements, replacementsIn } from "../plan/replacement.ts";
import { refuseOtherReplication } from "../plan/replication.ts";
import { type Retired, retiredIn } from "../plan/retention.ts";
import { retirementNotes } from "../plan/retirement-notes.ts";
import type { Observed } from "./observed-cloud.ts";
import { readRecordedState } from "./recorded-state.ts";
import { stillThere } from "./retired-in-cloud.ts";

/**
 * What the state records, and what of it left the contract and has to stay. Says so, one line for each thing.
 * @throws {UserError} if that can't be told, or the update would replace what it must not
 */
export async function planRetention(
	platform: Platform,
	config: StackConfig,
	observed: ReadonlyMap<string, Observed>,
): Promise<{ recorded: Recorded[]; retired: Retired[] }> {
	const recorded = await readRecordedState();
	for (const note of allowReplacements(
		replacementsIn(platform, config, recorded),
		config,
	)) {
		pulumi.log.warn(note);
	}
	const left = retiredIn({ platform, config }, recorded);
	const isLeft = (each: Recorded) => left.some(({ urn }) => urn === each.urn);
	refuseOtherReplication(
		platform,
		config.environment,
		recorded.filter((each) => each.type === types.secret && !isLeft(each)),
	);
	const retired = await stillThere(left, config);
	for (const note of retirementNotes(
		retired,
		config.environment,
		revisionsIn([...observed.values()]),
		config.rotationEpoch,
	)) {
		pulumi.log.info(note);
	}
	return { recorded, retired };
}

/** Every service with its revisions; undefined if those of one could not be read. */
function revisionsIn(
	observed: readonly Observed[],
): ServiceRevisions[] | undefined {
	const services = observed.flatMap(({ service, revisions }) =>
		service === undefined ? [] : [{ service, revisions }],
	);
	return services.some(({ revisions }) => revisions === undefined)
		? undefined
		: services.map(({ service, revisions = [] }) => ({
				service,
				revisions: revisions.map(({ name, ready, serviceAccount, bound }) => ({
					name,
					ready,
					account: serviceAccount,
					pins: bound,
				})),
			}));
}
