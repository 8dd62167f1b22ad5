/** The shape of a contract: what may be written in `platform.ts`, and the checks that span several of its parts. */
import { z } from "zod";
import { callerProblems } from "./callers.ts";
import { checklistVariable } from "./checklist.ts";
import { environments, perEnvironment } from "./environments.ts";
import { UserError } from "./errors.ts";
import { foreignHostProblems } from "./foreign-hosts.ts";
import { foreignImage } from "./foreign-image.ts";
import { generatorOf } from "./generators.ts";
import { hostProblems } from "./host-problems.ts";
import { inWords, kindOf, problemsOf } from "./in-words.ts";
import { type Inline, type Origins, withoutInline } from "./inline-values.ts";
import { nameProblems } from "./name-problems.ts";
import { choices } from "./nearest.ts";
import { inheritedKeyProblem, inheritedKeys } from "./own-keys.ts";
import { oneLine, shownName } from "./printable.ts";
import { preflightImage } from "./release.ts";
import { checklistProblems } from "./service-checklist.ts";
import {
	filePath,
	hostName,
	httpPath,
	isTakenFolder,
	kebabName,
	plainText,
} from "./shapes.ts";
import { isGenerated, source } from "./sources.ts";
import { partSecretsOf, storeProblems, useProblems } from "./store-problems.ts";
import { store } from "./stores.ts";
import { templateProblems } from "./template-problems.ts";
import { variableProblems } from "./variable-problems.ts";

/** An environment variable's name, as POSIX has them; `{ENV}` stands for the environment in capitals. */
export const variableName = z
	.string()
	.regex(
		/^[A-Za-z_][A-Za-z0-9_]*(\{ENV\})?$/,
		"must be letters, digits and '_', without a digit at the start, with '{ENV}' at the end at most",
	)
	.refine(
		(name) =>
			!["PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"].includes(name),
		"is set by Cloud Run and must not be set by hand",
	)
	.refine(
		(name) => name !== checklistVariable,
		"is how a job tells preflight what to check: choose another name",
	);

export const regionName = /^[a-z]+-[a-z]+\d+$/;

/** Where Secret Manager keeps the values of secrets: where it likes, or in these regions. The order counts. */
const replication = z.union(
	[
		z.literal("automatic"),
		z.strictObject({
			locations: z
				.array(
					z.string().regex(regionName, "must be a region such as us-central1"),
				)
				.min(1, "must name a region")
				.refine((locations) => new Set(locations).size === locations.length, {
					error: "must name each region once",
				}),
		}),
	],
	{ error: 'must be "automatic" or { locations: ["<region>", …] }' },
);

const environment = z.strictObject({
	project: kebabName,
	/** Where its resources are, for variables that name it; the stack file's `gcp:region` says the same. @default not said */
	region: z
		.string()
		.regex(regionName, "must be a region such as us-central1")
		.optional(),
	/**
	 * How public services are opened. `switch`: Cloud Run asks nobody who they are. `grant`: `allUsers` gets
	 * roles/run.invoker, for an organisation that forbids the switch (constraints/run.managed.requireInvokerIam).
	 * @default "switch"
	 */
	publicAccess: z.enum(["switch", "grant"]).optional(),
	/**
	 * Named regions are for an organisation that does not allow `global` (constraints/gcp.resourceLocations). Chosen at
	 * the start: a secret whose replication changes is made anew, without its versions.
	 * @default "automatic"
	 */
	secretReplication: replication.optional(),
});

const secret = z.strictObject({
	/** Without the environment; the secret's id in Secret Manager is `<id>-<environment>`. */
	id: kebabName,
	/** What it is about, for people: a label of the secret in Secret Manager. @default none */
	category: kebabName.optional(),
	source,
	/** Services that cannot work without it. The second key, `policies/second-key.json`, says the same. */
	criticalIn: z.array(kebabName),
	/** Where the secret may exist at all. @default every environment */
	environments: z.array(z.enum(environments)).optional(),
	/** For a secret that is kept elsewhere than the environment's others. @default the environment's `secretReplication` */
	replication: z.partialRecord(z.enum(environments), replication).optional(),
});

export const plainValue = z.union(
	[
		plainText,
		perEnvironment(plainText),
		z.strictObject({ from: z.literal("environment") }),
		z.strictObject({ from: z.literal("project") }),
		z.strictObject({ from: z.literal("region") }),
		z.strictObject({
			/** `scheme://` and the first public host of a service. */
			from: z.literal("url"),
			of: kebabName,
			/** @default "https" */
			scheme: z.enum(["https", "wss"]).optional(),
		}),
		z.strictObject({
			/** `https://` and each public host of a service, comma separated. */
			from: z.literal("urls"),
			of: kebabName,
		}),
		z.strictObject({
			/** The first public host of a service; with `hosts` each of them, comma separated. */
			from: z.enum(["host", "hosts"]),
			of: kebabName,
		}),
	],
	{ error: ({ input }) => plainValueProblem(input) },
);

function plainValueProblem(input: unknown): string {
	if (typeof input === "number" || typeof input === "boolean") {
		return `is ${kindOf(input)}; the value of a variable is a text: write it in quotes`;
	}
	const isObject =
		typeof input === "object" && input !== null && !Array.isArray(input);
	if (!isObject || "from" in input) {
		return 'must be a text without NUL characters, one for each environment, or a source such as { from: "url", of: "<service>" }';
	}
	const other = Object.keys(input).find(
		(key) => !environments.some((environment) => environment === key),
	);
	if (other !== undefined) {
		return `has no '${shownName(other)}'; ${choices(other, ["from", ...environments])}`;
	}
	const missing = (["staging", "production"] as const).find(
		(environment) => !(environment in input),
	);
	return missing === undefined
		? "must have a text without NUL characters for each environment: write numbers in quotes"
		: `has no text for ${missing}`;
}

const writtenService = z.strictObject({
	/** Somebody else builds its image. Which one of them runs, by digest, stands in the release like any other. @default built here */
	foreignImage: foreignImage.optional(),
	port: z.number().int().min(1).max(65535),
	sizing: perEnvironment(
		z
			.strictObject({
				/** Less than one, or as many as Cloud Run has. */
				cpu: z
					.number()
					.positive()
					.refine((cpu) => cpu < 1 || [1, 2, 4, 6, 8].includes(cpu), {
						error: "must be less than 1, or 1, 2, 4, 6 or 8",
					}),
				memoryMib: z.number().int().min(128),
				minInstances: z.number().int().min(0),
				maxInstances: z.number().int().min(1),
			})
			.refine(
				({ minInstances, maxInstances }) => minInstances <= maxInstances,
				{ path: ["minInstances"], error: "must not be more than maxInstances" },
			),
	),
	/** Requests that one instance takes at a time. */
	concurrency: z.number().int().min(1).max(1000).default(80),
	requestTimeoutSeconds: z.number().int().min(1).max(3600).default(300),
	/** From start to ready; the startup probe covers it. Cloud Run gives an instance 240 s at most. */
	startBudgetSeconds: z.number().int().min(1).max(240).default(240),
	startupPath: httpPath,
	/** @default the startup path */
	livenessPath: httpPath.optional(),
	/** Other services that it calls; checked by the scheduled verification, never by a probe. */
	siblings: z.array(kebabName).default([]),
	publicHosts: perEnvironment(z.array(hostName).min(1)),
	/**
	 * False: only the services that name it in their `siblings` may call it, with an identity token for its first host.
	 * @default true: everybody may, since the applications check logins
	 */
	public: z.boolean().optional(),
	/** Connections of one instance to each PostgreSQL store that it binds, overflow included. */
	poolPerInstance: z.number().int().min(1).optional(),
	/** Requests of one client go to one instance. */
	sessionAffinity: z.boolean().default(false),
	webSocketPaths: z.array(httpPath).default([]),
	/** CPU outside of requests too, and extra CPU while starting. */
	cpuAlwaysAllocated: z.boolean().default(false),
	/**
	 * It reaches private addresses besides those of its data stores.
	 * @default what it binds tells whether it needs the VPC
	 */
	vpcAccess: z.literal(true).optional(),
	/** Roles on the project besides those that its data stores take. */
	roles: z
		.array(
			z
				.string()
				.regex(/^roles\/[A-Za-z0-9_.]+$/, "must be roles/<service>.<role>"),
		)
		.default([]),
	/** Plain environment variables by name. */
	variables: z.record(variableName, plainValue).default({}),
	/** Of these, the ones that look like secrets by name or value and are none: the name, and the reason for reviewers. */
	notSecrets: z
		.record(
			variableName,
			z
				.string()
				.refine(
					(reason) => reason.trim() !== "",
					"must give the reason why it is no secret",
				),
		)
		.optional(),
	/**
	 * Of these, the ones whose values look wrong, like a placeholder or an address of the machine itself, and are meant: the
	 * name, and the reason for reviewers.
	 */
	reviewedValues: z
		.record(
			variableName,
			z
				.string()
				.refine(
					(reason) => reason.trim() !== "",
					"must give the reason why the value is meant so",
				),
		)
		.optional(),
	/** Secret environment variables: the name, and the id of the secret. */
	secrets: z.record(variableName, kebabName).default({}),
	/** Secrets mounted as files: the absolute path, and the id of the secret. Each is alone in its folder, which the mount hides. */
	secretFiles: z.record(filePath, kebabName).default({}),
	/** The command by which the service's own image checks its configuration, if it has one. */
	checkCommand: z.array(plainText).min(1).optional(),
});

const service = writtenService.transform(({ livenessPath, ...rest }) => ({
	...rest,
	livenessPath: livenessPath ?? rest.startupPath,
}));

const platformShape = z.strictObject({
	/** Names of what the platform owns begin with it. */
	name: kebabName,
	environments: z.strictObject({
		/** @default the project `<name>-local`, which exists on this machine alone, and the region of staging */
		local: environment.optional(),
		staging: environment,
		production: environment,
	}),
	/** Both ranges are private ones; neither may overlap the other, nor a network that is peered with this one. */
	network: z
		.strictObject({
			/** The addresses of instances; direct VPC egress takes about two for each. */
			subnetRange: z.cidrv4(),
			/** The addresses of Cloud SQL and Memorystore, which live in a network of Google's. */
			privateServicesRange: z.cidrv4(),
		})
		.default({
			subnetRange: "10.0.0.0/22",
			privateServicesRange: "10.64.0.0/16",
		}),
	/** Data stores by name. */
	stores: z.record(kebabName, store).default({}),
	services: z.record(kebabName, service),
	secrets: z.array(secret).default([]),
	/** Hosts of others that URLs in plain variables and templates may name: the host, and the reason for reviewers. */
	foreignHosts: z
		.record(
			hostName,
			z
				.string()
				.refine(
					(reason) => reason.trim() !== "",
					"must give the reason why services go there",
				),
		)
		.default({}),
});

const withLocal = platformShape.transform(({ environments, ...rest }) => ({
	...rest,
	environments: {
		...environments,
		local: {
			project: `${rest.name}-local`,
			region: environments.staging.region,
			...environments.local,
		},
	},
}));

export type ServiceInput = z.input<typeof service>;
export type SecretInput = z.input<typeof secret>;
export type Platform = z.infer<typeof withLocal>;
export type ServiceContract = Platform["services"][string];
export type SecretContract = Platform["secrets"][number];
export type Replication = z.infer<typeof replication>;
export type PlainValue = ServiceContract["variables"][string];

/** What does not hold together, and where. */
export type Problem = { path: (string | number)[]; message: string };

function* referenceProblems(platform: Platform): Generator<Problem> {
	const [missing] = Object.entries(platform.environments).flatMap(
		([environment, { region }]) => (region === undefined ? [environment] : []),
	);
	const ids = new Set(platform.secrets.map((each) => each.id));
	const used = new Set<string>();
	for (const [name, each] of Object.entries(platform.services)) {
		for (const [kind, bound] of [
			["secrets", each.secrets],
			["secretFiles", each.secretFiles],
		] as const) {
			for (const [key, id] of Object.entries(bound)) {
				used.add(id);
				if (!ids.has(id)) {
					yield {
						path: ["services", name, kind, key],
						message: `names the secret '${id}', which is not in 'secrets'`,
					};
				}
			}
		}
		for (const sibling of each.siblings) {
			if (!Object.hasOwn(platform.services, sibling)) {
				yield {
					path: ["services", name, "siblings"],
					message: `names the service '${sibling}', which does not exist`,
				};
			}
		}
		for (const [variable, value] of Object.entries(each.variables)) {
			if (
				typeof value === "object" &&
				"of" in value &&
				!Object.hasOwn(platform.services, value.of)
			) {
				yield {
					path: ["services", name, "variables", variable],
					message: `takes the URL of '${value.of}', which does not exist`,
				};
			}
			if (
				typeof value === "object" &&
				"from" in value &&
				value.from === "region" &&
				missing !== undefined
			) {
				yield {
					path: ["environments", missing, "region"],
					message: `is missing; ${name}'s ${variable} takes it`,
				};
			}
		}
	}
	for (const id of partSecretsOf(platform)) {
		used.add(id);
	}
	for (const [index, secret] of platform.secrets.entries()) {
		const { id } = secret;
		if (!used.has(id)) {
			yield {
				path: ["secrets", index],
				message: `'${id}' is bound by no service and used by no other secret: bind it or remove it`,
			};
		}
		if (platform.secrets.findIndex((each) => each.id === id) !== index) {
			yield { path: ["secrets", index], message: `'${id}' is declared twice` };
		}
		const generator = generatorOf(secret);
		const other = platform.secrets.find(
			(each) => each !== secret && generatorOf(each) === generator,
		);
		if (isGenerated(secret.source) && other !== undefined) {
			yield {
				path: ["secrets", index, "source", "generator"],
				message: `makes '${id}' and '${other.id}' the same value: give each its own`,
			};
		}
	}
}

/** A volume is mounted over a folder: what else is in it, or below, cannot be seen any more. */
function* fileProblems(platform: Platform): Generator<Problem> {
	for (const [name, { secretFiles }] of Object.entries(platform.services)) {
		const folders = Object.keys(secretFiles).map((path) =>
			path.slice(0, path.lastIndexOf("/")),
		);
		for (const [index, path] of Object.keys(secretFiles).entries()) {
			const folder = folders[index] as string;
			const other = folders.find(
				(each, position) =>
					position !== index &&
					!isTakenFolder(each) &&
					`${folder}/`.startsWith(`${each}/`),
			);
			const problem = isTakenFolder(folder)
				? `is mounted over '${folder}', which the container needs: give the file a folder of its own, such as /etc/${platform.name}/ca.pem`
				: other === undefined
					? undefined
					: `lies in '${other}', which another secret file is mounted over: give each a folder of its own`;
			if (problem !== undefined) {
				yield {
					path: ["services", name, "secretFiles", path],
					message: problem,
				};
			}
		}
	}
}

function* serviceProblems(platform: Platform): Generator<Problem> {
	const { staging, production } = platform.environments;
	if (staging.project === production.project) {
		yield {
			path: ["environments", "production", "project"],
			message:
				"is staging's too, and the accounts of both would have one name: give each environment a project of its own",
		};
	}
	if (Object.hasOwn(platform.services, preflightImage)) {
		yield {
			path: ["services", preflightImage],
			message: `is what the image is called by which every service's configuration is checked: choose another name`,
		};
	}
	for (const [name, each] of Object.entries(platform.services)) {
		for (const variable of Object.keys(each.variables)) {
			if (Object.hasOwn(each.secrets, variable)) {
				yield {
					path: ["services", name, "variables", variable],
					message: "is bound to a secret too: a variable has one value",
				};
			}
		}
	}
	for (const [index, each] of platform.secrets.entries()) {
		if (each.environments !== undefined && each.criticalIn.length > 0) {
			yield {
				path: ["secrets", index, "criticalIn"],
				message: `'${each.id}' is not in every environment, so nothing that runs in all of them can depend on it: empty criticalIn, or remove 'environments'`,
			};
		}
		for (const name of each.criticalIn) {
			if (!Object.hasOwn(platform.services, name)) {
				yield {
					path: ["secrets", index, "criticalIn"],
					message: `names the service '${name}', which does not exist`,
				};
			}
		}
	}
}

const platformSchema = withLocal.superRefine((platform, context) => {
	const values = [
		...referenceProblems(platform),
		...storeProblems(platform),
		...templateProblems(platform),
	];
	for (const problem of [
		...values,
		...(values.length === 0 ? useProblems(platform) : []),
		...fileProblems(platform),
		...serviceProblems(platform),
		...variableProblems(platform),
		...foreignHostProblems(platform),
		...callerProblems(platform),
		...hostProblems(platform),
		...nameProblems(platform),
		...checklistProblems(platform),
	]) {
		context.addIssue({ code: "custom", ...problem });
	}
});

/** A contract that does not hold together. The message lists every problem with its path. */
export class ContractError extends UserError {
	override name = "ContractError";
}

/**
 * Checks a contract.
 * @throws {ContractError} that lists every problem at once.
 */
export function parsePlatform(
	written: Inline<z.input<typeof platformShape>>,
): Platform {
	const inherited = [...inheritedKeys(written)];
	if (inherited.length > 0) {
		throw contractError(
			inherited.map((path) => ({ path, message: inheritedKeyProblem })),
		);
	}
	const { contract, origins, problems } = withoutInline(written);
	if (problems.length > 0) {
		throw contractError(problems);
	}
	const result = platformSchema.safeParse(contract, inWords);
	if (result.success) {
		return result.data;
	}
	throw contractError(
		problemsOf(result.error).map(({ path, message }) => ({
			path: pathByIds(contract, origins, path),
			message,
		})),
	);
}

/** Where a person finds it: a secret by its id, one that a variable names by the variable, and any other item by its text. */
function pathByIds(
	contract: unknown,
	origins: Origins,
	path: PropertyKey[],
): PropertyKey[] {
	let data = contract;
	const named = path.map((key) => {
		const items = data;
		data = (data as Record<PropertyKey, unknown> | null | undefined)?.[key];
		return Array.isArray(items) ? (idOf(data) ?? key) : key;
	});
	const [top, id, ...rest] = named;
	const origin = top === "secrets" ? origins.get(String(id)) : undefined;
	return origin === undefined
		? named
		: [...origin, ...rest.filter((part) => part !== "source")];
}

/** What an item of a list is found by in the file; undefined for one without a name. */
function idOf(item: unknown): string | undefined {
	const name = (item as { id?: unknown } | null | undefined)?.id ?? item;
	return typeof name === "string" && /^[\w.:/-]+$/.test(name)
		? name
		: undefined;
}

function contractError(
	problems: { path: PropertyKey[]; message: string }[],
): ContractError {
	const lines = problems.map(
		({ path, message }) =>
			`  ${path.length === 0 ? "the contract" : path.map((part) => shownName(String(part))).join(".")}: ${oneLine(message)}`,
	);
	return new ContractError(
		`contract/platform.ts does not hold together:\n${lines.join("\n")}`,
	);
}
