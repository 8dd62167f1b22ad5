/** Plain variables whose value is not the contract's. */
import type { PlainValue } from "../contract/schema.ts";
import type { OurWorkload } from "./evidence.ts";
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

/** The variables of some sources that a workload has with another value than the contract's, or with an unknown one. */
export function* wrongPlainValues(
	workload: OurWorkload,
	...sources: PlainSource[]
): Generator<Finding> {
	const given = new Map(
		known(workload.variables)?.map((each) => [known(each.name), each]),
	);
	for (const { variable, value, source } of workload.of.plain) {
		const found = given.get(variable);
		if (
			sources.includes(source) &&
			found !== undefined &&
			(found.secret !== undefined || known(found.value) !== value)
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
