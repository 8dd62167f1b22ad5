/** Nothing logs in with a service account's key. */
import { known } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";

const keyFile = "GOOGLE_APPLICATION_CREDENTIALS";
const keyType = "gcp:serviceaccount/key:Key";

export const noKeyFile: Rule = {
	id: "no-key-file",
	level: "mandatory",
	requirements: ["R-041"],
	complies:
		"No workload has a key-file variable, no secret holds a service account's key, and the stack makes none.",
	rejects: [
		"the variable GOOGLE_APPLICATION_CREDENTIALS",
		"a service account key in the stack",
		"a secret whose value is a service account's key",
	],
	why: "Each service runs as its own account; a key is a second identity that lives as long as somebody has a copy.",
	fix: "remove it: Cloud Run gives the service its account's credentials",
	looksAt: "resource",
	*check(evidence) {
		for (const workload of evidence.workloads) {
			if (workload.everyVariable.some(({ name }) => known(name) === keyFile)) {
				yield {
					...suffers(workload),
					variable: keyFile,
					found: "a key file's path",
					needed: "no such variable",
				};
			}
		}
		for (const resource of evidence.stack.ofType(keyType)) {
			yield { resource, found: "a service account key", needed: "none" };
		}
		for (const { secretId, resource, value } of evidence.secretData()) {
			if (/"private_key"\s*:/.test(value)) {
				yield {
					secretId,
					resource,
					found: "a service account's key as the value",
					needed: "no such secret",
				};
			}
		}
	},
};
