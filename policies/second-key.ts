/**
 * The second key: what the contract must say, whoever edits it. It stands apart from the contract and belongs to other
 * reviewers: an edit that drops or changes what is listed here must change both files.
 */
import { z } from "zod";
import { mostProhibitionBytes } from "../contract/checklist.ts";
import {
	type Environment,
	environments,
	perEnvironment,
} from "../contract/environments.ts";
import { UserError } from "../contract/errors.ts";
import { inWords, problemsOf } from "../contract/in-words.ts";
import { variableIn } from "../contract/names.ts";
import {
	inheritedKeyProblem,
	inheritedKeys,
	own,
} from "../contract/own-keys.ts";
import { oneLine, shownName } from "../contract/printable.ts";
import { type Platform, plainValue, variableName } from "../contract/schema.ts";
import {
	filePath,
	forbiddenVariable,
	hostName,
	kebabName,
	plainText,
} from "../contract/shapes.ts";
import { source } from "../contract/sources.ts";

export const secondKeyFile = "policies/second-key.json";

const why = z
	.string('must be given: "why": "<the reason>"')
	.refine((text) => text.trim() !== "", "must give the reason");

/** By the reason for it. */
const reasons = <Item extends z.ZodType>(item: Item) =>
	z.record(why, item).default({});

/** What a service cannot work without: a secret under this name, or a plain value that the contract writes so. */
const criticalName = z
	.strictObject({
		/** The id of the secret, for a variable or a file. */
		secret: kebabName.optional(),
		/** As the contract writes it, for a plain variable. */
		value: plainValue.optional(),
		why,
	})
	.refine(
		({ secret, value }) => (secret === undefined) !== (value === undefined),
		'must have one of both: "secret", the id of a secret, or "value", as contract/platform.ts writes it',
	);

const name = z
	.string()
	.refine(
		(text) =>
			[variableName, filePath].some((shape) => shape.safeParse(text).success),
		"must be a variable's name, with '{ENV}' at the end at most, or the absolute path of a secret file",
	);

const setting = <Value extends z.ZodType>(value: Value) =>
	z.strictObject({ value, why }).optional();

const sortedList = <Item extends z.ZodType<string>>(item: Item) =>
	z
		.array(item)
		.min(1)
		.transform((list) => list.toSorted());

/** What of a service, besides its names, keeps it closed or checked. Where the contract has one, it stands here too. */
const settings = z.strictObject({
	/** Services that alone may call it. @default everybody may */
	callers: setting(sortedList(kebabName)),
	/** The command by which its own image checks its configuration. */
	checkCommand: setting(z.array(plainText).min(1)),
	/** Whose image it runs, by repository. @default it is built here */
	foreignImage: setting(z.union([z.string(), perEnvironment(z.string())])),
	/** Variables that look like secrets and are none. */
	notSecrets: setting(sortedList(variableName)),
	/** Variables whose values look wrong, like an address of the machine itself, and are meant. */
	reviewedValues: setting(sortedList(variableName)),
	/** It reaches private addresses besides those of its stores. */
	vpcAccess: setting(z.literal(true)),
});

const pattern = z
	.string()
	.regex(
		/^(?=.*[a-z0-9])[a-z0-9*-]+$/,
		"must be a secret's id without the environment, in which '*' stands for any characters",
	);

const secondKeyShape = z.strictObject({
	/** The platform's name, which all others begin with. */
	name: kebabName,
	projects: z.partialRecord(z.enum(environments), kebabName).default({}),
	/** The hosts of a service, all of them. */
	hosts: z
		.record(kebabName, perEnvironment(z.array(hostName).min(1)))
		.default({}),
	/** What else a service must be. */
	settings: z.record(kebabName, settings).default({}),
	/** Roles on the project that services may have besides those that their stores take, and why. */
	roles: z.record(z.string(), why).default({}),
	/** Hosts of others that variables may name, and why. */
	foreignHosts: z.record(hostName, why).default({}),
	/** What a store is, without its size. */
	stores: z.record(kebabName, z.record(z.string(), z.string())).default({}),
	/** Where the value of a secret comes from. */
	secrets: z.record(kebabName, source).default({}),
	/** The critical names of each service. */
	services: z.record(kebabName, z.record(name, criticalName)).default({}),
	/** By reason: variables that hold one secret, in every service that has them. */
	equal: reasons(z.array(variableName).min(1)),
	/** By reason: variables of which no two hold one secret, in whatever services. */
	differ: reasons(z.array(variableName).min(2)),
	/** Services that get no secrets, and why. */
	noSecrets: z.record(kebabName, why).default({}),
	/** Secrets that an environment must not have, and why. */
	absent: z
		.partialRecord(z.enum(environments), z.record(pattern, why))
		.default({}),
	/** Variables that must not be set in staging and production, as patterns with `*` or `NAME=value`, and why. */
	forbiddenVariables: z.record(forbiddenVariable, why).default({}),
	/** By reason: ways to say the same, of which one may be used; a way is a list of variables that belong together. */
	alternatives: reasons(
		z.array(z.array(variableName).min(1)).min(2, "must have two ways or more"),
	),
});

/** Jobs bring both lists with them: a variable of a job has room for so much. */
const withRoom = secondKeyShape.refine(
	({ forbiddenVariables, alternatives }) =>
		Buffer.byteLength(
			JSON.stringify([
				Object.keys(forbiddenVariables),
				Object.values(alternatives),
			]),
		) <= mostProhibitionBytes,
	`'forbiddenVariables' and 'alternatives' take more than the ${mostProhibitionBytes} bytes that a preflight job can carry, reasons left out: let patterns with '*' stand for several`,
);

export type SecondKey = z.infer<typeof secondKeyShape>;
export type Settings = z.infer<typeof settings>;
export type CriticalName = z.infer<typeof criticalName>;

/**
 * Checks the content of the file.
 * @throws {UserError} that lists every problem at once, each with its path
 */
export function parseSecondKey(content: unknown): SecondKey {
	const inherited = [...inheritedKeys(content)];
	if (inherited.length > 0) {
		throw problem(
			inherited.map((path) => ({ path, message: inheritedKeyProblem })),
		);
	}
	const result = withRoom.safeParse(content, inWords);
	if (result.success) {
		return result.data;
	}
	throw problem(problemsOf(result.error));
}

function problem(
	problems: readonly { path: PropertyKey[]; message: string }[],
): UserError {
	const lines = problems.map(
		({ path, message }) =>
			`  ${path.length === 0 ? "the file" : path.map((part) => shownName(String(part))).join(".")}: ${oneLine(message)}`,
	);
	return new UserError(
		`${secondKeyFile} does not hold together:\n${lines.join("\n")}\n  fix: correct it there; policies/second-key.ts says what each part means`,
	);
}

/** A critical name of a service, and how the second key calls it. */
export type Critical = CriticalName & { name: string };

/** The critical variables of a service by the names they have in an environment. */
export function criticalVariables(
	key: SecondKey,
	service: string,
	environment: Environment,
): ReadonlyMap<string, Critical> {
	return new Map(
		Object.entries(own(key.services, service) ?? {})
			.filter(([name]) => !isFile(name))
			.map(([name, each]) => [
				variableIn(name, environment),
				{ ...each, name },
			]),
	);
}

/** The critical files of a service, each with its secret. */
export function criticalFiles(
	key: SecondKey,
	service: string,
): ReadonlyMap<string, Critical> {
	return new Map(
		Object.entries(own(key.services, service) ?? {})
			.filter(([name]) => isFile(name))
			.map(([name, each]) => [name, { ...each, name }]),
	);
}

const isFile = (name: string) => name.startsWith("/");

/** What a store is, without its size. */
export function storeIdentity(
	store: Platform["stores"][string],
): Record<string, string> {
	return Object.fromEntries(
		Object.entries(store).filter(
			(entry): entry is [string, string] => typeof entry[1] === "string",
		),
	);
}
