/** Ways to break the data stores, and what watches over all of it. */
import { UNKNOWN, type Value } from "../../../fixtures/resources.ts";
import { add, remove, set, setTemplate, type } from "../operations.ts";
import { auth, line, type Ways } from "./way.ts";

const ip = "settings.ipConfiguration";
const backup = "settings.backupConfiguration";
const instance = (path: string, value: Value | undefined) =>
	set(type("DatabaseInstance"), path, value);
const flags = (value: Value | undefined) =>
	instance("settings.databaseFlags", value);

export const stores: Ways = {
	"sql-private-encrypted": {
		"no instance while a service needs PostgreSQL": [
			line(remove(type("DatabaseInstance")), "service backend"),
		],
		"a public address, or authorized networks": [
			line(instance(`${ip}.ipv4Enabled`, true), "ipv4Enabled with 'true'"),
			line(
				instance(`${ip}.ipv4Enabled`, undefined),
				"ipv4Enabled with nothing",
			),
			line(
				instance(`${ip}.authorizedNetworks`, [{ value: "0.0.0.0/0" }]),
				"authorized networks",
			),
		],
		"no private network": [
			line(instance(`${ip}.privateNetwork`, undefined), "no private network"),
		],
		"connections in plain text": [
			line(
				instance(`${ip}.sslMode`, "ALLOW_UNENCRYPTED_AND_ENCRYPTED"),
				"sslMode",
			),
			line(instance(`${ip}.sslMode`, undefined), "sslMode with nothing"),
		],
		"a setting that this preview does not know": [
			line(instance(`${ip}.sslMode`, UNKNOWN), "sslMode"),
			line(instance("settings", UNKNOWN), "ipv4Enabled"),
		],
	},
	"sql-backups": {
		"backups or point-in-time recovery that are off, fewer or shorter": [
			line(instance(`${backup}.enabled`, false), "no backups"),
			line(
				instance(`${backup}.backupRetentionSettings.retainedBackups`, 1),
				"fewer backups",
			),
			line(
				instance(`${backup}.pointInTimeRecoveryEnabled`, false),
				"no point-in-time recovery",
			),
			line(
				instance(`${backup}.transactionLogRetentionDays`, 1),
				"a shorter recovery",
			),
		],
		"another availability": [
			line(
				instance("settings.availabilityType", "REGIONAL"),
				"another availability",
			),
		],
		"a setting that this preview does not know": [
			line(instance(`${backup}.enabled`, UNKNOWN), "no backups"),
			line(instance("settings", UNKNOWN), "no backups"),
		],
	},
	"connection-budget": {
		"another max_connections": [
			line(flags(undefined), "another max_connections"),
			line(
				flags([{ name: "max_connections", value: "100" }]),
				"another max_connections",
			),
		],
		"more instances than the contract has, or a number that this preview does not know":
			[
				line(
					setTemplate(auth, "scaling.maxInstanceCount", 11),
					"service auth",
					"11 instances",
				),
				line(
					setTemplate(auth, "scaling.maxInstanceCount", UNKNOWN),
					"service auth",
					"does not know",
				),
				line(setTemplate(auth, "scaling", undefined), "service auth"),
			],
		"a sum that does not fit": [
			line(
				setTemplate(auth, "scaling.maxInstanceCount", 50),
				"390 connections in a rollout",
			),
		],
	},
	"alerts-present": {
		"no alert policy at all": [
			line(remove(type("AlertPolicy")), "no alert policy"),
		],
		"an alert policy that is disabled or notifies nobody": [
			line(
				add("gcp:monitoring/alertPolicy:AlertPolicy", "quiet", {
					enabled: true,
					notificationChannels: [],
				}),
				"resource quiet",
			),
			line(
				add("gcp:monitoring/alertPolicy:AlertPolicy", "off", {
					enabled: false,
					notificationChannels: ["channel"],
				}),
				"resource off",
			),
		],
	},
};
