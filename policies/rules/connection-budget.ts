/** All instances of all services fit into the database's connections, also while a rollout runs both revisions. */
import { valueIn } from "../../contract/environments.ts";
import { storesOfKind } from "../../contract/needs.ts";
import type { Evidence, OurWorkload } from "../evidence.ts";
import { storesBehind } from "../needs.ts";
import { elementsAt, is, numberAt, type Reading, textAt } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";
import { types } from "../stack.ts";
import { databasesIn } from "../stores.ts";

/** Connections that PostgreSQL and its operators keep for themselves. */
const reserved = 20;

export const connectionBudget: Rule = {
	id: "connection-budget",
	level: "mandatory",
	requirements: ["R-071"],
	complies:
		"Each database has the contract's max_connections, each service at most the contract's instances, and twice the sum of pool × instances stays below max_connections less 20.",
	rejects: [
		"another max_connections",
		"more instances than the contract has, or a number that this preview does not know",
		"a sum that does not fit",
	],
	why: "In a rollout old and new revisions hold connections together; the one that gets none does not start.",
	fix: "lower maxInstanceCount, or raise max_connections in contract/platform.ts",
	looksAt: "stack",
	*check(evidence) {
		const { platform, environment } = evidence.expected;
		const stores = storesOfKind(platform, "postgres");
		yield* wrongLimits(evidence);
		const connections = new Map(stores.map(({ name }) => [name, 0]));
		for (const workload of evidence.ours) {
			const { contract } = workload.of;
			if (workload.kind === "job") {
				continue;
			}
			const wanted = valueIn(contract.sizing, environment).maxInstances;
			const found = instancesOf(workload);
			if (found.state !== "known" || found.value > wanted) {
				yield {
					...suffers(workload),
					found:
						found.state === "known"
							? `${found.value} instances at most`
							: "a maximum of instances that this preview does not know",
					needed: `at most ${wanted}, as the contract says`,
				};
			}
			const instances = found.state === "known" ? found.value : wanted;
			const names = new Set(
				[...storesBehind(evidence, workload)]
					.filter(({ type }) => type === types.databaseInstance)
					.flatMap((instance) => databasesIn(evidence, instance))
					.map(({ name }) => name),
			);
			for (const name of names) {
				connections.set(
					name,
					(connections.get(name) ?? 0) +
						(contract.poolPerInstance ?? 0) * instances,
				);
			}
		}
		for (const { name, store } of stores) {
			const { maxConnections } = valueIn(store.sizing, environment);
			const inRollout = 2 * (connections.get(name) ?? 0);
			if (inRollout >= maxConnections - reserved) {
				yield {
					found: `${inRollout} connections in a rollout${stores.length > 1 ? ` to ${name}` : ""}`,
					needed: `fewer than ${maxConnections - reserved}, which is max_connections less ${reserved}`,
				};
			}
		}
	},
};

function instancesOf({ template }: OurWorkload): Reading<number> {
	return numberAt(template, "scaling", "maxInstanceCount");
}

function* wrongLimits(evidence: Evidence): Generator<Finding> {
	const { stack, expected } = evidence;
	for (const resource of stack.ofType(types.databaseInstance)) {
		const flags = elementsAt(resource.properties, "settings", "databaseFlags");
		const flag = flags.find((each) =>
			is(textAt(each, "name"), "max_connections"),
		);
		const wanted = databasesIn(evidence, resource).map(
			({ store }) => valueIn(store.sizing, expected.environment).maxConnections,
		);
		if (!wanted.some((each) => is(numberAt(flag ?? null, "value"), each))) {
			yield {
				resource,
				found:
					"another max_connections, or one that this preview does not know",
				needed: `the flag max_connections with ${wanted.join(" or ")}`,
			};
		}
	}
}
