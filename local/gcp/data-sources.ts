/** Data sources: what a program asks of the cloud before it plans. */
import { CloudError } from "../provider/core.ts";
import { factsOf } from "../provider/facts.ts";
import { type Properties, textAt } from "../provider/values.ts";
import type { Scope } from "../types/resource-type.ts";
import {
	ACCOUNT,
	JOB,
	SECRET,
	SERVICE,
	SQL_INSTANCE,
} from "../types/tokens.ts";
import {
	type Caller,
	type Cloud,
	type DataSource,
	projectOf,
} from "./data-source.ts";
import { dataSourceShape } from "./data-source-shape.ts";
import { bucketPolicy, projectPolicy, secretPolicy } from "./policy-sources.ts";
import { serverCas } from "./server-cas.ts";
import { versionSources } from "./version-sources.ts";

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

const located =
	(collection: string) => (args: Properties, scope: Scope, project: string) =>
		`projects/${project}/locations/${textAt(args, "location") || scope.region}/${collection}/${textAt(args, "name")}`;

const sources: Readonly<Record<string, DataSource>> = {
	...versionSources,
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
	"gcp:secretmanager/getSecretIamPolicy:getSecretIamPolicy": {
		args: { secretId: true, project: false },
		read: (args, { scope, api }) => {
			projectOf(args, scope);
			return api.view((world) => secretPolicy(world, textAt(args, "secretId")));
		},
	},
	"gcp:storage/getBucketIamPolicy:getBucketIamPolicy": {
		args: { bucket: true },
		read: (args, { api }) =>
			api.view((world) => bucketPolicy(world, textAt(args, "bucket"))),
	},
	"gcp:projects/getIamPolicy:getIamPolicy": {
		args: { project: true },
		read: (args, { scope, api }) => {
			projectOf(args, scope);
			return api.view(projectPolicy);
		},
	},
	"gcp:serviceaccount/getAccount:getAccount": shows(
		ACCOUNT,
		{ accountId: true, project: false },
		(args, _scope, project) =>
			`projects/${project}/serviceAccounts/${textAt(args, "accountId")}@${project}.iam.gserviceaccount.com`,
	),
	"gcp:sql/getCaCerts:getCaCerts": {
		args: { instance: true, project: false },
		read: (args, { scope, api }) => {
			projectOf(args, scope);
			return api.view((world) => serverCas(world, textAt(args, "instance")));
		},
	},
	"gcp:sql/getDatabaseInstance:getDatabaseInstance": shows(
		SQL_INSTANCE,
		{ name: true, project: false },
		(args) => textAt(args, "name"),
	),
	"gcp:organizations/getClientConfig:getClientConfig": {
		args: {},
		read: (_args, { scope }) => {
			const { project, region, zone, accessToken, defaultLabels } = scope;
			if (accessToken === "")
				throw new CloudError(
					"the stand-in answers no REST requests here, so it has no token for them: tools/pulumi-local makes one",
				);
			return {
				id: `projects/"${project}"/regions/"${region}"/zones/"${zone}"`,
				accessToken,
				defaultLabels,
				project,
				region,
				zone,
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

/**
 * Answers a data source.
 * @throws {CloudError} for an unknown data source or argument, a missing argument, and what is not found.
 */
export async function dataSource(
	token: string,
	args: Properties,
	api: Cloud["api"],
	scope: Caller,
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
