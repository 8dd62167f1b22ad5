/** Data sources: what a program asks of the cloud before it plans. */
import { type Access, accessVersion } from "../cloud/secret-access.ts";
import type { Entry } from "../cloud/world.ts";
import { CloudError } from "../provider/core.ts";
import { factsOf } from "../provider/facts.ts";
import { type Properties, textAt, type Value } from "../provider/values.ts";
import type { Scope } from "../types/resource-type.ts";
import { JOB, SECRET, SERVICE, SQL_INSTANCE } from "../types/tokens.ts";
import type { CloudApi } from "./api.ts";
import { dataSourceShape } from "./data-source-shape.ts";

/** What a data source can look at. */
interface Cloud {
	readonly scope: Scope;
	readonly api: Pick<CloudApi, "look" | "view">;
}

interface DataSource {
	/** Every argument it takes; those with `true` have to be given. */
	readonly args: Readonly<Record<string, boolean>>;
	readonly read: (
		args: Properties,
		cloud: Cloud,
	) => Properties | Promise<Properties>;
}

/** A data source that shows a resource. */
function shows(
	type: string,
	args: DataSource["args"],
	idOf: (args: Properties, scope: Scope, project: string) => string,
): DataSource {
	return {
		args,
		read: async (given, { scope, api }) => {
			const project = projectOf(given, scope);
			const id = idOf(given, scope, project);
			const entry = await api.look(type, id);
			if (entry === undefined) throw new CloudError(`${id} not found`);
			const props = factsOf(type)?.properties ?? {};
			return { ...dataSourceShape(props, entry.properties), id };
		},
	};
}

function projectOf(args: Properties, scope: Scope): string {
	const project = textAt(args, "project") || scope.project;
	if (project !== scope.project)
		throw new CloudError(
			`Error when reading or editing project ${project}: the stand-in knows only ${scope.project}`,
		);
	return project;
}

const located =
	(collection: string) => (args: Properties, scope: Scope, project: string) =>
		`projects/${project}/locations/${textAt(args, "location") || scope.region}/${collection}/${textAt(args, "name")}`;

const sources: Readonly<Record<string, DataSource>> = {
	"gcp:cloudrunv2/getJob:getJob": shows(
		JOB,
		{ name: true, location: false, project: false },
		located("jobs"),
	),
	"gcp:cloudrunv2/getService:getService": shows(
		SERVICE,
		{ name: true, location: false, project: false },
		located("services"),
	),
	"gcp:secretmanager/getSecret:getSecret": shows(
		SECRET,
		{ secretId: true, project: false },
		(args, _scope, project) =>
			`projects/${project}/secrets/${textAt(args, "secretId")}`,
	),
	"gcp:sql/getDatabaseInstance:getDatabaseInstance": shows(
		SQL_INSTANCE,
		{ name: true, project: false },
		(args) => textAt(args, "name"),
	),
	"gcp:secretmanager/getSecretVersion:getSecretVersion": {
		args: {
			secret: true,
			version: false,
			project: false,
			fetchSecretData: false,
			isSecretDataBase64: false,
		},
		read: (args, cloud) => {
			const { entry, version, payload } = readVersion(args, cloud);
			return {
				...versionOf(args, cloud, entry, version),
				createTime: entry.properties.createTime ?? "",
				destroyTime: "",
				enabled: true,
				fetchSecretData: args.fetchSecretData ?? true,
				secretData: args.fetchSecretData === false ? "" : coded(args, payload),
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
	"gcp:organizations/getProject:getProject": {
		args: { projectId: false },
		read: (args, { scope }) => {
			const project = projectOf({ project: args.projectId ?? "" }, scope);
			return {
				id: `projects/${project}`,
				projectId: project,
				name: project,
				number: scope.number,
				autoCreateNetwork: false,
				billingAccount: "",
				deletionPolicy: "",
				effectiveLabels: {},
				folderId: "",
				labels: {},
				orgId: "",
				pulumiLabels: {},
				tags: {},
			};
		},
	},
};

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
	throw new CloudError(
		problem === "not-found"
			? `Error retrieving available secret manager secret versions: googleapi: Error 404: Secret Version [${name}] not found., notFound`
			: `error retrieving secret version data: googleapi: Error 400: Secret Version [${name}] is in ${problem.toUpperCase()} state., failedPrecondition`,
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

/**
 * Answers a data source.
 * @throws {CloudError} for an unknown data source or argument, a missing argument, and what is not found.
 */
export async function dataSource(
	token: string,
	args: Properties,
	api: Cloud["api"],
	scope: Scope,
): Promise<Properties> {
	const source = sources[token];
	if (source === undefined)
		throw new CloudError(`the stand-in does not know the data source ${token}`);
	for (const key of Object.keys(args))
		if (!(key in source.args) && args[key] !== null)
			throw new CloudError(
				`Invalid or unknown key: '${key}' is not an argument of ${token}`,
			);
	for (const [key, isRequired] of Object.entries(source.args))
		if (isRequired && textAt(args, key) === "")
			throw new CloudError(`Missing required property '${key}'`);
	return source.read(args, { api, scope });
}
