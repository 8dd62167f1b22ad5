/** Cloud Run services and jobs in one shape: what runs, as whom, and with which variables and files. */
import { checklistVariable } from "../contract/checklist.ts";
import {
	type Container,
	containerOf,
	mainOf,
	type Variable,
} from "./container.ts";
import type { Expected, ExpectedService, JobRole } from "./expected.ts";
import {
	at,
	type Data,
	dataOf,
	elementsAt,
	known,
	listAt,
	type Reading,
	textAt,
} from "./read.ts";
import { type SecretFile, secretFilesOf } from "./secret-files.ts";
import { type Stack, type StackResource, types } from "./stack.ts";

export type Workload = {
	kind: "service" | "job";
	resource: StackResource;
	/** The name in Cloud Run. */
	name: Reading<string>;
	/** The contract's service that it is, or that it works for; undefined if it is none of them. */
	of: ExpectedService | undefined;
	/** What it does for the service, by its name; undefined for the service itself and for another job. */
	role: JobRole | undefined;
	/** The account that it runs as. */
	account: Reading<string>;
	/** What describes an instance: for a job, the template of its template. */
	template: Data;
	/** The labels of the revision or execution. */
	labels: Data;
	containers: readonly Container[];
	/** The container that takes the requests, or does the job. */
	main: Container | undefined;
	/** What the main container gets, but for a preflight job's checklist. */
	variables: Reading<readonly Variable[]>;
	/** Of a preflight job: what each variable for its checklist says. */
	checklists: readonly Variable[];
	/** What all containers get, as far as it is known. */
	everyVariable: readonly Variable[];
	/** The commands and arguments of all containers, as far as they are known. */
	commandLine: readonly string[];
	/** The files of all containers. */
	files: Reading<readonly SecretFile[]>;
};

/** Every Cloud Run service and job of a stack. */
export function workloadsOf(stack: Stack, expected: Expected): Workload[] {
	return [
		...stack
			.ofType(types.service)
			.map((resource) => workload("service", resource, expected)),
		...stack
			.ofType(types.job)
			.map((resource) => workload("job", resource, expected)),
	];
}

function workload(
	kind: Workload["kind"],
	resource: StackResource,
	expected: Expected,
): Workload {
	const outer = at(resource.properties, "template");
	const inner =
		kind === "service"
			? outer
			: at(resource.properties, "template", "template");
	const template = dataOf(inner);
	const name = textAt(resource.properties, "name");
	const account = textAt(template, "serviceAccount");
	const job =
		kind === "job" ? expected.byJobName.get(known(name) ?? "") : undefined;
	const list = listAt(template, "containers");
	const all = (known(list) ?? []).map(containerOf);
	const isPreflight = job?.role === "preflight" || job?.role === "verify";
	const containers = isPreflight ? all.map(withoutChecklist) : all;
	const main = mainOf(containers);
	return {
		kind,
		resource,
		name,
		of:
			kind === "service"
				? expected.byCloudRunName.get(known(name) ?? "")
				: (job?.of ?? expected.byAccountEmail.get(known(account) ?? "")),
		role: job?.role,
		account,
		template,
		labels: dataOf(at(dataOf(outer), "labels")),
		containers,
		main,
		variables:
			main?.variables ??
			(list.state === "unknown" ? list : { state: "missing" }),
		checklists: isPreflight
			? all.flatMap(({ variables }) =>
					(known(variables) ?? []).filter(isChecklist),
				)
			: [],
		everyVariable: containers.flatMap(
			({ variables }) => known(variables) ?? [],
		),
		commandLine: containers
			.flatMap(({ data }) => [
				...elementsAt(data, "commands"),
				...elementsAt(data, "args"),
			])
			.filter((each) => typeof each === "string"),
		files: secretFilesOf(template, containers),
	};
}

const isChecklist = ({ name }: Variable) => known(name) === checklistVariable;

/** The checklist is the job's own; all other variables are the service's, and judged as those are. */
const withoutChecklist = (container: Container): Container => ({
	...container,
	variables:
		container.variables.state === "known"
			? {
					state: "known",
					value: container.variables.value.filter((each) => !isChecklist(each)),
				}
			: container.variables,
});

/** One secret that a workload reads, where it is known which. */
export type KnownUse = {
	/** Set if it is read as a variable. */
	variable: string | undefined;
	/** Set if it is read as a file. */
	path: string | undefined;
	secretId: string;
	version: string | undefined;
};

/** What a workload reads from Secret Manager, as far as it is known. */
export function secretUses(workload: Workload): KnownUse[] {
	const variables = workload.everyVariable.flatMap(({ name, secret }) =>
		secret === undefined
			? []
			: [{ use: secret, variable: known(name), path: undefined }],
	);
	const files = (known(workload.files) ?? []).map((use) => ({
		use,
		variable: undefined,
		path: known(use.path),
	}));
	return [...variables, ...files].flatMap(({ use, variable, path }) => {
		const secretId = known(use.secret)?.secretId;
		return secretId === undefined
			? []
			: [{ variable, path, secretId, version: known(use.version) }];
	});
}
