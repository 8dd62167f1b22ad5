/** Values are kept where the contract says. */
import { at, type Data, known, listAt, textAt } from "../read.ts";
import type { Rule } from "../rule.ts";
import { types } from "../stack.ts";

const unknowable = "a replication that this preview does not know";

export const secretReplication: Rule = {
	id: "secret-replication",
	level: "mandatory",
	requirements: [],
	complies:
		"Each secret of the contract is replicated as it says: automatically, or in the regions that it names, in any order.",
	rejects: [
		"automatic replication where the contract names regions",
		"regions where the contract says automatic, or other ones than it names",
		"no replication, one without a region, or one that this preview does not know",
	],
	why: "An organisation that restricts locations refuses the secret at the update; and where a secret is kept can't be changed without losing its versions.",
	fix: "set the secret's replication, or secretReplication in contract/platform.ts",
	looksAt: "resource",
	*check({ stack, expected }) {
		const { platform, environment } = expected;
		const { secretReplication = "automatic" } =
			platform.environments[environment];
		for (const resource of stack.ofType(types.secret)) {
			const secretId = known(textAt(resource.properties, "secretId"));
			const contract = expected.secrets.get(secretId ?? "");
			// Whether a secret may be here at all is for `no-orphan-secret` to say.
			if (contract === undefined) {
				continue;
			}
			const wanted = contract.replication?.[environment] ?? secretReplication;
			const needed =
				wanted === "automatic" ? wanted : regions(wanted.locations);
			const found = replicationOf(resource.properties);
			if (found !== needed) {
				yield { secretId, resource, found, needed };
			}
		}
	},
};

const regions = (locations: readonly string[]) =>
	`the regions ${[...locations].sort().join(", ")}`;

/** As a message says it, the same text for the same replication. */
function replicationOf(properties: Data): string {
	const auto = at(properties, "replication", "auto");
	const replicas = listAt(properties, "replication", "userManaged", "replicas");
	if (auto.state === "unknown" || replicas.state === "unknown") {
		return unknowable;
	}
	if (replicas.state === "missing") {
		return auto.state === "known" ? "automatic" : "no replication";
	}
	const locations = replicas.value.map((each) =>
		known(textAt(each, "location")),
	);
	return locations.every((location) => location !== undefined)
		? locations.length === 0
			? "no replication"
			: regions(locations)
		: unknowable;
}
