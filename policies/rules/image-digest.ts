/** Images are pinned by digest, in the project's own registry, or where the contract says that somebody else builds them. */
import { foreignRepository } from "../../contract/foreign-image.ts";
import type { Expected } from "../expected.ts";
import type { Reading } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";
import type { Workload } from "../workload.ts";

export const imageDigest: Rule = {
	id: "image-digest",
	level: "mandatory",
	requirements: ["R-050"],
	complies:
		"Each container's image is given by its sha256 digest. Outside local it lies in the project's own Artifact Registry, but where the contract names a `foreignImage` for the service, which then runs that and no other.",
	rejects: [
		"an image by tag",
		"an image that this preview does not know",
		"no image",
		"an image of another project or registry",
		"another image than the service's `foreignImage`, or that one elsewhere than in the service and its check job",
	],
	why: "A tag can move to other code after it was tested; another environment's image was built for other URLs.",
	fix: "take the digest from releases/<environment>.json",
	looksAt: "resource",
	*check({ workloads, expected }) {
		for (const workload of workloads) {
			const wanted = wantedFor(workload, expected);
			const needed = `an image by digest${wanted.where}`;
			for (const { image } of workload.containers) {
				const found = faultOf(image, wanted);
				if (found !== undefined) {
					yield { ...suffers(workload), found, needed };
				}
			}
			if (workload.containers.length === 0) {
				yield {
					...suffers(workload),
					found: "no container that this preview knows",
					needed,
				};
			}
		}
	},
};

type Wanted = {
	isFrom: (image: string) => boolean;
	/** For a sentence, after the image. */
	where: string;
};

function faultOf(
	image: Reading<string>,
	{ isFrom }: Wanted,
): string | undefined {
	switch (image.state) {
		case "unknown":
			return "an image that this preview does not know";
		case "missing":
			return "no image";
		default:
			return !/@sha256:[0-9a-f]{64}$/.test(image.value)
				? `the image ${image.value}, which is not pinned by digest`
				: isFrom(image.value)
					? undefined
					: `the image ${image.value}`;
	}
}

/** Where a workload's images must come from. Preflight is built here, whoever builds the service. */
function wantedFor(
	{ of, kind, role }: Workload,
	{ project, environment }: Expected,
): Wanted {
	const runsIt = kind === "service" || role === "check";
	const foreign =
		of && runsIt ? foreignRepository(of.contract, environment) : undefined;
	if (foreign !== undefined) {
		return {
			isFrom: (image) => image.startsWith(`${foreign}@`),
			where: ` from ${foreign}, as the service's foreignImage says`,
		};
	}
	const ours = new RegExp(`^[a-z0-9-]+-docker\\.pkg\\.dev/${project}/`);
	return environment === "local"
		? { isFrom: () => true, where: "" }
		: {
				isFrom: (image) => ours.test(image),
				where: ` in the registry of ${project}`,
			};
}
