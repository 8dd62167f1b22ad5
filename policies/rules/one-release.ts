/** What runs together was built together. */
import type { Evidence } from "../evidence.ts";
import { known, textAt } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";

export const oneRelease: Rule = {
	id: "one-release",
	level: "mandatory",
	requirements: ["R-050"],
	complies:
		"Each template carries the label `release`, all the same, and each image repository appears with one digest.",
	rejects: [
		"a template without the label, or with one that this preview does not know",
		"templates of different releases",
		"two digests of one image",
	],
	why: "The image that ran was older than the code that everybody looked at; parts of two releases were never tested together.",
	fix: "deploy the images and the name of one releases/<environment>.json",
	looksAt: "stack",
	*check(evidence) {
		yield* labels(evidence);
		yield* digests(evidence);
	},
};

function* labels({ workloads }: Evidence): Generator<Finding> {
	const releases = workloads.map(({ labels }) => textAt(labels, "release"));
	const counts = Map.groupBy(releases, known);
	const most = [...counts].sort((a, b) => b[1].length - a[1].length)[0]?.[0];
	for (const [index, workload] of workloads.entries()) {
		const release = releases[index];
		if (release?.state !== "known" || release.value !== most) {
			yield {
				...suffers(workload),
				found:
					release?.state === "known"
						? `release ${release.value}`
						: release?.state === "unknown"
							? "a label `release` that this preview does not know"
							: "no label `release` on the template",
				needed:
					most === undefined
						? "the label, the same everywhere"
						: `release ${most}, as the others`,
			};
		}
	}
}

function* digests({ workloads }: Evidence): Generator<Finding> {
	const digestOf = new Map<string, string>();
	for (const workload of workloads) {
		for (const { image } of workload.containers) {
			const [repository, digest] = (known(image) ?? "").split("@");
			const first = digestOf.get(repository as string);
			if (digest !== undefined && first !== undefined && first !== digest) {
				yield {
					...suffers(workload),
					found: `another digest of ${repository} than elsewhere in the stack`,
					needed: "one digest for each image",
				};
			} else if (digest !== undefined) {
				digestOf.set(repository as string, digest);
			}
		}
	}
}
