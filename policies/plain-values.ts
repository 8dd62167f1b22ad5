/** Plain variables whose value is not the contract's. */
import { own } from "../contract/own-keys.ts";
import type { PlainValue } from "../contract/schema.ts";
import type { OurWorkload } from "./evidence.ts";
import type { Expected } from "./expected.ts";
import { known } from "./read.ts";
import { type Finding, suffers } from "./rule.ts";

/** Where the contract takes a plain value from: `literal` is written in it. */
export type PlainSource =
	| "literal"
	| "environment"
	| "project"
	| "region"
	| "url"
	| "urls"
	| "host"
	| "hosts";

export function plainSource(value: PlainValue): PlainSource {
	return typeof value === "object" && "from" in value ? value.from : "literal";
}

/**
 * True if a value is what the contract writes. Looked at from the value's side, and not by what makes the value for the
 * program: a fault there must not hide itself.
 */
function says(
	value: string,
	written: PlainValue,
	{ platform, environment, project }: Expected,
): boolean {
	if (typeof written === "string") {
		return value === written;
	}
	const here = environment === "local" ? "staging" : environment;
	if (!("from" in written)) {
		return value === (written[environment] ?? written[here]);
	}
	switch (written.from) {
		case "environment":
			return value === environment;
		case "project":
			return value === project;
		case "region":
			return (
				value ===
				(platform.environments[environment].region ??
					platform.environments[here].region)
			);
	}
	const service = own(platform.services, written.of);
	const hosts =
		service?.publicHosts[environment] ?? service?.publicHosts[here] ?? [];
	switch (written.from) {
		case "host":
			return value === hosts[0];
		case "hosts":
			return value === hosts.join();
		case "url":
			return value === [written.scheme ?? "https", hosts[0]].join("://");
		case "urls": {
			// Not made as the components make it.
			const found = value.split(",").map((each) => each.split("://"));
			return (
				found.length === hosts.length &&
				found.every(
					([scheme, host], index) =>
						scheme === "https" && host === hosts[index],
				)
			);
		}
	}
}

/** The variables of some sources that a workload has with another value than the contract's, or with an unknown one. */
export function* wrongPlainValues(
	workload: OurWorkload,
	expected: Expected,
	...sources: PlainSource[]
): Generator<Finding> {
	const given = new Map(
		known(workload.variables)?.map((each) => [known(each.name), each]),
	);
	for (const { variable, value, written } of workload.of.plain) {
		const found = given.get(variable);
		if (
			sources.includes(plainSource(written)) &&
			found !== undefined &&
			(found.secret !== undefined ||
				known(found.value) === undefined ||
				!says(known(found.value) ?? "", written, expected))
		) {
			yield {
				...suffers(workload),
				variable,
				found:
					found.secret !== undefined
						? "a binding to a secret"
						: found.value.state === "known"
							? "another value"
							: "a value that this preview does not know",
				needed: `the plain value '${value}'`,
			};
		}
	}
}
