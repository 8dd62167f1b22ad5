/** What a revision is and what it needs to start, without a value of its variables. */
import { lastSegment, templateHash } from "./revision-name.ts";
import {
	type Part,
	partIn,
	partsIn,
	restForm,
	textIn,
} from "./template-form.ts";

/** A version of a secret that a revision or an execution must read to start. */
export type BoundVersion = {
	/** The id in Secret Manager, without a path. */
	secretId: string;
	/** As bound: a number or "latest". */
	version: string;
	/** The variable that gets it; this or {@link path} is there. */
	variable?: string;
	/** The file that gets it, as the container sees it. */
	path?: string;
};

export type ObservedRevision = {
	/** Without a path. */
	name: string;
	/** RFC 3339; empty where it was read from a service's template. */
	createTime: string;
	/** It started once. */
	ready: boolean;
	/** Why it did not start; empty where it did, or has not ended yet. */
	message: string;
	/** The template's labels. */
	labels: Record<string, string>;
	/** The e-mail address of the account that it runs as. */
	serviceAccount: string;
	bound: BoundVersion[];
	/** The names of the variables with a plain value. */
	plain: string[];
	/** By what it is, in words: a hash by which it can be told from that of another revision. */
	fields: Record<string, string>;
};

/** A condition of Cloud Run's API v2. */
export type RestCondition = {
	type?: string;
	/** CONDITION_SUCCEEDED, CONDITION_FAILED, CONDITION_PENDING, CONDITION_RECONCILING. */
	state?: string;
	message?: string;
};

/** A revision as Cloud Run's API v2 shows it (`projects.locations.services.revisions`), as far as it is read here. */
export type RestRevision = {
	/** With its path. */
	name: string;
	createTime?: string;
	labels?: Record<string, string>;
	conditions?: RestCondition[];
	[field: string]: unknown;
};

/** What of a template makes one revision behave otherwise than another, beside containers and volumes. */
const ownFields = [
	"encryptionKey",
	"executionEnvironment",
	"gpuZonalRedundancyDisabled",
	"maxInstanceRequestConcurrency",
	"nodeSelector",
	"scaling",
	"serviceAccount",
	"serviceMesh",
	"sessionAffinity",
	"timeout",
	"vpcAccess",
];

/** Reads the API's answer, and keeps no value of a variable. */
export function revisionOf(answer: RestRevision): ObservedRevision {
	const condition = answer.conditions?.find(({ type }) => type === "Ready");
	return {
		name: lastSegment(answer.name),
		createTime: answer.createTime ?? "",
		ready: condition?.state === "CONDITION_SUCCEEDED",
		message:
			condition?.state === "CONDITION_FAILED" ? (condition.message ?? "") : "",
		...contentOf(answer, answer.labels),
	};
}

/**
 * The latest created revision as a service's template shows it, for whoever may not read revisions.
 * @param template in the REST API's, the data source's or the program's form
 */
export function revisionOfTemplate(
	service: { latestCreatedRevision: string; latestReadyRevision: string },
	template: object,
): ObservedRevision {
	const { labels } = template as { labels?: Record<string, string> | null };
	const name = lastSegment(service.latestCreatedRevision);
	return {
		name,
		createTime: "",
		ready: name === lastSegment(service.latestReadyRevision),
		message: "",
		...contentOf(template, labels ?? {}),
	};
}

/** What runs of a job, and what it needs to start. */
export function needsOf(template: object): {
	serviceAccount: string;
	bound: BoundVersion[];
} {
	const part = restForm(template);
	return { serviceAccount: textIn(part.serviceAccount), bound: boundIn(part) };
}

function contentOf(
	template: object,
	labels: Record<string, string> = {},
): Pick<
	ObservedRevision,
	"labels" | "serviceAccount" | "bound" | "plain" | "fields"
> {
	const part = restForm(template);
	return {
		labels,
		serviceAccount: textIn(part.serviceAccount),
		bound: boundIn(part),
		plain: partsIn(part.containers).flatMap(({ env }) =>
			partsIn(env)
				.filter((each) => secretOf(each).secret === undefined)
				.map(({ name }) => textIn(name)),
		),
		fields: fieldsIn(part, labels),
	};
}

/** The reference of a variable. */
const secretOf = (variable: Part) =>
	partIn(partIn(variable.valueSource).secretKeyRef);

// Where no version is given, Cloud Run takes the newest.
const versionOf = ({ version }: Part) => textIn(version) || "latest";

function boundIn(template: Part): BoundVersion[] {
	const containers = partsIn(template.containers);
	const variables = containers.flatMap(({ env }) =>
		partsIn(env).flatMap((variable) => {
			const reference = secretOf(variable);
			return reference.secret === undefined
				? []
				: {
						secretId: lastSegment(textIn(reference.secret)),
						version: versionOf(reference),
						variable: textIn(variable.name),
					};
		}),
	);
	const mounts = containers.flatMap(({ volumeMounts }) =>
		partsIn(volumeMounts),
	);
	const files = partsIn(template.volumes).flatMap((volume) => {
		const source = partIn(volume.secret);
		if (source.secret === undefined) {
			return [];
		}
		const secretId = lastSegment(textIn(source.secret));
		const mount = mounts.find(({ name }) => name === volume.name);
		const folder = textIn(mount?.mountPath) || textIn(volume.name);
		const items = partsIn(source.items);
		// Without items the newest version is the one file, and the secret's id its name.
		return (items.length === 0 ? [{ path: secretId }] : items).map(
			(item: Part) => ({
				secretId,
				version: versionOf(item),
				path: `${folder}/${textIn(item.path)}`,
			}),
		);
	});
	return [...variables, ...files];
}

function fieldsIn(
	template: Part,
	labels: Record<string, string>,
): Record<string, string> {
	const own = ownFields.map((key): [string, unknown] => [
		inWords(key),
		template[key],
	]);
	const labelled = Object.entries(labels).map(([key, value]) => [
		`label ${key}`,
		value,
	]);
	const volumes = partsIn(template.volumes).map((volume) => [
		`volume ${textIn(volume.name)}`,
		withoutVersions(volume),
	]);
	const containers = partsIn(template.containers).flatMap(containerFields);
	return Object.fromEntries(
		[...own, ...labelled, ...volumes, ...containers]
			.filter(([, value]) => value !== undefined)
			.map(([name, value]) => [name, templateHash(value)]),
	);
}

function containerFields(container: Part, index: number): [string, unknown][] {
	const { env, name, resources, ...others } = container;
	const { limits, ...otherResources } = partIn(resources);
	const fields = [
		...Object.entries(others),
		...Object.entries(otherResources),
	].map(([key, value]): [string, unknown] => [inWords(key), value]);
	const variables = partsIn(env)
		.filter((each) => secretOf(each).secret === undefined)
		.map((each): [string, unknown] => [
			`variable ${textIn(each.name)}`,
			each.value ?? "",
		]);
	const side = index === 0 ? "" : `container ${textIn(name) || index + 1}: `;
	return [...fields, ...Object.entries(partIn(limits)), ...variables].map(
		([key, value]) => [`${side}${key}`, value],
	);
}

/** A secret volume's versions are told apart by what is bound. */
function withoutVersions(volume: Part): unknown {
	const { secret, ...others } = volume;
	const { items, ...source } = partIn(secret);
	return {
		...others,
		...source,
		items: partsIn(items).map(({ version: _, ...item }) => item),
	};
}

/** `startupProbe` as "startup probe". */
const inWords = (name: string) =>
	name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
