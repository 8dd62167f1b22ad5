/** Every way to break every rule. */
import { bindings } from "./bindings.ts";
import { gates } from "./gates.ts";
import { ignored } from "./ignored.ts";
import { secrets } from "./secrets.ts";
import { services } from "./services.ts";
import { stores } from "./stores.ts";
import { values } from "./values.ts";
import type { Ways } from "./way.ts";

export const ways: Ways = {
	...bindings,
	...secrets,
	...values,
	...services,
	...stores,
	...gates,
	...ignored,
};

/**
 * Ways that are none of the stack's: they need another contract, another name of the stack or a waiver file. Tests of
 * their own prove them.
 */
export const provenElsewhere: Record<string, readonly string[]> = {
	callers: [
		"a public service without a grant to allUsers although the contract opens it by the grant",
		"a service that is not public and that everybody may call, by the switch or by a grant",
		"a service that is not public and that a service which does not call it may call",
		"a service that is not public and that a service which calls it may not call",
	],
	"value-matches": [
		"a value that is not the template with its parts filled in, each encoded for where it stands",
		"values of two stores from one resource",
	],
	"secret-replication": [
		"automatic replication where the contract names regions",
	],
	"bucket-private": [
		"no bucket while a service binds one",
		"a bucket without uniform access or enforced public access prevention, or of which this preview does not know it",
		"a grant on a bucket to everybody, or to members that this preview does not know",
		"a service without the grant on a bucket that it binds, or that does not wait for it",
		"a grant on a bucket to a service that has nothing of it",
	],
	"rotation-slots": ["a bucket's access key id and secret of two keys"],
	"deletion-protection": [
		"a bucket that is emptied in order to be deleted, or of which this preview does not know it",
	],
	"image-digest": [
		"another image than the service's `foreignImage`, or that one elsewhere than in the service and its check job",
	],
	"critical-list": [
		"a critical name that the contract no longer has",
		"a secret whose `criticalIn` names a service, without the variable or file in policies/second-key.json",
		"a name in policies/second-key.json whose secret's `criticalIn` does not name the service",
		"a secret whose `criticalIn` names a service that does not bind it",
	],
	"second-key": [
		"a critical name on another secret, or with another value",
		"a secret with another source, or one that is gone",
		"a secret whose `criticalIn` names a service, or a key that stored data depends on, without its source in policies/second-key.json",
		"other callers of a private service, another check command, somebody else's image, mark of what is no secret, role or foreign host, or one that policies/second-key.json does not know",
		"a row of policies/second-key.json that names nothing of the contract",
		"another name of the platform, another project, other hosts, or a store that is something else",
		"names on different secrets that must be on the same one, in whatever services",
		"names on the same secret that must be on different ones, in whatever services",
		"a secret in the contract of a service that gets none",
		"a secret in the contract for an environment that must not have it",
	],
	"start-order": [
		"the same of the check job, where the contract names a check command",
	],
	"gate-genuine": [
		"a check job with another image than the service's, or with another command than the contract's",
	],
	"environment-matches": ["a stack whose name is no environment"],
	"waivers-valid": [
		"a waiver without a reason",
		"a waiver of a rule that does not exist",
		"a waiver whose day has passed",
		"a waiver with another form",
		"a waiver of a violation that a critical name suffers from, which then still counts",
	],
};
