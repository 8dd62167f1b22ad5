import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { environments } from "../../contract/environments.ts";
import { platform } from "../../contract/platform.ts";
import { parseRelease } from "../../contract/release.ts";

const shipped = (environment: string) =>
	readFileSync(`releases/${environment}.json`, "utf8");

function message(
	edit: (release: ReturnType<typeof JSON.parse>) => void,
): string {
	const release = JSON.parse(shipped("staging"));
	edit(release);
	try {
		parseRelease(platform, "staging", "netra-staging", JSON.stringify(release));
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
			problem("images.auth: is not in the registry of project netra-staging"),
		);
	});

	it("is refused if it is not JSON", () => {
		expect(() =>
			parseRelease(platform, "staging", "netra-staging", "{"),
		).toThrow(
			/^\[release\] releases\/staging\.json is not JSON: .*\n {2}fix: let the build write the file again$/,
		);
	});
});
