/** PostgreSQL can be brought back. */
import { valueIn } from "../../contract/bindings.ts";
import { at, booleanAt, is, numberAt, textAt } from "../read.ts";
import type { Rule } from "../rule.ts";
import { types } from "../stack.ts";

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
	*check({ stack, expected }) {
		const { backups, recoveryDays, availability } = valueIn(
			expected.platform.postgres,
			expected.environment,
		);
		for (const resource of stack.ofType(types.databaseInstance)) {
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
			for (const [holds, found, needed] of checks) {
				if (!holds) {
					yield { resource, found, needed };
				}
			}
		}
	},
};
