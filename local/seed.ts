/** What a project holds before the platform is deployed for the first time: the secrets that somebody else issues. */
import { randomBytes } from "node:crypto";
import { secretKey, versionName } from "./cloud/secret-access.ts";
import { type Entry, put, type World } from "./cloud/world.ts";
import { factsOf } from "./provider/facts.ts";
import { settle } from "./provider/outputs.ts";
import type { Properties } from "./provider/values.ts";
import { timestamp } from "./types/fill-in.ts";
import { SECRET, SECRET_VERSION } from "./types/tokens.ts";

/** How many versions each of them has. */
const VERSIONS = 3;

/** External secrets, without the environment, and how their values look. The values are made up when the cloud is. */
const external: Readonly<Record<string, () => string>> = {
	"google-oauth-client-id": () =>
		`${parseInt(randomBytes(5).toString("hex"), 16)}-${letters(32)}.apps.googleusercontent.com`,
	"google-oauth-client-secret": () => `GOCSPX-${letters(48)}`,
	"openai-api-key": () => `sk-proj-${letters(48)}`,
	"anthropic-api-key": () => `sk-ant-api03-${letters(48)}`,
	"gemini-api-key": () => `AIza${letters(48)}`,
	"clickhouse-password": () => letters(48),
};

/** Random hex digits, which never spell a word that a check for placeholders looks for. */
function letters(count: number): string {
	return randomBytes(count / 2).toString("hex");
}

/** Fills a new project; one whose id does not name an environment of the platform stays empty. */
export function seedProject(world: World): void {
	const environment = /^netra-(staging|production|local)$/.exec(
		world.project,
	)?.[1];
	if (environment === undefined) return;
	for (const [id, value] of Object.entries(external))
		addSecret(world, `${id}-${environment}`, value);
}

function addSecret(world: World, secretId: string, value: () => string): void {
	const secret = secretKey(world, secretId);
	put(world, SECRET, secret, newSecret(world, secretId, VERSIONS));
	for (let number = 1; number <= VERSIONS; number++) {
		const version = String(number);
		const name = versionName(world, secretId, version);
		const payload = value();
		put(world, SECRET_VERSION, name, {
			properties: {
				...propertiesOf(SECRET_VERSION, { secret, secretData: payload }),
				name,
				version,
				createTime: timestamp(),
			},
			hidden: { payload },
		});
	}
}

/** A secret that somebody made, with room for the versions that it has. */
export function newSecret(
	world: World,
	secretId: string,
	versions: number,
): Entry {
	return {
		properties: {
			...propertiesOf(SECRET, { secretId, replication: { auto: {} } }),
			project: world.project,
			name: `projects/${world.number}/secrets/${secretId}`,
			createTime: timestamp(),
			effectiveAnnotations: {},
			effectiveLabels: {},
		},
		hidden: { versions },
	};
}

/** A resource's properties as the API holds them, made from inputs as a program would give them. */
function propertiesOf(type: string, inputs: Properties): Properties {
	return settle(factsOf(type)?.properties ?? {}, { inputs, preview: false });
}
