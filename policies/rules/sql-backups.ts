/** PostgreSQL can be brought back. */
import { valueIn } from "../../contract/environments.ts";
import type { PostgresSizing } from "../../contract/stores.ts";
import { at, booleanAt, is, numberAt, textAt } from "../read.ts";
import type { Finding, Rule } from "../rule.ts";
import { type StackResource, types } from "../stack.ts";
import { databasesIn } from "../stores.ts";

export const sqlBackups: Rule = {
	id: "sql-backups",
	level: "mandatory",
	requirements: ["R-070"],
	complies:
		"Each Cloud SQL instance has backups and point-in-time recovery, as many and for as long as the contract says, and the contract's availability.",
	rejects: [
		"backups or point-in-time recovery that are off, fewer or shorter",
		"another availability",
		"a setting that this preview does not know",
	],
	why: "A rollback of the application does not bring data back.",
	fix: "write settings.backupConfiguration and availabilityType as contract/platform.ts says",
	looksAt: "resource",
	*check(evidence) {
		const { stack, expected } = evidence;
		for (const resource of stack.ofType(types.databaseInstance)) {
			const [first = [], ...others] = databasesIn(evidence, resource).map(
				({ store }) =>
					problemsOf(resource, valueIn(store.sizing, expected.environment)),
			);
			// Where it may be several stores, it is the one that it fits best.
			const fewest = others.reduce(
				(best, each) => (each.length < best.length ? each : best),
				first,
			);
			yield* fewest;
		}
	},
};

function problemsOf(
	resource: StackResource,
	{ backups, recoveryDays, availability }: PostgresSizing,
): Finding[] {
	const settings = at(resource.properties, "settings");
	const data = settings.state === "known" ? settings.value : null;
	const path = "backupConfiguration";
	const kept = numberAt(
		data,
		path,
		"backupRetentionSettings",
		"retainedBackups",
	);
	const days = numberAt(data, path, "transactionLogRetentionDays");
	const checks: [boolean, string, string][] = [
		[is(booleanAt(data, path, "enabled"), true), "no backups", "backups"],
		[
			kept.state === "known" && kept.value >= backups,
			"fewer backups, or a number that this preview does not know",
			`${backups} backups`,
		],
		[
			is(booleanAt(data, path, "pointInTimeRecoveryEnabled"), true),
			"no point-in-time recovery",
			"point-in-time recovery",
		],
		[
			days.state === "known" && days.value >= recoveryDays,
			"a shorter recovery, or one that this preview does not know",
			`${recoveryDays} days of recovery`,
		],
		[
			is(textAt(data, "availabilityType"), availability),
			"another availability",
			availability,
		],
	];
	return checks.flatMap(([holds, found, needed]) =>
		holds ? [] : [{ resource, found, needed }],
	);
}
