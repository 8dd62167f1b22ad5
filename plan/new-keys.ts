/** Keys that stored data depends on, and that an update would make anew. */
import { secretsIn } from "../contract/bindings.ts";
import { generatorOf, keyEpochOf } from "../contract/generators.ts";
import { keptVersion } from "../contract/kept-version.ts";
import { secretIdIn } from "../contract/names.ts";
import type { Platform, SecretContract } from "../contract/schema.ts";
import type { StackConfig } from "../contract/stack-config.ts";
import { type Recorded, recordedText, types } from "./recorded.ts";
import type { Replacement } from "./replacement.ts";
import { lastSegment } from "./revision-name.ts";

/** A Fernet key's generator makes so many digits, and no other one does. */
const fernetDigits = 32;

/** The Fernet keys that get another value: by their epoch, by another source, or since the secret was renamed. */
export function newKeys(
	platform: Platform,
	config: StackConfig,
	recorded: readonly Recorded[],
): Replacement[] {
	return secretsIn(platform, config.environment)
		.filter(({ source }) => source.from === "generated.fernet")
		.filter(({ id }) => keptVersion(config, id) === undefined)
		.flatMap((secret) => {
			const found = changeOf(secret, platform, config, recorded);
			return found === undefined
				? []
				: [
						{
							...found,
							what: `key ${secret.id}`,
							lost: "all that is encrypted with it",
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
	const { id } = secret;
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
			Number(properties.length) === fernetDigits &&
			!platform.secrets.some((each) => generatorOf(each) === name),
	);
	return (
		before && {
			change: `the key was ${before.name}'s, would be a new one`,
			fix: `in contract/platform.ts, give ${id} the source { from: "generated.fernet", generator: "${before.name}" }; if ${id} is another key, deploy it before ${before.name} leaves the contract`,
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
