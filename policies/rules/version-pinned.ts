/** A binding pins the number of a version, the one that this stack makes if it makes one. */

import type { SecretUse } from "../container.ts";
import type { Evidence } from "../evidence.ts";
import { known, textAt } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";
import { types } from "../stack.ts";
import type { Workload } from "../workload.ts";

export const versionPinned: Rule = {
	id: "version-pinned",
	level: "mandatory",
	requirements: ["R-001", "R-032", "R-045"],
	complies:
		"Each binding and secret file pins a version's number. Where this stack makes the version, it is that one; the number may then be unknown until the version exists.",
	rejects: [
		"`latest`",
		"no version, which means `latest`",
		"a number while this stack makes another version of the secret",
		"an unknown version that no secret version of this stack explains",
	],
	why: "Cloud Run reads `latest` when an instance starts, so a rotated value reaches some instances and not others, and no rollout happens.",
	fix: "bind the `version` output of the secret's SecretVersion, or the number of a version that exists",
	looksAt: "resource",
	*check(evidence) {
		for (const workload of evidence.workloads) {
			for (const { name, secret } of workload.everyVariable) {
				const found = secret && unpinned(evidence, workload, secret);
				if (found !== undefined) {
					yield {
						...suffers(workload),
						variable: known(name),
						secretId: known(secret?.secret ?? { state: "missing" })?.secretId,
						found,
						needed: "the number of one version",
					};
				}
			}
			for (const file of known(workload.files) ?? []) {
				const found = unpinned(evidence, workload, file);
				if (found !== undefined) {
					yield {
						...suffers(workload),
						secretId: known(file.secret)?.secretId,
						found: `${found} for the file ${known(file.path)}`,
						needed: "the number of one version",
					};
				}
			}
		}
	},
};

function unpinned(
	evidence: Evidence,
	workload: Workload,
	{ secret, version }: SecretUse,
): string | undefined {
	const secretId = known(secret)?.secretId;
	const made = secretId === undefined ? [] : evidence.versionsOf(secretId);
	switch (version.state) {
		case "missing":
			return "no version, which means 'latest'";
		case "unknown":
			// What a single resource was made from is not shown.
			return !evidence.stack.whole ||
				evidence.stack
					.madeFrom(workload.resource, "template", types.secretVersion)
					.some((version) => made.includes(version))
				? undefined
				: "a version that this preview does not know and that no version of this stack explains";
		case "known": {
			if (!/^[1-9]\d*$/.test(version.value)) {
				return version.value === ""
					? "no version, which means 'latest'"
					: `version '${version.value}'`;
			}
			const ours = made.every(
				({ properties }) =>
					known(textAt(properties, "version")) === version.value,
			);
			return ours
				? undefined
				: `version ${version.value}, while this stack makes another version of the secret`;
		}
	}
}
