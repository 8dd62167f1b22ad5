/** Cloud SQL: instances, databases and logins. */
import { type Entry, find, removeWhere, type World } from "../cloud/world.ts";
import { CloudError } from "../provider/core.ts";
import { at, isObject, type Properties, textAt } from "../provider/values.ts";
import { fillTemplate } from "./fill-in.ts";
import type { Finish, Operation, ResourceType } from "./resource-type.ts";
import { DATABASE, SQL_INSTANCE, SQL_USER } from "./tokens.ts";

/** From this version of PostgreSQL on, an instance without an edition is an ENTERPRISE_PLUS one. */
const PLUS_FROM = 16;
/** The longest point-in-time recovery of the ENTERPRISE edition. */
const MAX_LOG_DAYS = 7;

/** @throws {CloudError} for a tier or a setting that the edition does not have. */
function checkEdition(settings: Properties): void {
	const edition = textAt(settings, "edition");
	const tier = textAt(settings, "tier");
	const isPlusTier = /^db-(?:perf-optimized|c4a-highmem)-/.test(tier);
	if ((edition === "ENTERPRISE_PLUS") !== isPlusTier)
		throw new CloudError(
			`Error, failed to create instance: googleapi: Error 400: Invalid request: Invalid Tier (${tier}) for (${edition}) Edition., invalid`,
		);
	const days = at(settings, "backupConfiguration.transactionLogRetentionDays");
	if (
		edition === "ENTERPRISE" &&
		typeof days === "number" &&
		days > MAX_LOG_DAYS
	)
		throw new CloudError(
			`Error, failed to create instance: googleapi: Error 400: Invalid request: transactionLogRetentionDays (${days}) must be between 1 and ${MAX_LOG_DAYS} for (${edition}) Edition., invalid`,
		);
}

function acceptInstance(
	{ scope, inputs, prior, id }: Operation,
	{ properties }: Entry,
): void {
	const settings = properties.settings;
	if (!isObject(settings)) return;
	const major = Number(
		/^POSTGRES_(\d+)/.exec(textAt(properties, "databaseVersion"))?.[1],
	);
	if (prior === undefined && textAt(inputs, "settings.edition") === "")
		settings.edition = major >= PLUS_FROM ? "ENTERPRISE_PLUS" : "ENTERPRISE";
	checkEdition(settings);
	settings.version = Number(at(prior?.properties, "settings.version") ?? 0) + 1;
	settings.effectiveAvailabilityType = settings.availabilityType ?? "ZONAL";
	settings.locationPreference ??= {
		followGaeApplication: "",
		secondaryZone: "",
		zone: `${textAt(properties, "region")}-a`,
	};
	const link = { ...properties, id };
	properties.connectionName = fillTemplate(
		"{project}:{region}:{name}",
		link,
		scope,
	);
	properties.selfLink = fillTemplate(
		"https://sqladmin.googleapis.com/sql/v1beta4/projects/{project}/instances/{name}",
		link,
		scope,
	);
	properties.serviceAccountEmailAddress = `p${scope.number}-stand0in@gcp-sa-cloud-sql.iam.gserviceaccount.com`;
	properties.maintenanceVersion ||= `${textAt(properties, "databaseVersion")}.R20260101.00_00`;
}

async function startInstance({
	scope,
	plane,
	properties,
}: Operation): Promise<Finish> {
	const { privateAddress, publicAddress, authority } =
		await plane.startSqlInstance(scope.project, properties);
	return (entry) => {
		const made = entry.properties;
		const isPrivate =
			textAt(made, "settings.ipConfiguration.privateNetwork") !== "";
		const isPublic = at(made, "settings.ipConfiguration.ipv4Enabled") !== false;
		made.privateIpAddress = isPrivate ? privateAddress : "";
		made.publicIpAddress = isPublic ? publicAddress : "";
		made.firstIpAddress = isPublic ? publicAddress : made.privateIpAddress;
		made.ipAddresses = [
			...(isPublic
				? [{ ipAddress: publicAddress, timeToRetire: "", type: "PRIMARY" }]
				: []),
			...(isPrivate
				? [{ ipAddress: privateAddress, timeToRetire: "", type: "PRIVATE" }]
				: []),
		];
		if (!Array.isArray(made.serverCaCerts) || made.serverCaCerts.length === 0) {
			const { cert, commonName, createTime, expireTime, sha1Fingerprint } =
				authority;
			made.serverCaCerts = [
				{
					cert,
					commonName,
					createTime,
					expirationTime: expireTime,
					sha1Fingerprint,
				},
			];
		}
		return undefined;
	};
}

export const sqlInstance: ResourceType = {
	id: "{name}",
	importId: (given) => given.split("/").at(-1) ?? given,
	stateOnly: ["finalBackupDescription"],
	unread: ["rootPassword", "rootPasswordWo", "rootPasswordWoVersion"],
	protection:
		"Error, failed to delete instance because deletion_protection is set to true. Set it to false to proceed with instance deletion",
	guarded: ({ properties }) =>
		at(properties, "settings.deletionProtectionEnabled") === true
			? "googleapi: Error 400: The instance is protected. Please disable the deletion protection and try again., invalid"
			: undefined,
	accept: acceptInstance,
	apply: startInstance,
	dispose: ({ scope, plane, properties }) =>
		plane.stopSqlInstance(scope.project, textAt(properties, "name")),
	removed: ({ id }, world) => {
		for (const type of [DATABASE, SQL_USER])
			removeWhere(world, type, ({ instance }) => instance === id);
	},
};

/** @throws {CloudError} unless the instance exists. */
function needInstance(properties: Properties, world: World): void {
	if (find(world, SQL_INSTANCE, textAt(properties, "instance")) === undefined)
		throw new CloudError(
			"googleapi: Error 404: The Cloud SQL instance does not exist., instanceDoesNotExist",
		);
}

export const database: ResourceType = {
	id: "projects/{project}/instances/{instance}/databases/{name}",
	importId: (given, scope) => {
		const [name = "", instance = ""] = given
			.split("/")
			.filter((part) => part !== "databases")
			.reverse();
		return `projects/${scope.project}/instances/${instance}/databases/${name}`;
	},
	filled: {
		selfLink:
			"https://sqladmin.googleapis.com/sql/v1beta4/projects/{project}/instances/{instance}/databases/{name}",
	},
	accept: (_operation, { properties }, world) => {
		needInstance(properties, world);
		properties.charset ||= "UTF8";
		properties.collation ||= "en_US.UTF8";
	},
	apply: async ({ scope, plane, properties, prior }) => {
		if (prior === undefined)
			await plane.createDatabase(
				scope.project,
				textAt(properties, "instance"),
				textAt(properties, "name"),
			);
		return undefined;
	},
	dispose: ({ scope, plane, properties }) =>
		plane.dropDatabase(
			scope.project,
			textAt(properties, "instance"),
			textAt(properties, "name"),
		),
};

export const user: ResourceType = {
	id: "{name}/{host}/{instance}",
	importId: (given) => {
		const [name = "", instance = ""] = given.split("/").reverse();
		return given.includes("//") ? given : `${name}//${instance}`;
	},
	// The API never tells a password, so that a refresh can't see one that was changed by hand.
	unread: ["password", "passwordWo", "passwordWoVersion"],
	accept: (_operation, { properties }, world) =>
		needInstance(properties, world),
	apply: async ({ scope, plane, properties, inputs, prior }) => {
		const password = textAt(inputs, "password") || textAt(inputs, "passwordWo");
		const isChanged =
			prior === undefined ||
			prior.properties.password !== properties.password ||
			prior.properties.passwordWoVersion !== properties.passwordWoVersion;
		if (isChanged)
			await plane.setUser(
				scope.project,
				textAt(properties, "instance"),
				textAt(properties, "name"),
				password,
			);
		return undefined;
	},
	dispose: ({ scope, plane, properties }) =>
		plane.dropUser(
			scope.project,
			textAt(properties, "instance"),
			textAt(properties, "name"),
		),
};
