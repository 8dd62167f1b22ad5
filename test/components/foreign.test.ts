/** A platform with what others make and run: an image, and hosts that services call. */
import { afterAll, expect, it } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import { parsePlatform } from "../../contract/schema.ts";
import { secondKey } from "../../policies/shipped-key.ts";
import { draftOf } from "../../tools/key-draft.ts";
import { shippedStack } from "../in-process/shipped.ts";

const image = `docker.io/vendor/console@sha256:${"0f".repeat(32)}`;
const copy = structuredClone(platform);
const { frontend } = copy.services;
Object.assign(frontend ?? {}, {
	foreignImage: {
		repository: "docker.io/vendor/console",
		reason: "the vendor builds it",
	},
});
Object.assign(frontend?.variables ?? {}, {
	SENTRY_DSN: "https://0123456789abcdef@o1.ingest.sentry.io/2",
	OTEL_EXPORTER_OTLP_ENDPOINT: "https://telemetry.vendor.io:4318",
});
copy.foreignHosts = {
	"o1.ingest.sentry.io": "errors are kept there",
	"telemetry.vendor.io": "traces are kept there",
};
const contract = parsePlatform(copy);
const release = (text: string) => {
	const { images, ...rest } = JSON.parse(text);
	return JSON.stringify({ ...rest, images: { ...images, frontend: image } });
};
const stack = shippedStack(
	"staging",
	{ policies: { platform: contract, secondKey: draftOf(contract, secondKey) } },
	() => ({ contract, release }),
);
afterAll(() => stack.remove());

it("[R-050] runs somebody else's image by its digest, under the whole policy pack", async () => {
	const run = await stack.up();
	expect(run.ok ? [] : run.messages).toEqual([]);
	const images = run.registrations
		.filter(({ type }) => type.startsWith("gcp:cloudrunv2/"))
		.filter(({ name }) => name.startsWith("frontend"))
		.map(({ name, inputs }) => [
			name,
			/"image":"([^"@]*)/.exec(JSON.stringify(inputs))?.[1],
		]);
	const preflight = "us-central1-docker.pkg.dev/netra-staging/netra/preflight";
	expect(images.sort()).toEqual([
		["frontend", "docker.io/vendor/console"],
		["frontend-preflight", preflight],
		["frontend-verify", preflight],
	]);
});
