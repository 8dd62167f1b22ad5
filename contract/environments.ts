/** The environments that a platform has, and what a contract may say of a value for each. */
import { z } from "zod";

export const environments = ["local", "staging", "production"] as const;
export type Environment = (typeof environments)[number];

/** A value for each environment. */
export type PerEnvironment<T> = {
	/** @default the value for staging */
	local?: T | undefined;
	staging: T;
	production: T;
};

/**
 * A value for each environment; `local` follows `staging` unless it is given.
 * @see valueIn
 */
export const perEnvironment = <T extends z.ZodType>(value: T) =>
	z.strictObject({
		local: value.optional(),
		staging: value,
		production: value,
	});

/** The value for an environment; `local` follows `staging` unless the contract gives it. */
export function valueIn<T>(
	value: PerEnvironment<T>,
	environment: Environment,
): T {
	return environment === "local"
		? (value.local ?? value.staging)
		: value[environment];
}
