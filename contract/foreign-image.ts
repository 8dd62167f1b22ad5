/** Images that somebody else builds. */
import { z } from "zod";
import { type Environment, perEnvironment, valueIn } from "./environments.ts";
import type { ServiceContract } from "./schema.ts";

/** As in every reference to an image: lower-case names with separators between their parts. */
const path = /^[a-z0-9.-]+(\/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)+$/;

/**
 * What Cloud Run takes images from: Artifact Registry, which serves gcr.io too, and Docker Hub. A later state of the page
 * names ghcr.io as well; a remote repository works either way.
 * @see https://cloud.google.com/run/docs/deploying "Supported container registries and images"
 */
const registries =
	/^([a-z0-9-]+-docker\.pkg\.dev\/[a-z0-9.:-]+\/[^/]+\/|((us|eu|asia)\.)?gcr\.io\/[^/]+\/|docker\.io\/[^/]+\/)[^/]/;

// One check that reports one problem: a text that is none of a union's members has to be told why.
const imageRepository = z.string().superRefine((repository, context) => {
	const message = !path.test(repository)
		? "must be an image's repository with its registry and without tag and digest, such as docker.io/langfuse/langfuse"
		: registries.test(repository)
			? undefined
			: "is not where Cloud Run takes images from, which is Artifact Registry and docker.io/<owner>/<image>: make a remote repository of Artifact Registry for it, and name that, <location>-docker.pkg.dev/<project>/<repository>/<image>";
	if (message !== undefined) {
		context.addIssue({ code: "custom", message });
	}
});

export const foreignImage = z.strictObject({
	/** Its registry and path; one for each environment where each has a remote repository of its own. */
	repository: z.union([imageRepository, perEnvironment(imageRepository)]),
	/** For reviewers. */
	reason: z
		.string()
		.refine(
			(reason) => reason.trim() !== "",
			"must give the reason why somebody else's image runs here",
		),
});

/** The repository of the image that somebody else builds for a service; undefined for one that is built here. */
export function foreignRepository(
	{ foreignImage }: Pick<ServiceContract, "foreignImage">,
	environment: Environment,
): string | undefined {
	const repository = foreignImage?.repository;
	return typeof repository === "object"
		? valueIn(repository, environment)
		: repository;
}
