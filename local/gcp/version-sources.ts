/** The data sources of a secret's version. */
import {
	type Access,
	accessVersion,
	secretIdIn,
	versionName,
	versionNumber,
} from "../cloud/secret-access.ts";
import { type Entry, find } from "../cloud/world.ts";
import { CloudError } from "../provider/core.ts";
import { type Properties, textAt, type Value } from "../provider/values.ts";
import { SECRET_VERSION } from "../types/tokens.ts";
import { type Cloud, type DataSource, projectOf } from "./data-source.ts";

export const versionSources: Readonly<Record<string, DataSource>> = {
	"gcp:secretmanager/getSecretVersion:getSecretVersion": {
		args: {
			secret: true,
			version: false,
			project: false,
			fetchSecretData: false,
			isSecretDataBase64: false,
		},
		// `enabled` is always true: only `destroyTime` tells of a version's state, and an attempt to read the payload.
		read: (args, cloud) => {
			const wanted = args.fetchSecretData !== false;
			const { entry, version } = showVersion(args, cloud);
			return {
				...versionOf(args, cloud, entry, version),
				createTime: entry.properties.createTime ?? "",
				destroyTime: entry.properties.destroyTime ?? "",
				enabled: true,
				fetchSecretData: wanted,
				secretData: wanted ? coded(args, readVersion(args, cloud).payload) : "",
			};
		},
	},
	"gcp:secretmanager/getSecretVersionAccess:getSecretVersionAccess": {
		args: {
			secret: true,
			version: false,
			project: false,
			isSecretDataBase64: false,
		},
		read: (args, cloud) => {
			const { entry, version, payload } = readVersion(args, cloud);
			return {
				...versionOf(args, cloud, entry, version),
				secretData: coded(args, payload),
			};
		},
	},
};

/** A version, whatever its state. */
function showVersion(
	args: Properties,
	cloud: Cloud,
): { entry: Entry; version: string } {
	projectOf(args, cloud.scope);
	const secret = textAt(args, "secret");
	return cloud.api.view((world) => {
		const id = secretIdIn(world, secret) ?? secret;
		const version = versionNumber(world, id, textAt(args, "version"));
		const name = versionName(world, id, version);
		const entry = find(world, SECRET_VERSION, name);
		if (entry === undefined) throw notFound(name);
		return { entry: structuredClone(entry), version };
	});
}

const notFound = (version: string) =>
	new CloudError(
		`Error retrieving available secret manager secret versions: googleapi: Error 404: Secret Version [${version}] not found., notFound`,
	);

function readVersion(
	args: Properties,
	cloud: Cloud,
): Extract<Access, { payload: string }> {
	projectOf(args, cloud.scope);
	const secret = textAt(args, "secret");
	const access = cloud.api.view((world) =>
		accessVersion(world, secret, textAt(args, "version")),
	);
	if ("payload" in access) return access;
	const { name, problem } = access;
	if (problem === "not-found") throw notFound(name);
	throw new CloudError(
		`Error retrieving available secret manager secret version access: googleapi: Error 400: Secret Version [${name}] is in ${problem.toUpperCase()} state., failedPrecondition`,
	);
}

function versionOf(
	args: Properties,
	{ scope }: Cloud,
	entry: Entry,
	version: string,
): Properties {
	const name = entry.properties.name ?? "";
	return {
		id: name,
		name,
		version,
		project: scope.project,
		secret: textAt(args, "secret"),
		isSecretDataBase64: args.isSecretDataBase64 ?? false,
	};
}

function coded(args: Properties, payload: string): Value {
	return args.isSecretDataBase64 === true
		? Buffer.from(payload).toString("base64")
		: payload;
}
