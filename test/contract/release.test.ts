import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { environments } from "../../contract/environments.ts";
import { platform } from "../../contract/platform.ts";
import { parseRelease } from "../../contract/release.ts";
import { parsePlatform } from "../../contract/schema.ts";

const shipped = (environment: string) =>
	readFileSync(`releases/${environment}.json`, "utf8");

function message(
	edit: (release: ReturnType<typeof JSON.parse>) => void,
	contract = platform,
): string {
	const release = JSON.parse(shipped("staging"));
	edit(release);
	try {
		parseRelease(contract, "staging", "netra-staging", JSON.stringify(release));
	} catch (error) {
		return (error as Error).message;
	}
	return "accepted";
}

const problem = (line: string) =>
	`[release] releases/staging.json cannot be deployed; nothing was changed:\n  ${line}\n  fix: let the build write the file, or correct it by the digests that the registry shows`;

describe("a release", () => {
	it.each(environments)(
		"is accepted as it is shipped for %s",
		(environment) => {
			const { images } = parseRelease(
				platform,
				environment,
				`netra-${environment}`,
				shipped(environment),
			);
			expect(Object.keys(images)).toEqual([
				"auth",
				"backend",
				"frontend",
				"preflight",
			]);
		},
	);

	it("[R-050] is refused with a tag in place of a digest", () => {
		expect(
			message((release) => {
				release.images.auth =
					"us-central1-docker.pkg.dev/netra-staging/netra/auth:latest";
			}),
		).toBe(
			problem(
				"images.auth: must be an image by digest (registry/path@sha256:…): a tag can move to other code",
			),
		);
	});

	it("[R-050] is refused without the image of a service", () => {
		expect(
			message((release) => {
				delete release.images.backend;
			}),
		).toBe(problem("images.backend: is missing"));
	});

	it("[R-004] is refused with a preflight image that the policy pack does not know as one", () => {
		expect(
			message((release) => {
				release.images.preflight = release.images.preflight.replace(
					"/preflight@",
					"/login-check@",
				);
			}),
		).toBe(
			problem(
				"images.preflight: must be named 'preflight' in the registry, which is how the policy pack knows it",
			),
		);
	});

	it("[R-050] is refused with images of another environment", () => {
		expect(
			message((release) => {
				release.environment = "production";
			}),
		).toBe(
			problem(
				"environment: found 'production', but the images must be built for staging",
			),
		);
		expect(
			message((release) => {
				release.images.auth = release.images.auth.replace(
					"netra-staging",
					"netra-production",
				);
			}),
		).toBe(
			problem(
				"images.auth: is not in the registry of project netra-staging; if somebody else builds it, say so in the service's foreignImage",
			),
		);
	});

	it("[R-050] is refused with an image that only looks like one of the project", () => {
		expect(
			message((release) => {
				release.images.auth = release.images.auth.replace(
					"us-central1-docker.pkg.dev",
					"docker.io",
				);
			}),
		).toBe(
			problem(
				"images.auth: is not in the registry of project netra-staging; if somebody else builds it, say so in the service's foreignImage",
			),
		);
	});

	describe("with a service that somebody else builds", () => {
		const digest = `sha256:${"0f".repeat(32)}`;
		const foreign = (repository: string | Record<string, string>) => {
			const contract = structuredClone(platform);
			Object.assign(contract.services.auth ?? {}, {
				foreignImage: { repository, reason: "it is the vendor's" },
			});
			return parsePlatform(contract);
		};
		const withAuth = (image: string) => (release: { images: object }) => {
			Object.assign(release.images, { auth: image });
		};
		const elsewhere = "docker.io/vendor/auth";

		it("[R-050] is accepted with the repository that the contract names", () => {
			expect(
				message(withAuth(`${elsewhere}@${digest}`), foreign(elsewhere)),
			).toBe("accepted");
			const remote = (project: string) =>
				`europe-west1-docker.pkg.dev/${project}/hub/vendor/auth`;
			expect(
				message(
					withAuth(`${remote("netra-staging")}@${digest}`),
					foreign({
						staging: remote("netra-staging"),
						production: remote("netra-production"),
					}),
				),
			).toBe("accepted");
		});

		it.each([
			"us-central1-docker.pkg.dev/netra-staging/netra/auth",
			"docker.io/vendor/auth2",
			"docker.io/vendor",
			"docker.io/vendor/auth/more",
		])("[R-050] is refused with another one: %s", (other) => {
			expect(message(withAuth(`${other}@${digest}`), foreign(elsewhere))).toBe(
				problem(
					"images.auth: is not from docker.io/vendor/auth, which contract/platform.ts names",
				),
			);
		});

		it("[R-050] is refused with its image by tag, or for another service", () => {
			expect(
				message(withAuth(`${elsewhere}:latest`), foreign(elsewhere)),
			).toContain("images.auth: must be an image by digest");
			expect(
				message((release) => {
					release.images.auth = `${elsewhere}@${digest}`;
					release.images.backend = `${elsewhere}@${digest}`;
				}, foreign(elsewhere)),
			).toBe(
				problem(
					"images.backend: is not in the registry of project netra-staging; if somebody else builds it, say so in the service's foreignImage",
				),
			);
		});
	});

	it("is refused if it is not JSON", () => {
		expect(() =>
			parseRelease(platform, "staging", "netra-staging", "{"),
		).toThrow(
			/^\[release\] releases\/staging\.json is not JSON: .*\n {2}fix: let the build write the file again$/,
		);
	});
});
