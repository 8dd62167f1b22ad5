/** The command that mends a difference. Those for what serves were tried on the stand-in; those for older and pinned revisions have only tests of their own. */
import type { DriftArgs, ServiceInUse, VersionState } from "./drift.ts";
import { parseRevisionName } from "./revision-name.ts";
import type { BoundVersion, ObservedRevision } from "./revisions.ts";

/** Brings a version back, or the service away from it. */
export function remedyForVersion(
	args: DriftArgs,
	service: ServiceInUse,
	revision: ObservedRevision,
	{ secretId, version }: BoundVersion,
	found: VersionState,
): string {
	const { stack, project } = args;
	const secret = args.secrets.get(secretId);
	// What the newest revision binds by number, if this stack made both, is the version in the state: a refresh sees what
	// became of it.
	const isManaged =
		secret?.from === "stack" &&
		version !== "latest" &&
		revision.name === service.latestCreated &&
		parseRevisionName(service.name, revision.name) !== undefined;
	if (isManaged) {
		return refresh(args);
	}
	if (found.state === "DISABLED") {
		return `gcloud secrets versions enable ${found.number} --secret=${secretId} --project=${project}`;
	}
	if (secret !== undefined && secret.from !== "stack") {
		const entry = secret.from === "adopted" ? "" : ".version";
		const key = `${secret.from}["${secret.id}"]${entry}`;
		return `store the value again (gcloud secrets versions add ${secretId} --data-file=- --project=${project}) and bind its number: pulumi config set --path '${key}' <number> -s ${stack} && pulumi up -s ${stack}`;
	}
	const unpin =
		service.pinned === revision.name
			? `pulumi config rm --path services.${service.service}.pinnedRevision -s ${stack} && `
			: "";
	return `nothing brings it back, another revision has to serve: ${unpin}pulumi up -s ${stack}`;
}

/** Lets an account read a secret again. */
export function remedyForGrant(
	args: DriftArgs,
	secretId: string,
	account: string,
): string {
	const secret = args.secrets.get(secretId);
	return secret?.readers.includes(account)
		? refresh(args)
		: `gcloud secrets add-iam-policy-binding ${secretId} --member=serviceAccount:${account} --role=roles/secretmanager.secretAccessor --project=${args.project}`;
}

const refresh = ({ stack }: DriftArgs) => `pulumi up --refresh -s ${stack}`;
