/** For every row of the contract, every way to break it. */
import { bindingsFor } from "../../../contract/bindings.ts";
import {
	type Environment,
	environments,
} from "../../../contract/environments.ts";
import {
	preflightJobNameIn,
	secretIdIn,
	serviceAccountEmail,
	serviceNameIn,
} from "../../../contract/names.ts";
import { platform } from "../../../contract/platform.ts";
import type { SecretSource } from "../../../contract/sources.ts";
import { plainSource } from "../../../policies/plain-values.ts";
import { criticalVariables } from "../../../policies/second-key.ts";
import { secondKey } from "../../../policies/shipped-key.ts";
import { type Properties, UNKNOWN } from "../../fixtures/resources.ts";
import type { Mutant } from "./mutant.ts";
import {
	add,
	all,
	bound,
	type Change,
	editVariable,
	ignoring,
	ofSecret,
	referenceOf,
	remove,
	set,
	setTemplate,
	type,
	workload,
} from "./operations.ts";

/** Mutants of every variable and file of every service in an environment. */
export function rowMutants(environment: Environment): Mutant[] {
	return Object.keys(platform.services).flatMap((service) => {
		const { secrets, plain, files } = bindingsFor(
			platform,
			service,
			environment,
		);
		return [
			...secrets.flatMap(({ variable, secretId, secret }) =>
				secretMutants({ environment, service, variable, secretId, secret }),
			),
			...plain.flatMap(({ variable, value }) =>
				plainMutants({ environment, service, variable, value }),
			),
			...files.flatMap(({ path, secretId }) =>
				fileMutants({ environment, service, path, secretId }),
			),
		];
	});
}

type SecretRow = {
	environment: Environment;
	service: string;
	variable: string;
	secretId: string;
	secret: string;
};

function secretMutants(row: SecretRow): Mutant[] {
	const { environment, service, variable, secretId } = row;
	const cloudRun = serviceNameIn(platform, service, environment);
	const job = preflightJobNameIn(platform, service, environment);
	const says = [`service ${service}`, `variable ${variable}`];
	const critical = criticalVariables(secondKey, service, environment).has(
		variable,
	)
		? ["critical-list"]
		: [];
	const reference =
		(change: (reference: ReturnType<typeof referenceOf>) => Properties) =>
		(entry: Properties) => [
			{ ...entry, valueSource: { secretKeyRef: change(referenceOf(entry)) } },
		];
	const target = (secret: string) =>
		reference(({ version }) => ({ secret, version }));
	const elsewhere =
		environments.find((each) => each !== environment) ?? "local";
	const ways: [string, (entry: Properties) => Properties[], string[]][] = [
		["drops", () => [], ["contract-complete", ...critical]],
		[
			"renames",
			(entry) => [{ ...entry, name: misspelt(variable) }],
			["contract-complete", ...critical],
		],
		[
			"empties",
			() => [{ name: variable, value: "" }],
			["secret-not-plaintext", ...critical],
		],
		[
			"writes out",
			() => [{ name: variable, value: "a-value-in-plain-text" }],
			["secret-not-plaintext", ...critical],
		],
		[
			"writes out an unknown",
			() => [{ name: variable, value: UNKNOWN }],
			["secret-not-plaintext", ...critical],
		],
		[
			"binds to another secret",
			target(secretIdIn(otherThan(row.secret), environment)),
			["target-correct"],
		],
		[
			"binds to a secret that does not exist",
			target(`${secretId}x`),
			["target-correct"],
		],
		[
			`binds to the secret of ${elsewhere}`,
			target(secretIdIn(row.secret, elsewhere)),
			["target-correct"],
		],
		[
			"binds to a secret of another project",
			target(`projects/netra-elsewhere/secrets/${secretId}`),
			["target-correct"],
		],
		[
			"binds to an unknown secret",
			reference(({ version }) => ({ secret: UNKNOWN, version })),
			["bindings-static", ...critical],
		],
		[
			"binds to the latest version",
			reference(({ secret }) => ({ secret, version: "latest" })),
			["version-pinned"],
		],
		[
			"binds without a version",
			reference(({ secret }) => ({ secret })),
			["version-pinned"],
		],
		[
			"binds to an empty version",
			reference(({ secret }) => ({ secret, version: "" })),
			["version-pinned"],
		],
		["binds twice", (entry) => [entry, entry], ["no-duplicate-binding"]],
	];
	return [
		...ways.map(([way, change, rules]) => ({
			name: `${way} ${variable} of ${service}`,
			change: editVariable(cloudRun, variable, change),
			rules,
			says,
		})),
		// The same code judges jobs: one way for each rule is enough.
		...ways
			.filter(
				([, , rules], index) =>
					ways.findIndex(([, , others]) => others[0] === rules[0]) === index,
			)
			.map(([way, change, rules]) => ({
				name: `${way} ${variable} of ${job}`,
				change: editVariable(job, variable, change),
				rules,
				says: [...says, `job ${job}`],
			})),
		{
			name: `misspells ${variable} of ${service}`,
			change: editVariable(cloudRun, variable, (entry) => [
				{ ...entry, name: misspelt(variable) },
			]),
			rules: ["unknown-name"],
			says: [
				`service ${service}`,
				`variable ${misspelt(variable)}`,
				`needed ${variable}, which is the nearest name`,
			],
		},
		...stackMutants(row, says),
	];
}

/** What is broken outside the workload. */
function stackMutants(row: SecretRow, says: string[]): Mutant[] {
	const { environment, service, variable, secretId, secret } = row;
	const { project } = platform.environments[environment];
	const member = `serviceAccount:${serviceAccountEmail(platform, service, project)}`;
	const source = platform.secrets.find(({ id }) => id === secret)?.source;
	const revoke: Change = (resources) => {
		const match = ofSecret(resources, "secretId", secretId);
		return all(
			remove(
				(each) =>
					type("SecretIamMember")(each) &&
					match(each) &&
					each.properties.member === member,
			),
			(list) =>
				list.map((each) =>
					type("SecretIamBinding")(each) && match(each)
						? {
								...each,
								properties: {
									...each.properties,
									members: (each.properties.members as string[]).filter(
										(name) => name !== member,
									),
								},
							}
						: each,
				),
		)(resources);
	};
	const version =
		(path: string, value: string | boolean): Change =>
		(resources) =>
			set(
				(each) =>
					type("SecretVersion")(each) &&
					ofSecret(resources, "secret", secretId)(each),
				path,
				value,
			)(resources);
	const made = !["external"].includes(source?.from ?? "");
	return [
		{
			name: `revokes the grant of ${variable} from ${service}`,
			change: revoke,
			rules: ["accessor-granted"],
			says,
		},
		{
			name: `grants ${variable} to ${service} by the whole project`,
			change: all(
				revoke,
				add("gcp:projects/iAMMember:IAMMember", "everything", {
					project,
					role: "roles/secretmanager.secretAccessor",
					member,
				}),
			),
			rules: ["accessor-granted"],
			says,
		},
		{
			name: `removes the service ${service} that has ${variable}`,
			change: remove(workload(serviceNameIn(platform, service, environment))),
			rules: ["service-present"],
			says: [`service ${service}`, variable],
		},
		...(made
			? [
					{
						name: `removes the version of ${variable} in ${service}`,
						change: ((resources) =>
							remove(
								(each) =>
									type("SecretVersion")(each) &&
									ofSecret(resources, "secret", secretId)(each),
							)(resources)) as Change,
						rules: ["secret-has-version"],
						says,
					},
					{
						name: `disables the version of ${variable} in ${service}`,
						change: version("enabled", false),
						rules: ["secret-has-version"],
						says,
					},
					{
						name: `lets an update destroy the version of ${variable} in ${service}`,
						change: version("deletionPolicy", "DELETE"),
						rules: ["secret-has-version"],
						says,
					},
					{
						name: `keeps the version of ${variable} in ${service} from following its source`,
						change: ((resources) =>
							ignoring(
								(each) =>
									type("SecretVersion")(each) &&
									ofSecret(resources, "secret", secretId)(each),
								"secretData",
							)(resources)) as Change,
						rules: ["ignored-changes"],
						says: [`secret ${secretId}`],
					},
					{
						name: `gives ${variable} in ${service} a literal value`,
						change: literal(row),
						rules: [literalRule(source?.from)],
						says,
					},
				]
			: []),
	];
}

/** The secret's version gets a text that nothing made. */
function literal({ secretId }: SecretRow): Change {
	return (resources) =>
		resources.map((each) =>
			type("SecretVersion")(each) &&
			ofSecret(resources, "secret", secretId)(each)
				? {
						...each,
						properties: { ...each.properties, secretData: "kept-by-hand" },
						propertyDependencies: {
							...each.propertyDependencies,
							secretData: [],
						},
					}
				: each,
		);
}

/** ClickHouse's URL is made from the configuration, so it has no origin: there its form must tell. */
function literalRule(from: SecretSource["from"] | undefined): string {
	return from === "clickhouse.url" ? "url-form" : "value-provenance";
}

type PlainRow = {
	environment: Environment;
	service: string;
	variable: string;
	value: string;
};

const ownerOf = {
	literal: "contract-complete",
	environment: "environment-matches",
	project: "environment-matches",
	region: "environment-matches",
	url: "sibling-urls",
	urls: "sibling-urls",
	host: "sibling-urls",
	hosts: "sibling-urls",
};

function plainMutants({
	environment,
	service,
	variable,
	value,
}: PlainRow): Mutant[] {
	const cloudRun = serviceNameIn(platform, service, environment);
	const contract = platform.services[service]?.variables[variable];
	const owner = ownerOf[plainSource(contract ?? "")];
	const ways: [string, (entry: Properties) => Properties[], string][] = [
		["drops", () => [], "contract-complete"],
		[
			"renames",
			() => [{ name: misspelt(variable), value }],
			"contract-complete",
		],
		["empties", () => [{ name: variable, value: "" }], "no-placeholder"],
		[
			"changes",
			() => [{ name: variable, value: `${value.slice(0, -1)}~` }],
			owner,
		],
		["hides", () => [{ name: variable, value: UNKNOWN }], owner],
		["binds", () => [bound(variable, `jwt-secret-${environment}`, "1")], owner],
		[
			"doubles",
			(entry) => [entry, { name: variable, value: "other" }],
			"no-duplicate-binding",
		],
	];
	return ways.map(([way, change, rule]) => ({
		name: `${way} ${variable} of ${service}`,
		change: editVariable(cloudRun, variable, change),
		rules: [rule],
		says: [`service ${service}`, `variable ${variable}`],
	}));
}

type FileRow = {
	environment: Environment;
	service: string;
	path: string;
	secretId: string;
};

function fileMutants({
	environment,
	service,
	path,
	secretId,
}: FileRow): Mutant[] {
	const folder = path.slice(0, path.lastIndexOf("/"));
	const file = path.slice(path.lastIndexOf("/") + 1);
	const says = [`service ${service}`, `secret ${secretId}`, path];
	return [
		serviceNameIn(platform, service, environment),
		preflightJobNameIn(platform, service, environment),
	].flatMap((name): Mutant[] => {
		const mount = (list: Properties[]) => list;
		const volumes = (secret: string, item: Properties) => [
			{ name: "files", secret: { secret, items: [item] } },
		];
		const mounts = [{ name: "files", mountPath: folder }];
		const replaced = (secret: string, item: Properties) =>
			all(
				setTemplate(name, "volumes", volumes(secret, item)),
				setTemplate(name, "containers.0.volumeMounts", mount(mounts)),
			);
		return [
			{
				name: `mounts no file ${path} in ${name}`,
				change: setTemplate(name, "containers.0.volumeMounts", []),
				rules: ["contract-complete"],
				says,
			},
			{
				name: `has no volume for ${path} in ${name}`,
				change: setTemplate(name, "volumes", []),
				rules: ["contract-complete"],
				says,
			},
			{
				name: `mounts another file than ${path} in ${name}`,
				change: replaced(secretId, { path: `${file}x`, version: "1" }),
				rules: ["contract-complete"],
				says,
			},
			{
				name: `mounts another secret as ${path} in ${name}`,
				change: replaced(`jwt-secret-${environment}`, {
					path: file,
					version: "1",
				}),
				rules: ["target-correct"],
				says,
			},
			{
				name: `mounts the latest version as ${path} in ${name}`,
				change: replaced(secretId, { path: file, version: "latest" }),
				rules: ["version-pinned"],
				says,
			},
			{
				name: `hides the volumes of ${name}`,
				change: setTemplate(name, "volumes", UNKNOWN),
				rules: ["bindings-static"],
				says: [`service ${service}`],
			},
		];
	});
}

/** One letter is another one. */
function misspelt(name: string): string {
	const last = name.at(-1) === "X" ? "Y" : "X";
	return `${name.slice(0, -1)}${last}`;
}

/** Some other secret that exists in every environment. */
function otherThan(secret: string): string {
	return secret === "service-secret" ? "jwt-secret" : "service-secret";
}
