/** Images are pinned by digest, in the project's own registry. */
import { type Rule, suffers } from "../rule.ts";

export const imageDigest: Rule = {
	id: "image-digest",
	level: "mandatory",
	requirements: ["R-050"],
	complies:
		"Each container's image is given by its sha256 digest, and outside local it lies in the project's own Artifact Registry.",
	rejects: [
		"an image by tag",
		"an image that this preview does not know",
		"no image",
		"an image of another project or registry",
	],
	why: "A tag can move to other code after it was tested; another environment's image was built for other URLs.",
	fix: "take the digest from releases/<environment>.json",
	looksAt: "resource",
	*check({ workloads, expected }) {
		const { project, environment } = expected;
		const ours = new RegExp(`^[a-z0-9-]+-docker\\.pkg\\.dev/${project}/`);
		for (const workload of workloads) {
			const needed = `an image by digest${environment === "local" ? "" : ` in the registry of ${project}`}`;
			for (const { image } of workload.containers) {
				const found =
					image.state === "unknown"
						? "an image that this preview does not know"
						: image.state === "missing"
							? "no image"
							: !/@sha256:[0-9a-f]{64}$/.test(image.value)
								? `the image ${image.value}, which is not pinned by digest`
								: environment !== "local" && !ours.test(image.value)
									? `the image ${image.value}`
									: undefined;
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
