/** How preflight is told what to do: the words that jobs say, that preflight reads, and that the policy pack looks for. */
import type { Environment } from "./environments.ts";

export const preflightModes = ["check", "verify", "serve"] as const;
export type PreflightMode = (typeof preflightModes)[number];

/** One JSON object for each line, as Cloud Logging reads them. */
const json = "--json";

/** The arguments of preflight's image for a service of the contract in an environment. */
export function preflightArgs(
	mode: PreflightMode,
	service: string,
	environment: Environment,
): string[] {
	return [mode, service, environment, json];
}

/** True if arguments ask for exactly that; the form of the output does not count. */
export function asksPreflightFor(
	args: readonly string[],
	mode: PreflightMode,
	service: string,
	environment: Environment,
): boolean {
	const wanted = [mode, service, environment];
	const given = args.filter((each) => each !== json);
	return (
		given.length === wanted.length &&
		given.every((each, index) => each === wanted[index])
	);
}
