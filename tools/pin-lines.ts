/** Which revision of a service of the local stack is pinned, and which ones can be, as lines for a person. */
import { loginSecretIds } from "../contract/bindings.ts";
import type { Platform } from "../contract/schema.ts";
import type { World } from "../local/cloud/world.ts";
import { RestError } from "../local/rest/answer.ts";
import { revisionsIn } from "../local/rest/cloud-run.ts";
import { policyOf, versionIn } from "../local/rest/secret-manager.ts";
import { missingNeedsOf, versionKey } from "../plan/drift.ts";
import {
	keepersLabel,
	keepersText,
	loginUse,
	slotOf,
} from "../plan/login-record.ts";
import { pinnable } from "../plan/pins.ts";
import { lastSegment } from "../plan/revision-name.ts";
import { type ObservedRevision, revisionOf } from "../plan/revisions.ts";
import { toLatest, trafficLabel } from "../plan/serving.ts";

export type DeployedPlace = {
	world: World;
	region: string;
	/** The service's name in Cloud Run. */
	service: string;
	/** The service's own labels. */
	labels: Record<string, string>;
};

/** One line for a pin, and one for the revisions that can be pinned beside the one that serves. */
export function pinLines(
	platform: Platform,
	place: DeployedPlace,
	serving: readonly string[],
): string[] {
	const { world, region, service, labels } = place;
	const revisions = revisionsIn(world, [world.project, region, service]).map(
		revisionOf,
	);
	const possible = pinnable({
		revisions,
		missing: (name) => {
			const revision = revisions.find((each) => each.name === name);
			return revision === undefined
				? []
				: [
						...missingNeedsOf(cloudFor(world, revision), revision),
						...lostLogin(platform, place, revision),
					];
		},
	}).filter((name) => !serving.includes(name));
	const asked = labels[trafficLabel] ?? toLatest;
	return [
		...(asked === toLatest ? [] : [`${service} is pinned to ${asked}`]),
		...(possible.length === 0
			? []
			: [`${service} can be pinned to: ${possible.join(", ")}`]),
	];
}

/** A login of an epoch that is neither this one nor the one before has another password by now. */
function lostLogin(
	platform: Platform,
	{ service, labels }: DeployedPlace,
	revision: ObservedRevision,
): string[] {
	const carriers = loginSecretIds(platform, "local");
	if (!revision.bound.some(({ secretId }) => carriers.has(secretId))) {
		return [];
	}
	const use = loginUse(service, labels, revision, carriers);
	const kept =
		!use.known ||
		labels[keepersLabel(slotOf(use.keepers.epoch))] ===
			keepersText(use.keepers);
	return kept ? [] : ["its login"];
}

/** What the cloud holds of what a revision binds. */
function cloudFor(world: World, { bound }: ObservedRevision) {
	return {
		versions: new Map(
			bound.map((each) => {
				const found = orMissing(() =>
					versionIn(world, [world.project, each.secretId, each.version]),
				);
				return [
					versionKey(each),
					found === undefined
						? { state: "MISSING" as const, number: each.version }
						: { state: found.state, number: lastSegment(found.name) },
				];
			}),
		),
		policies: new Map(
			bound.flatMap(({ secretId }) => {
				const policy = orMissing(() =>
					policyOf(world, [world.project, secretId]),
				);
				return policy === undefined ? [] : [[secretId, policy] as const];
			}),
		),
	};
}

function orMissing<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (error instanceof RestError) {
			return undefined;
		}
		throw error;
	}
}
