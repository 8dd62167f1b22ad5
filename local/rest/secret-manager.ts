/** Secrets, their versions and who may read them, in the form of Secret Manager's API v1. */
import {
	secretIdIn,
	secretKey,
	stateOf,
	versionName,
	versionNumber,
} from "../cloud/secret-access.ts";
import { type Entry, entriesOf, find, type World } from "../cloud/world.ts";
import { textAt } from "../provider/values.ts";
import { SECRET, SECRET_MEMBER, SECRET_VERSION } from "../types/tokens.ts";
import { type Names, RestError } from "./answer.ts";

function requireSecret(
	world: World,
	[, secret = ""]: Names,
): { name: string; entry: Entry } {
	const name = `projects/${world.number}/secrets/${secret}`;
	const entry = find(world, SECRET, secretKey(world, secret));
	if (entry === undefined)
		throw new RestError(404, `Secret [${name}] not found.`);
	return { name, entry };
}

/** A secret. */
export function secretIn(world: World, names: Names) {
	const { name, entry } = requireSecret(world, names);
	const { createTime, effectiveLabels } = entry.properties;
	return { name, createTime, labels: effectiveLabels };
}

/** A secret's versions, the newest first. */
export function versionsIn(world: World, names: Names) {
	const { name } = requireSecret(world, names);
	const numberOf = (version: { name: string }) =>
		Number(version.name.split("/").at(-1));
	return Object.entries(entriesOf(world, SECRET_VERSION))
		.filter(([id]) => id.startsWith(`${name}/versions/`))
		.map(([id, entry]) => versionOf(id, entry))
		.toSorted((a, b) => numberOf(b) - numberOf(a));
}

/** A version, by its number or as `latest`. */
export function versionIn(world: World, names: Names) {
	const [, secret = "", given = ""] = names;
	requireSecret(world, names);
	const name = versionName(world, secret, versionNumber(world, secret, given));
	const entry = find(world, SECRET_VERSION, name);
	if (entry === undefined)
		throw new RestError(404, `Secret Version [${name}] not found.`);
	return versionOf(name, entry);
}

function versionOf(name: string, entry: Entry) {
	const destroyTime = textAt(entry.properties, "destroyTime");
	return {
		name,
		createTime: textAt(entry.properties, "createTime"),
		...(destroyTime === "" ? {} : { destroyTime }),
		state: stateOf(entry),
	};
}

/** Who may do what with a secret, by grants on the secret alone. */
export function policyOf(world: World, names: Names) {
	const [, secret] = names;
	requireSecret(world, names);
	const members = new Map<string, string[]>();
	for (const { properties } of Object.values(entriesOf(world, SECRET_MEMBER))) {
		if (secretIdIn(world, textAt(properties, "secretId")) !== secret) continue;
		const role = textAt(properties, "role");
		members.set(role, [
			...(members.get(role) ?? []),
			textAt(properties, "member"),
		]);
	}
	const bindings = [...members].map(([role, each]) => ({
		role,
		members: each.toSorted(),
	}));
	// A policy without grants has no list of them.
	return {
		version: 1,
		etag: "BwXhqDV",
		...(bindings.length > 0 ? { bindings } : {}),
	};
}
