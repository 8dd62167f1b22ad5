/** What revisions bind against what the cloud holds: found here before an instance fails to start. */
import { remedyForGrant, remedyForVersion } from "./drift-remedies.ts";
import { placeOf } from "./revision-differences.ts";
import type { BoundVersion, ObservedRevision } from "./revisions.ts";

/** A version as it is: its state in Secret Manager, or that there is none. */
export type VersionState = {
	state: "ENABLED" | "DISABLED" | "DESTROYED" | "MISSING";
	/** The number that "latest" means. */
	number: string;
};

/** A secret's policy in Secret Manager's form. */
export type SecretPolicy = { bindings?: { role: string; members: string[] }[] };

/** A secret of the contract. */
export type SecretOrigin = {
	/** The id in the contract. */
	id: string;
	/** Its versions are this stack's, or somebody else's and named under this key of the configuration. */
	from: "stack" | "externalSecrets" | "adopted";
	/** The accounts that this stack lets read it. */
	readers: string[];
};

/** How a job's newest execution ended. */
export type LastExecution = {
	job: string;
	/** Before each change of the service; the other jobs run on request. */
	isGate: boolean;
	/** Without a path. */
	name: string;
	failed: boolean;
	/** Why; empty where the API does not say. */
	message: string;
};

/** A service, and what of it is or may be in use. */
export type ServiceInUse = {
	/** The name in the contract. */
	service: string;
	/** The name in Cloud Run. */
	name: string;
	/** Those that serve, the latest created one and the pinned one. */
	revisions: ObservedRevision[];
	latestCreated: string;
	pinned: string | undefined;
	executions: LastExecution[];
};

export type DriftArgs = {
	stack: string;
	project: string;
	region: string;
	services: ServiceInUse[];
	/** The secrets of the contract, by their id in Secret Manager. */
	secrets: ReadonlyMap<string, SecretOrigin>;
	/** By {@link versionKey}; what could not be read is left out. */
	versions: ReadonlyMap<string, VersionState>;
	/** By the secret's id in Secret Manager; what could not be read, or is not there, is left out. */
	policies: ReadonlyMap<string, SecretPolicy>;
};

/** A version as a key. */
export const versionKey = ({ secretId, version }: BoundVersion) =>
	`${secretId}/${version}`;

/** The differences, a line each, with what mends it. None holds a value. */
export function driftOf(args: DriftArgs): string[] {
	const lines = args.services.flatMap((service) => [
		...service.revisions.flatMap((revision) => [
			...versionDrift(args, service, revision),
			...grantDrift(args, service, revision),
		]),
		...executionDrift(args, service),
	]);
	return [...new Set(lines)];
}

/** What an instance of a revision would miss when it starts, in words. */
export function missingNeedsOf(
	cloud: Pick<DriftArgs, "versions" | "policies">,
	revision: ObservedRevision,
): string[] {
	return [
		...missingVersions(cloud, revision).map(({ fact }) => fact),
		...missingGrants(cloud, revision).map(({ fact }) => fact),
	];
}

const states: Record<VersionState["state"], string> = {
	ENABLED: "",
	DISABLED: "is disabled",
	DESTROYED: "is destroyed",
	MISSING: "does not exist",
};
const consequence = "the next instance that starts cannot read it";

function versionDrift(
	args: DriftArgs,
	service: ServiceInUse,
	revision: ObservedRevision,
): string[] {
	return missingVersions(args, revision).map(({ fact, bound, found }) =>
		line(
			service,
			revision,
			`${fact}: ${consequence}`,
			remedyForVersion(args, service, revision, bound, found),
		),
	);
}

function missingVersions(
	{ versions }: Pick<DriftArgs, "versions">,
	revision: ObservedRevision,
) {
	return grouped(revision.bound, versionKey).flatMap(([bound, places]) => {
		const found = versions.get(versionKey(bound));
		return found === undefined || found.state === "ENABLED"
			? []
			: [
					{
						fact: `${places}: version ${bound.version} of ${bound.secretId} ${states[found.state]}`,
						bound,
						found,
					},
				];
	});
}

function grantDrift(
	args: DriftArgs,
	service: ServiceInUse,
	revision: ObservedRevision,
): string[] {
	return missingGrants(args, revision).map(({ fact, secretId }) =>
		line(
			service,
			revision,
			`${fact}: ${consequence}`,
			remedyForGrant(args, secretId, revision.serviceAccount),
		),
	);
}

function missingGrants(
	{ policies }: Pick<DriftArgs, "policies">,
	{ bound, serviceAccount }: ObservedRevision,
) {
	return grouped(bound, ({ secretId }) => secretId).flatMap(
		([{ secretId }, places]) => {
			const policy = policies.get(secretId);
			return policy === undefined || mayRead(policy, serviceAccount)
				? []
				: [
						{
							fact: `${places}: ${secretId} is not granted to ${serviceAccount}`,
							secretId,
						},
					];
		},
	);
}

/** What is bound, each once by a key, with the places that bind it in words. */
function grouped(
	bound: BoundVersion[],
	keyOf: (bound: BoundVersion) => string,
): [BoundVersion, string][] {
	return [...Map.groupBy(bound, keyOf).values()].map((same) => [
		same[0] as BoundVersion,
		same.map(placeOf).join(", "),
	]);
}

const readingRoles = [
	"roles/secretmanager.secretAccessor",
	"roles/secretmanager.admin",
	"roles/owner",
];

/** True unless the policy shows that the account can't read; who is in a group, or what a custom role allows, it does not. */
function mayRead({ bindings = [] }: SecretPolicy, account: string): boolean {
	return bindings.some(({ role, members }) => {
		const isCustom = !role.startsWith("roles/");
		return (
			(isCustom || readingRoles.includes(role)) &&
			members.some(
				(member) =>
					member === `serviceAccount:${account}` ||
					member === "allUsers" ||
					member === "allAuthenticatedUsers" ||
					/^(group|domain|principalSet):/.test(member),
			)
		);
	});
}

function executionDrift(
	{ stack, project, region }: DriftArgs,
	{ service, executions }: ServiceInUse,
): string[] {
	return executions
		.filter(({ failed }) => failed)
		.map(({ job, isGate, name, message }) => {
			const again = isGate
				? `pulumi up -s ${stack}, which runs it again`
				: `gcloud run jobs execute ${job} --project=${project} --region=${region} --wait`;
			const reason = message === "" ? "" : `: ${oneLine(message)}`;
			return `[drift] service ${service}: ${name}, the last execution of ${job}, failed${reason}; fix: mend what its log names, then ${again}`;
		});
}

function line(
	{ service, latestCreated }: ServiceInUse,
	{ name }: ObservedRevision,
	fact: string,
	remedy: string,
): string {
	const older = name === latestCreated ? "" : `, revision ${name}`;
	return `[drift] service ${service}${older}: ${fact}; fix: ${remedy}`;
}

/** A message of the cloud as part of a line. */
export function oneLine(message: string): string {
	const text = message.replace(/\s+/g, " ").trim();
	return text.length > 400 ? `${text.slice(0, 399)}…` : text;
}
