/** Random values that are made once and kept in the state, encrypted. */
import type * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";

/**
 * Random hex digits. Hex, since a mixed-case value hits word lists such as `dev` now and then; a RandomPassword,
 * since RandomId and RandomBytes put the value into the resource's id, which the state holds in plain text.
 * @param digits how many; each carries four bits
 * @param keepers what the value is made for: when they change, a new one is made
 */
export function generatedHex(
	name: string,
	digits: number,
	keepers: Record<string, number>,
	opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
	return new RandomPassword(
		name,
		{
			length: digits,
			lower: false,
			upper: false,
			overrideSpecial: "abcdef",
			keepers: Object.fromEntries(
				Object.entries(keepers).map(([key, value]) => [key, String(value)]),
			),
		},
		{
			...opts,
			// An edit of the form must not change a value that is in use.
			ignoreChanges: ["length", "lower", "upper", "overrideSpecial"],
		},
	).result;
}
