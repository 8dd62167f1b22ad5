/** A release: which images run, written by the build into `releases/<environment>.json`. */
import { z } from "zod";
import type { Environment } from "./environments.ts";
import { UserError } from "./errors.ts";
import { foreignRepository } from "./foreign-image.ts";
import { own } from "./own-keys.ts";
import { oneLine, shownName } from "./printable.ts";
import type { Platform } from "./schema.ts";

const imageByDigest = z
	.string()
	.regex(
		/^[a-z0-9.-]+(\/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}$/,
		"must be an image by digest (registry/path@sha256:…): a tag can move to other code",
	);

/** What a release file holds; what depends on the contract is checked beside it. @see parseRelease */
export const releaseShape = z.strictObject({
	/** Becomes a label: at most 63 lower-case letters, digits, '-' and '_'. */
	name: z
		.string()
		.regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "must be fit for a label"),
	/** The commit that the images were built from, but for those that somebody else builds, and preflight's, which serves every contract. */
	commit: z.string().regex(/^[0-9a-f]{40}$/, "must be a full commit hash"),
	/** The environment that the images were built for: Next.js writes its URLs in at build time. */
	environment: z.string(),
	images: z.record(z.string(), imageByDigest),
});

export type Release = z.infer<typeof releaseShape>;

/** The image that checks a service's credentials; every release has it beside the services' images. */
export const preflightImage = "preflight";

/** True for an image of preflight, by the last part of its path: `registry/project/folder/preflight@sha256:…`. */
export function isPreflightImage(image: string): boolean {
	const [path = ""] = image.split("@", 1);
	return /(?:^|\/)([^/:]+)(?::[^/]*)?$/.exec(path)?.[1] === preflightImage;
}

/** True for an image in a project's Artifact Registry. */
function isInRegistryOf(project: string, image: string): boolean {
	const [host = "", owner] = image.split("/");
	return host.endsWith("-docker.pkg.dev") && owner === project;
}

/**
 * Checks a release file's content.
 * @param text what the file holds; undefined if there is none
 * @throws {UserError} that lists every problem of the file
 */
export function parseRelease(
	platform: Platform,
	environment: Environment,
	project: string,
	text: string | undefined,
): Release {
	const file = `releases/${environment}.json`;
	if (text === undefined) {
		throw new UserError(
			`[release] ${file} is missing, so there is nothing to deploy\n  fix: let the build write the file, or take it back: git checkout -- ${file}`,
		);
	}
	const result = releaseShape.safeParse(json(file, text));
	const problems = result.success
		? releaseProblems(platform, environment, project, result.data)
		: result.error.issues.map(({ path, message }) =>
				oneLine(`${path.map(String).map(shownName).join(".")}: ${message}`),
			);
	if (!result.success || problems.length > 0) {
		throw new UserError(
			`[release] ${file} cannot be deployed; nothing was changed:\n${problems.map((each) => `  ${each}`).join("\n")}\n  fix: let the build write the file, or correct it by the digests that the registry shows`,
		);
	}
	return result.data;
}

function json(file: string, text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new UserError(
			`[release] ${file} is not JSON: ${(error as Error).message}\n  fix: let the build write the file again`,
		);
	}
}

function releaseProblems(
	platform: Platform,
	environment: Environment,
	project: string,
	release: Release,
): string[] {
	const wanted = [...Object.keys(platform.services), preflightImage];
	const problems = wanted
		.filter((name) => !Object.hasOwn(release.images, name))
		.map((name) => `images.${name}: is missing`);
	for (const [name, image] of Object.entries(release.images)) {
		if (!wanted.includes(name)) {
			problems.push(
				`images.${shownName(name)}: is not an image of this platform; it has ${wanted.join(", ")}`,
			);
		}
		if (name === preflightImage && !isPreflightImage(image)) {
			problems.push(
				`images.${name}: must be named '${preflightImage}' in the registry, which is how the policy pack knows it`,
			);
		}
		const service = own(platform.services, name);
		const foreign = service && foreignRepository(service, environment);
		if (foreign !== undefined) {
			if (image.split("@")[0] !== foreign) {
				problems.push(
					`images.${name}: is not from ${foreign}, which contract/platform.ts names`,
				);
			}
		} else if (!isInRegistryOf(project, image)) {
			problems.push(
				`images.${shownName(name)}: is not in the registry of project ${project}; if somebody else builds it, say so in the service's foreignImage`,
			);
		}
	}
	if (release.environment !== environment) {
		problems.push(
			`environment: found '${shownName(release.environment)}', but the images must be built for ${environment}`,
		);
	}
	return problems;
}
