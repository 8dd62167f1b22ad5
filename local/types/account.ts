/** Service accounts. */
import { removeWhere } from "../cloud/world.ts";
import { type Properties, textAt, UNKNOWN } from "../provider/values.ts";
import { longNumber } from "./fill-in.ts";
import type { ResourceType, Scope } from "./resource-type.ts";
import { HMAC_KEY, MEMBER_TYPES } from "./tokens.ts";

/** The address of an account, known before it exists. */
function address(
	{ accountId, project }: Properties,
	scope: Scope,
): string | typeof UNKNOWN {
	if (typeof accountId !== "string") return UNKNOWN;
	return `${accountId}@${typeof project === "string" ? project : scope.project}.iam.gserviceaccount.com`;
}

export const account: ResourceType = {
	id: (properties, scope) =>
		`projects/${textAt(properties, "project")}/serviceAccounts/${String(address(properties, scope))}`,
	importId: (given, scope) =>
		given.startsWith("projects/")
			? given
			: `projects/${scope.project}/serviceAccounts/${given}`,
	planned: (properties, scope) => {
		const email = address(properties, scope);
		return email === UNKNOWN
			? { email, member: UNKNOWN }
			: { email, member: `serviceAccount:${email}` };
	},
	stateOnly: ["createIgnoreAlreadyExists"],
	accept: ({ id, prior }, entry) => {
		entry.properties.name = id;
		entry.properties.uniqueId = prior?.properties.uniqueId ?? longNumber();
	},
	// A grant names the account that was deleted, not its address: an account made anew under the same address has none.
	removed: ({ properties }, world) => {
		const email = textAt(properties, "email");
		removeWhere(
			world,
			HMAC_KEY,
			({ serviceAccountEmail }) => serviceAccountEmail === email,
		);
		for (const type of MEMBER_TYPES)
			removeWhere(
				world,
				type,
				({ member }) => member === `serviceAccount:${email}`,
			);
	},
};
