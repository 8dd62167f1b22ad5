/** Certificates as services read them. */
import type * as pulumi from "@pulumi/pulumi";

/** One text of all certificates in their order, each of which ends its line, so that the next one begins its own. */
export function pemOf(
	certificates: pulumi.Output<{ cert?: string }[]>,
): pulumi.Output<string> {
	return certificates.apply((all) =>
		all.map(({ cert }) => `${cert?.trim()}\n`).join(""),
	);
}
