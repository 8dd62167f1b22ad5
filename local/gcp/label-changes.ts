/** Changes of the labels that the provider manages: the program's, and its own. */
import type { DiffResult } from "../provider/core.ts";
import type { TypeFacts } from "../provider/facts.ts";
import { labelOutputs } from "../provider/outputs.ts";
import { type Properties, sameValue } from "../provider/values.ts";

/** Adds them to the result, where the type has labels and they are to be others than before. */
export function withLabelChanges(
	result: DiffResult,
	facts: TypeFacts,
	{ olds, news, defaults }: Record<"olds" | "news" | "defaults", Properties>,
): DiffResult {
	const { pulumiLabels } = labelOutputs(facts, news.labels, defaults, {
		prior: olds,
		preview: true,
	});
	if (facts.labels === undefined || sameValue(pulumiLabels, olds.pulumiLabels))
		return result;
	return {
		...result,
		changes: true,
		diffs: [...result.diffs, "effectiveLabels", "pulumiLabels"].sort(),
		detailed: {
			...result.detailed,
			effectiveLabels: "update",
			pulumiLabels: "update",
		},
	};
}
