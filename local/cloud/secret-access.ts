/** Secret Manager's view: which version a reference means, in what state it is, and who may read it. */
import { textAt } from "../provider/values.ts";
import {
	PROJECT_MEMBER,
	SECRET,
	SECRET_MEMBER,
	SECRET_VERSION,
} from "../types/tokens.ts";
import { type Entry, entriesOf, find, type World } from "./world.ts";

/** The states of a version. */
export type VersionState = "ENABLED" | "DISABLED" | "DESTROYED";

/** Roles that let a member read a secret's payload. */
const READERS = new Set([
	"roles/secretmanager.secretAccessor",
	"roles/secretmanager.admin",
	"roles/owner",
]);

/** The short id in a reference: a bare id, or a full name with the project's id or number. Undefined for another project. */
export function secretIdIn(
	world: World,
	reference: string,
): string | undefined {
	const [, project, id] =
		/^projects\/([^/]+)\/secrets\/([^/]+)$/.exec(reference) ?? [];
	if (id === undefined) return reference.includes("/") ? undefined : reference;
	return project === world.project || project === world.number ? id : undefined;
}

/** The id by which the cloud holds a secret. */
export function secretKey(world: World, secretId: string): string {
	return `projects/${world.project}/secrets/${secretId}`;
}

/** A version's full name, which is also its id. */
export function versionName(
	world: World,
	secretId: string,
	version: string,
): string {
	return `projects/${world.number}/secrets/${secretId}/versions/${version}`;
}

/** The state of a version. */
export function stateOf(version: Entry): VersionState {
	if (version.hidden.destroyed === true) return "DESTROYED";
	return version.properties.enabled === false ? "DISABLED" : "ENABLED";
}

/** The number that a version reference means: `latest` is the one created last, whatever its state. */
export function versionNumber(
	world: World,
	secretId: string,
	version: string,
): string {
	if (version !== "latest" && version !== "") return version;
	return String(
		find(world, SECRET, secretKey(world, secretId))?.hidden.versions ?? 0,
	);
}

/** How reading a version ends. */
export type Access =
	| {
			readonly payload: string;
			readonly entry: Entry;
			readonly version: string;
	  }
	| {
			readonly problem: "not-found" | "disabled" | "destroyed";
			readonly name: string;
	  };

/** Reads a version's payload, without asking who reads. */
export function accessVersion(
	world: World,
	reference: string,
	version: string,
): Access {
	const secretId = secretIdIn(world, reference) ?? reference;
	const number = versionNumber(world, secretId, version);
	const name = versionName(world, secretId, number);
	const secret = find(world, SECRET, secretKey(world, secretId));
	const entry = find(world, SECRET_VERSION, name);
	if (secret === undefined || entry === undefined)
		return { problem: "not-found", name };
	const state = stateOf(entry);
	if (state === "DISABLED") return { problem: "disabled", name };
	if (state === "DESTROYED") return { problem: "destroyed", name };
	return { payload: String(entry.hidden.payload), entry, version: number };
}

/** Whether an account may read a secret: by a grant on the secret or on the project. */
export function mayAccess(
	world: World,
	reference: string,
	email: string,
): boolean {
	const secretId = secretIdIn(world, reference);
	if (secretId === undefined) return false;
	const members = new Set([
		`serviceAccount:${email}`,
		"allAuthenticatedUsers",
		"allUsers",
	]);
	const grants = (entry: Entry) =>
		READERS.has(textAt(entry.properties, "role")) &&
		members.has(textAt(entry.properties, "member"));
	return (
		Object.values(entriesOf(world, SECRET_MEMBER)).some(
			(entry) =>
				secretIdIn(world, textAt(entry.properties, "secretId")) === secretId &&
				grants(entry),
		) || Object.values(entriesOf(world, PROJECT_MEMBER)).some(grants)
	);
}
