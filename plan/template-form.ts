/** A template of Cloud Run in one form, whether the REST API, a data source or a program wrote it. */

/** Part of a template: its blocks and values, under the REST API's names. */
export type Part = Readonly<Record<string, unknown>>;

/**
 * Blocks that a data source, and for ports the API too, shows as lists of at most one: by their name there, their name in
 * the REST API. The plurals are those of `@pulumi/gcp/types/output.d.ts`.
 */
const blocks: Readonly<Record<string, string>> = {
	buildInfos: "buildInfo",
	cloudSqlInstances: "cloudSqlInstance",
	cloudStorageSources: "cloudStorageSource",
	emptyDirs: "emptyDir",
	gcs: "gcs",
	grpcs: "grpc",
	httpGets: "httpGet",
	livenessProbes: "livenessProbe",
	nfs: "nfs",
	nodeSelectors: "nodeSelector",
	ports: "ports",
	readinessProbes: "readinessProbe",
	resources: "resources",
	scalings: "scaling",
	secretKeyReves: "secretKeyRef",
	secrets: "secret",
	serviceMeshes: "serviceMesh",
	sourceCodes: "sourceCode",
	startupProbes: "startupProbe",
	tcpSockets: "tcpSocket",
	valueSources: "valueSource",
	vpcAccesses: "vpcAccess",
};

/** Lists that are called otherwise in the provider. */
const lists: Readonly<Record<string, string>> = {
	commands: "command",
	dependsOns: "dependsOn",
	envs: "env",
};

/**
 * A template under the REST API's names, without what is not set: the API leaves it out, a data source shows it as `""`,
 * `0`, `false` or an empty list.
 */
export function restForm(template: object): Part {
	return Object.fromEntries(
		Object.entries(template).flatMap(([key, value]: [string, unknown]) => {
			const block = blocks[key];
			const inner = valueForm(
				block !== undefined && Array.isArray(value) ? value[0] : value,
			);
			return inner === undefined ? [] : [[block ?? lists[key] ?? key, inner]];
		}),
	);
}

function valueForm(value: unknown): unknown {
	if (Array.isArray(value)) {
		return value.length === 0
			? undefined
			: value.map((each) => (isPart(each) ? restForm(each) : each));
	}
	if (!isPart(value)) {
		return value || undefined;
	}
	const part = restForm(value);
	return Object.keys(part).length === 0 ? undefined : part;
}

/** The parts in a list; none where there is no list. */
export function partsIn(value: unknown): Part[] {
	return Array.isArray(value) ? value.filter(isPart) : [];
}

/** A part of a part; empty where there is none. */
export function partIn(value: unknown): Part {
	return isPart(value) ? value : {};
}

/** A text; empty where there is none. */
export function textIn(value: unknown): string {
	return typeof value === "string" ? value : "";
}

function isPart(value: unknown): value is Part {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
