/** The configuration of a stack: what `Pulumi.<stack>.yaml` may hold, checked before anything is made of it. */
import { isIP } from "node:net";
import { z } from "zod";
import { isFileAlone, secretsIn } from "./bindings.ts";
import { type Environment, environments } from "./environments.ts";
import { UserError } from "./errors.ts";
import { generatorOf } from "./generators.ts";
import { storesOfKind } from "./needs.ts";
import { inheritedKeyProblem, inheritedKeys, own } from "./own-keys.ts";
import { oneLine, shownName } from "./printable.ts";
import { type Platform, regionName } from "./schema.ts";
import { hostName } from "./shapes.ts";
import { isGenerated } from "./sources.ts";
import { secretValueProblems } from "./value-rules.ts";

const wholeNumber = z.number().int().min(0);

/** A folder by its normalised path, so that equal folders have equal paths. */
const folder = z
	.string()
	.regex(
		/^(\/(?!\.{1,2}(\/|$))[\w.@+-]+)+$/,
		"the absolute path of a folder, without '//', '.', '..' and a '/' at its end",
	);

const isHost = (text: string) =>
	text === "" ||
	text === "localhost" ||
	isIP(text) !== 0 ||
	hostName.safeParse(text.toLowerCase()).success;

/** How the value of a secret that somebody else issues is given: exactly one of the two. */
const externalSecret = z.union([
	z.strictObject({ version: wholeNumber.min(1) }),
	z.strictObject({ value: z.string().min(1) }),
]);

/** As Cloud Run names them; `LATEST` is none. */
const revisionName = z
	.string()
	.min(1)
	.regex(
		/^(?:[a-z][a-z0-9-]{0,62})?$/,
		"a revision's name: lower-case letters, digits and '-'",
	);

/** A ClickHouse and the login to use there; its password is an external secret. */
const clickhouseAddress = z.strictObject({
	host: z
		.string()
		.min(1)
		.refine(isHost, "a host name or IP address, without scheme or port"),
	/** Of the https interface. @default 8443 */
	port: z.number().int().min(1).max(65535).default(8443),
	/** Of the native protocol over TLS. @default 9440 */
	nativePort: z.number().int().min(1).max(65535).default(9440),
	user: z
		.string()
		.min(1)
		.refine((text) => !/\p{C}/u.test(text), "visible characters only"),
	database: z
		.string()
		.min(1)
		.regex(/^[\w-]*$/, "letters, digits, '_' and '-' only"),
});

export type ClickhouseAddress = z.infer<typeof clickhouseAddress>;

/** What a stack file holds below `netra-platform:`; what depends on the contract is checked beside it. @see parseStackConfig */
export const stackConfigShape = z.strictObject({
	/** Raise it by one to rotate the database password. */
	rotationEpoch: wholeNumber,
	/** Protects what holds data from deletion. Outside of local, `destroy` needs an `up` with `false` first. */
	dataProtection: z.boolean(),
	/** The folder under which Cloud Run mounts Cloud SQL's sockets. */
	socketRoot: folder,
	/** What the paths of secret files begin with; empty in a container, a folder where services are mere processes. */
	secretFileRoot: z.union([z.literal(""), folder]),
	/** Where somebody else's data stores are, by the store's name in the contract. */
	stores: z.record(z.string(), clickhouseAddress).default({}),
	/** By secret id, without the environment. */
	externalSecrets: z.record(z.string(), externalSecret).default({}),
	/** The version of a secret that exists already and keeps its value, by secret id without the environment. */
	adopted: z.record(z.string(), wholeNumber.min(1)).default({}),
	/** Revisions of a taken-over project that serve and don't bear this project's kind of name. */
	adoptedRevisions: z.array(revisionName).default([]),
	/** Raise an entry by one to make a new value of that generated secret. */
	keyEpochs: z.record(z.string(), wholeNumber).default({}),
	/** How often the password of an epoch was made anew because a change of it failed, by epoch. */
	slotRetry: z
		.record(z.string().regex(/^\d+$/, "must be an epoch"), wholeNumber)
		.default({}),
	services: z
		.record(
			z.string(),
			z.strictObject({
				/** All traffic goes to this revision. @default the latest one that is ready */
				pinnedRevision: revisionName.optional(),
				/** Revisions made by hand, or chosen by hand to serve, that an update may replace. */
				takeOver: z.array(revisionName).optional(),
				/** What to run in place of the image's own command; in local alone. */
				command: z.array(z.string()).min(1).optional(),
			}),
		)
		.default({}),
});

export type StackConfig = z.infer<typeof stackConfigShape> & {
	environment: Environment;
	project: string;
	region: string;
};

/** The stack's whole configuration as the engine gives it: full keys, values as strings, objects as JSON. */
export type RawConfig = Record<string, string>;

const namespace = "netra-platform";

type Problem = { key: string; message: string; fix: string };

/**
 * Reads the configuration of a stack.
 * @param secretKeys the full keys that hold an encrypted value
 * @throws {UserError} that lists every problem with the command that mends it.
 */
export function parseStackConfig(
	platform: Platform,
	stack: string,
	raw: RawConfig,
	secretKeys: readonly string[],
): StackConfig {
	const environment = environments.find((each) => each === stack);
	if (environment === undefined) {
		throw new UserError(
			`[stack-name] stack '${stack}' is not an environment of this platform; expected one of ${environments.join(", ")}: pulumi stack select staging`,
		);
	}
	const given = keysOf(raw);
	const inherited = [...inheritedKeys(given)].map((path) => ({
		key: path.map(shownName).join("."),
		message: inheritedKeyProblem,
		fix: `remove it from Pulumi.${stack}.yaml`,
	}));
	if (inherited.length > 0) {
		throw new UserError(report(stack, inherited));
	}
	const parsed = stackConfigShape.safeParse(given);
	const problems = parsed.success
		? contentProblems(platform, environment, parsed.data, secretKeys)
		: parsed.error.issues.map((issue) => shapeProblem(issue, given));
	problems.push(...cloudProblems(platform, environment, raw));
	if (!parsed.success || problems.length > 0) {
		throw new UserError(report(stack, problems));
	}
	return {
		...parsed.data,
		environment,
		project: raw["gcp:project"] as string,
		region: raw["gcp:region"] as string,
	};
}

function keysOf(raw: RawConfig): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(raw)
			.filter(([key]) => key.startsWith(`${namespace}:`))
			.map(([key, value]) => [
				key.slice(namespace.length + 1),
				fromText(value),
			]),
	);
}

function fromText(value: string): unknown {
	try {
		return JSON.parse(value);
	} catch {
		return value;
	}
}

/** The example to type for each key; secrets are typed at a prompt. */
const examples: Record<string, string> = {
	rotationEpoch: "rotationEpoch 0",
	dataProtection: "dataProtection true",
	socketRoot: "socketRoot /cloudsql",
	secretFileRoot: "secretFileRoot ''",
	stores: "--path 'stores[\"<store>\"].host' <host>",
	externalSecrets: "--path 'externalSecrets[\"<secret id>\"].version' <number>",
	adopted: "--path 'adopted[\"<secret id>\"]' <number>",
	adoptedRevisions: "--path 'adoptedRevisions[0]' <revision>",
	keyEpochs: "--path 'keyEpochs[\"<secret id>\"]' <number>",
	slotRetry: "--path 'slotRetry[\"<epoch>\"]' 1",
	services: "--path services.<service>.pinnedRevision <revision>",
	"services.pinnedRevision":
		"--path services.<service>.pinnedRevision <revision>",
	"services.command": "--path 'services.<service>.command[0]' <program>",
	"services.takeOver": "--path 'services.<service>.takeOver[0]' <revision>",
};

/** For a field of a store or service, which has a name of the contract's in its path. */
function namedExample(path: PropertyKey[]): string | undefined {
	const [top = "", name = "", field] = path.map(String);
	if (field === undefined || shownName(name) !== name) {
		return undefined;
	}
	return top === "stores"
		? `--path 'stores["${name}"].${field}' <${field}>`
		: examples[`${top}.${field}`]?.replace("<service>", name);
}

function shapeProblem(
	issue: z.core.$ZodIssue,
	given: Record<string, unknown>,
): Problem {
	const top = String(issue.path[0] ?? "");
	if (issue.code === "unrecognized_keys") {
		const where = [...issue.path, issue.keys[0]]
			.map((key) => shownName(String(key)))
			.join(".");
		const known = Object.keys(top === "" ? stackConfigShape.shape : {});
		return {
			key: where,
			message: `is not a known key${known.length > 0 ? `; known are ${known.join(", ")}` : ""}`,
			fix: removal(`${namespace}:${where}`),
		};
	}
	const found = issue.path.reduce<unknown>(
		(value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
		given,
	);
	return {
		key: issue.path.map((key) => shownName(String(key))).join("."),
		message:
			found === undefined
				? `is missing; expected ${expected(issue)}`
				: `found ${typeName(found)}; expected ${expected(issue)}`,
		fix: `pulumi config set ${namedExample(issue.path) ?? examples[top] ?? top}`,
	};
}

function expected(issue: z.core.$ZodIssue): string {
	switch (issue.code) {
		case "invalid_type":
			return (
				{ int: "a whole number", number: "a number", boolean: "true or false" }[
					issue.expected as string
				] ?? `${article(issue.expected)} ${issue.expected}`
			);
		case "too_small":
			return issue.origin === "string"
				? "a text that is not empty"
				: `a number from ${issue.minimum}`;
		case "invalid_union":
			return "either {version: <number>} or {value: <encrypted>}";
		default:
			return issue.message;
	}
}

const article = (noun: string) => (/^[aeiou]/.test(noun) ? "an" : "a");

/** Names a value's type, not the value: it may be a secret in the wrong place. */
function typeName(value: unknown): string {
	if (Array.isArray(value)) {
		return "a list";
	}
	return value === null
		? "nothing"
		: `${article(typeof value)} ${typeof value}`;
}

function contentProblems(
	platform: Platform,
	environment: Environment,
	config: z.infer<typeof stackConfigShape>,
	secretKeys: readonly string[],
): Problem[] {
	return [
		...storeProblems(platform, config),
		...externalProblems(platform, environment, config, secretKeys),
		...keyProblems(platform, environment, config),
		...Object.entries(config.services)
			.filter(
				([, { command }]) => command !== undefined && environment !== "local",
			)
			.map(([service]) => ({
				key: `services.${shownName(service)}.command`,
				message: `is for local alone; in ${environment} the image says what it runs`,
				fix: removal(`services.${service}.command`),
			})),
		...Object.keys(config.services)
			.filter((service) => !Object.hasOwn(platform.services, service))
			.map((service) => ({
				key: `services.${shownName(service)}`,
				message: `is not a service of the contract; it has ${Object.keys(platform.services).join(", ")}`,
				fix: removal(`services.${service}`),
			})),
	];
}

/** Somebody else's stores have an address in each stack; the others have none. */
function* storeProblems(
	platform: Platform,
	{ stores }: z.infer<typeof stackConfigShape>,
): Generator<Problem> {
	const foreign = storesOfKind(platform, "clickhouse").map(({ name }) => name);
	for (const name of foreign.filter((each) => !Object.hasOwn(stores, each))) {
		yield {
			key: `stores.${name}`,
			message: `is missing; '${name}' is somebody else's, so the stack must say where it is: host, user and database`,
			fix: `pulumi config set --path 'stores["${name}"].host' <host>`,
		};
	}
	for (const name of Object.keys(stores)) {
		if (!foreign.includes(name)) {
			yield {
				key: `stores.${shownName(name)}`,
				message: own(platform.stores, name)
					? "is a store that this stack makes, so it has no address here"
					: `is not a store of the contract that somebody else runs; ${foreign.length === 0 ? "it has none" : `it has ${foreign.join(", ")}`}`,
				fix: removal("stores", name),
			};
		}
	}
}

function* externalProblems(
	platform: Platform,
	environment: Environment,
	{ externalSecrets, adopted }: z.infer<typeof stackConfigShape>,
	secretKeys: readonly string[],
): Generator<Problem> {
	const external = secretsIn(platform, environment).filter(
		({ source }) => source.from === "external",
	);
	for (const { id } of external) {
		if (!Object.hasOwn(externalSecrets, id) && !Object.hasOwn(adopted, id)) {
			yield {
				key: `externalSecrets.${id}`,
				message: `is missing; secret '${id}-${environment}' is issued by somebody else, so the stack must say which version to use`,
				fix: `pulumi config set --path 'externalSecrets["${id}"].version' <number>`,
			};
		}
	}
	for (const [id, given] of Object.entries(externalSecrets)) {
		const secret = external.find((each) => each.id === id);
		if (secret === undefined) {
			yield {
				key: `externalSecrets.${shownName(id)}`,
				message: `is not an external secret of ${environment}; those are ${external.map((secret) => secret.id).join(", ")}`,
				fix: removal("externalSecrets", id),
			};
		}
		if ("value" in given && secret !== undefined) {
			for (const problem of secretValueProblems(
				secret,
				given.value,
				environment,
				isFileAlone(platform, id),
			)) {
				yield {
					key: `externalSecrets.${id}.value`,
					message: problem,
					fix: `pulumi config set --secret --path 'externalSecrets["${id}"].value'`,
				};
			}
		}
		if (
			"value" in given &&
			!secretKeys.includes(`${namespace}:externalSecrets`)
		) {
			yield {
				key: `externalSecrets.${shownName(id)}.value`,
				message: "is in plain text; expected an encrypted value",
				fix: `issue a new value, since this one was readable, then: pulumi config set --secret --path 'externalSecrets["${id}"].value'`,
			};
		}
	}
}

function* keyProblems(
	platform: Platform,
	environment: Environment,
	{ keyEpochs, adopted, externalSecrets }: z.infer<typeof stackConfigShape>,
): Generator<Problem> {
	const secrets = secretsIn(platform, environment);
	const generated = secrets.filter(({ source }) => isGenerated(source));
	for (const id of Object.keys(keyEpochs)) {
		const isGenerated = generated.some(
			(secret) => secret.id === id || generatorOf(secret) === id,
		);
		if (!isGenerated) {
			yield {
				key: `keyEpochs.${shownName(id)}`,
				message: `is not a generated secret of ${environment}; those are ${generated.map((secret) => secret.id).join(", ")}`,
				fix: removal("keyEpochs", id),
			};
		}
	}
	for (const id of Object.keys(adopted)) {
		const { source } = secrets.find((secret) => secret.id === id) ?? {};
		if (source?.from !== "external" && source?.from !== "generated") {
			yield {
				key: `adopted.${shownName(id)}`,
				message:
					source === undefined
						? `is not a secret of ${environment}`
						: "follows a resource of this stack, so its value cannot be kept",
				fix: removal("adopted", id),
			};
		} else if (Object.hasOwn(externalSecrets, id)) {
			yield {
				key: `adopted.${shownName(id)}`,
				message:
					"stands in externalSecrets too, which would not be looked at: one of both says which version to use",
				fix: removal("adopted", id),
			};
		}
	}
}

function* cloudProblems(
	platform: Platform,
	environment: Environment,
	raw: RawConfig,
): Generator<Problem> {
	const { project, region } = platform.environments[environment];
	if (raw["gcp:project"] !== project) {
		yield {
			key: "gcp:project",
			message: `found ${raw["gcp:project"] ?? "nothing"}; the contract says that ${environment} is in ${project}`,
			fix: `pulumi config set gcp:project ${project}`,
		};
	}
	if (!regionName.test(raw["gcp:region"] ?? "")) {
		yield {
			key: "gcp:region",
			message: `found ${raw["gcp:region"] ?? "nothing"}; expected a region such as us-central1`,
			fix: `pulumi config set gcp:region ${region ?? "us-central1"}`,
		};
	} else if (region !== undefined && raw["gcp:region"] !== region) {
		yield {
			key: "gcp:region",
			message: `found ${raw["gcp:region"]}; the contract says that ${environment} is in ${region}`,
			fix: `pulumi config set gcp:region ${region}`,
		};
	}
}

/** The command that removes an entry, or what to do where its name could not be typed into one. */
function removal(path: string, key?: string): string {
	if (!/^[\w.:-]+$/.test(path + (key ?? ""))) {
		return "remove it from the stack's file with an editor";
	}
	const whole = key === undefined ? path : `${path}["${key}"]`;
	return `pulumi config rm --path ${/[:[]/.test(whole) ? `'${whole}'` : whole}`;
}

function report(stack: string, problems: Problem[]): string {
	const lines = problems.map(
		({ key, message, fix }) =>
			`  ${key.startsWith("gcp:") ? key : `${namespace}:${key}`} ${oneLine(message)}\n    fix: ${fix.includes("pulumi config") ? `${fix} -s ${stack}` : fix}`,
	);
	return `[stack-config] Pulumi.${stack}.yaml cannot be used; nothing was changed:\n${lines.join("\n")}`;
}
