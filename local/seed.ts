/** What a project holds before the platform is deployed for the first time: the secrets that somebody else issues. */
import { randomBytes } from "node:crypto";
import { secretsIn } from "../contract/bindings.ts";
import { environments } from "../contract/environments.ts";
import { secretIdIn } from "../contract/names.ts";
import { platform } from "../contract/platform.ts";
import { secretKey, versionName } from "./cloud/secret-access.ts";
import { type Entry, put, type World } from "./cloud/world.ts";
import { factsOf } from "./provider/facts.ts";
import { settle } from "./provider/outputs.ts";
import type { Properties } from "./provider/values.ts";
import { timestamp } from "./types/fill-in.ts";
import { SECRET, SECRET_VERSION } from "./types/tokens.ts";

/** How many versions each of them has. */
const VERSIONS = 3;

/** How the values of some issuers look, by the secret's id without the environment. */
const issued: Readonly<Record<string, () => string>> = {
	"google-oauth-client-id": () =>
		`${parseInt(randomBytes(5).toString("hex"), 16)}-${letters(32)}.apps.googleusercontent.com`,
	"google-oauth-client-secret": () => `GOCSPX-${letters(48)}`,
	"openai-api-key": () => `sk-proj-${letters(48)}`,
	"anthropic-api-key": () => `sk-ant-api03-${letters(48)}`,
	"gemini-api-key": () => `AIza${letters(48)}`,
};

/** Random hex digits, which never spell a word that a check for placeholders looks for. */
function letters(count: number): string {
	return randomBytes(count / 2).toString("hex");
}

/** Fills a new project, with values that are made up then; one that is no environment's of the contract stays empty. */
export function seedProject(world: World): void {
	const environment = environments.find(
		(each) => platform.environments[each].project === world.project,
	);
	if (environment === undefined) return;
	for (const { id, source } of secretsIn(platform, environment))
		if (source.from === "external")
			addSecret(
				world,
				secretIdIn(id, environment),
				issued[id] ?? (() => letters(48) + (source.endsIn ?? "")),
			);
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
