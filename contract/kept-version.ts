/** Which secrets' values this stack does not make. */
import { own } from "./own-keys.ts";
import type { StackConfig } from "./stack-config.ts";

/** The version of a secret whose value this stack does not make. */
export function keptVersion(
	config: Pick<StackConfig, "adopted" | "externalSecrets">,
	id: string,
): number | undefined {
	const external = own(config.externalSecrets, id);
	return (
		own(config.adopted, id) ??
		(external !== undefined && "version" in external
			? external.version
			: undefined)
	);
}
