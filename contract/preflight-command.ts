/** How preflight is told what to do: the words that jobs say, that preflight reads, and that the policy pack looks for. */

export const preflightModes = ["check", "verify", "serve"] as const;
export type PreflightMode = (typeof preflightModes)[number];

/** One JSON object for each line, as Cloud Logging reads them. */
const json = "--json";

/** The arguments of preflight's image for a service of the contract. */
export function preflightArgs(mode: PreflightMode, service: string): string[] {
	return [mode, service, json];
}

/** True if arguments ask for exactly that; the form of the output does not count. */
export function asksPreflightFor(
	args: readonly string[],
	mode: PreflightMode,
	service: string,
): boolean {
	const [first, second, ...others] = args.filter((each) => each !== json);
	return first === mode && second === service && others.length === 0;
}
