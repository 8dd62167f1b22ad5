/**
 * What an update from the recorded stacks may do although it replaces or deletes something, makes a new password or starts a new
 * revision. Each entry is reviewed: an operator meets it at the first update with a newer program.
 */
export type Accepted = {
	/** As the test prints it. */
	change: string;
	/** Why it is worth it, and why it is safe. */
	reason: string;
};

const callers =
	"the service is opened by Cloud Run's own switch in the same update, before the grant to allUsers goes";
const loginRecord =
	"the template records the login that it was made for, so that a revision made from it by hand can be told from one that uses another";

export const accepted: readonly Accepted[] = [
	...["auth", "backend", "frontend"].map((service) => ({
		change: `delete gcp:cloudrunv2/serviceIamMember:ServiceIamMember::${service}-callers`,
		reason: callers,
	})),
	...["auth", "backend"].map((service) => ({
		change: `new revision: gcp:cloudrunv2/service:Service::${service}`,
		reason: loginRecord,
	})),
];
