/** What a program registers, as tests read it. */
import type { Goal } from "./state.ts";

/** One resource as the program describes it. */
export type Registration = Omit<Goal, "options"> & { options: Options };

/** What is asked of the engine beside the inputs; only what differs from the engine's defaults. */
export type Options = Omit<Goal["options"], "aliases" | "version"> & {
	aliases?: number;
};

export function registrationOf({ options, ...goal }: Goal): Registration {
	const { version: _, aliases = [], ...rest } = options;
	return {
		...goal,
		options: Object.fromEntries(
			Object.entries({ ...rest, aliases: aliases.length }).filter(
				([, value]) => value !== false && value !== 0,
			),
		),
	};
}
