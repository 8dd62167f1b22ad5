/** PostgreSQL is reached privately and encrypted. */

import { booleanAt, described, elementsAt, is, textAt } from "../read.ts";
import type { Rule } from "../rule.ts";
import { types } from "../stack.ts";
import { missingStore } from "../stores.ts";

const settings = ["settings", "ipConfiguration"] as const;
const encrypted = ["ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"];

export const sqlPrivateEncrypted: Rule = {
	id: "sql-private-encrypted",
	level: "mandatory",
	requirements: ["R-010", "R-011"],
	complies:
		"There is a Cloud SQL instance, and each has no public address, a private network and only encrypted connections.",
	rejects: [
		"no instance while a service needs PostgreSQL",
		"a public address, or authorized networks",
		"no private network",
		"connections in plain text",
		"a setting that this preview does not know",
	],
	why: "A database with a public address is one password away from everybody.",
	fix: "set ipv4Enabled: false, privateNetwork and sslMode: ENCRYPTED_ONLY",
	looksAt: "resource",
	*check(evidence) {
		const { stack } = evidence;
		const needed = "a private address and encrypted connections only";
		yield* missingStore(
			evidence,
			"postgres",
			types.databaseInstance,
			"Cloud SQL instance",
		);
		for (const resource of stack.ofType(types.databaseInstance)) {
			const { properties } = resource;
			const open = booleanAt(properties, ...settings, "ipv4Enabled");
			const mode = textAt(properties, ...settings, "sslMode");
			const network = textAt(properties, ...settings, "privateNetwork");
			if (!is(open, false)) {
				yield {
					resource,
					found: `ipv4Enabled with ${described(open)}`,
					needed,
				};
			}
			if (
				elementsAt(properties, ...settings, "authorizedNetworks").length > 0
			) {
				yield { resource, found: "authorized networks", needed };
			}
			// Unknown is a network that is made in the same update.
			if (
				network.state === "missing" ||
				(network.state === "known" && network.value === "")
			) {
				yield { resource, found: "no private network", needed };
			}
			if (mode.state !== "known" || !encrypted.includes(mode.value)) {
				yield { resource, found: `sslMode with ${described(mode)}`, needed };
			}
		}
	},
};
