/** Keys that stored data depends on, and that an update would make anew. */
import { secretsIn } from "../contract/bindings.ts";
import { generatorOf, keyEpochOf } from "../contract/generators.ts";
import { keptVersion } from "../contract/kept-version.ts";
import { secretIdIn } from "../contract/names.ts";
import type { Platform, SecretContract } from "../contract/schema.ts";
import { hexDigitsOf, isGenerated } from "../contract/sources.ts";
import type { StackConfig } from "../contract/stack-config.ts";
import { type Recorded, recordedText, types } from "./recorded.ts";
import type { Replacement } from "./replacement.ts";
import { lastSegment } from "./revision-name.ts";

/** The keys of that kind that get another value: by their epoch, by another source, or since the secret was renamed. */
export function newKeys(
	platform: Platform,
	config: StackConfig,
	recorded: readonly Recorded[],
): Replacement[] {
	return secretsIn(platform, config.environment)
		.filter(({ source }) => isGenerated(source) && source.dataDepends === true)
		.filter(({ id }) => keptVersion(config, id) === undefined)
		.flatMap((secret) => {
			const found = changeOf(secret, platform, config, recorded);
			return found === undefined
				? []
				: [
						{
							...found,
							what: `key ${secret.id}`,
							lost: "all stored data that depends on it",
							bound: false,
						},
					];
		});
}

function changeOf(
	secret: SecretContract,
	platform: Platform,
	config: StackConfig,
	recorded: readonly Recorded[],
): Pick<Replacement, "change" | "fix"> | undefined {
	const { id, source } = secret;
	if (!isGenerated(source)) {
		return undefined;
	}
	const generator = recorded.find(
		({ type, name }) =>
			type === types.generator && name === generatorOf(secret),
	);
	if (generator !== undefined) {
		const { epoch } = generator.properties.keepers as { epoch: string };
		const declared = String(keyEpochOf(config, secret));
		return epoch === declared
			? undefined
			: {
					change: `its epoch is ${epoch}, would be ${declared}`,
					fix: `pulumi config set --path 'keyEpochs["${id}"]' ${epoch} -s ${config.environment}`,
				};
	}
	if (isDeployed(id, config, recorded)) {
		return {
			change: "its value comes from elsewhere, would be generated",
			fix: `put its source, or adopted["${id}"], back to what it was`,
		};
	}
	const before = recorded.find(
		({ type, name, properties }) =>
			type === types.generator &&
			Number(properties.length) === hexDigitsOf(source) &&
			!platform.secrets.some((each) => generatorOf(each) === name),
	);
	return (
		before && {
			change: `the key was ${before.name}'s, would be a new one`,
			fix: `in contract/platform.ts, add generator: "${before.name}" to the source of ${id}; if ${id} is another key, deploy it before ${before.name} leaves the contract`,
		}
	);
}

/** A service reads it already: the stack made its version, or granted somebody else's. */
function isDeployed(
	id: string,
	{ environment }: StackConfig,
	recorded: readonly Recorded[],
): boolean {
	const secretId = secretIdIn(id, environment);
	return recorded.some(
		(each) =>
			(each.type === types.secretVersion && each.name === id) ||
			(each.type === types.grant &&
				lastSegment(recordedText(each, "secretId")) === secretId),
	);
}
