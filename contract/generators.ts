/** What makes the value of a generated secret. */
import { own } from "./own-keys.ts";
import type { SecretContract } from "./schema.ts";
import type { StackConfig } from "./stack-config.ts";

/** The id whose generator makes a secret's value: its own, unless the secret was renamed. */
export function generatorOf({ id, source }: SecretContract): string {
	return "generator" in source ? (source.generator ?? id) : id;
}

/** What a generated value is made for; another epoch makes another value. A renamed secret goes on with its epoch. */
export function keyEpochOf(
	{ keyEpochs }: Pick<StackConfig, "keyEpochs">,
	secret: SecretContract,
): number {
	return own(keyEpochs, secret.id) ?? own(keyEpochs, generatorOf(secret)) ?? 0;
}
