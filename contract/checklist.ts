/**
 * What preflight checks for a service in an environment: its part of the contract, which the job brings with it, so that
 * one image serves every contract. It stands in a job's template as plain text, so it holds no value.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { environments } from "./environments.ts";
import { oneLine, shownName } from "./printable.ts";
import { databaseName, httpPath, kebabName } from "./shapes.ts";
import { type SecretSource, source } from "./sources.ts";

/** The variable of a job that holds it, as JSON. */
export const checklistVariable = "PREFLIGHT_CHECKLIST";

/** Another one is refused: raise it with every change of the shape, or of what a word in it means. */
export const checklistVersion = 1;

/**
 * What the API takes as a variable's value, in bytes, and what of it is left to the second key's prohibitions.
 * @see https://cloud.google.com/run/docs/reference/rest/v2/Container#EnvVar
 */
const mostBytes = 32768;
export const mostProhibitionBytes = 4096;
export const mostContractBytes = mostBytes - mostProhibitionBytes;

export type CheckedSource =
	| Exclude<SecretSource, { from: "constant" }>
	| { from: "constant"; sha256: string };

const digest = z.strictObject({
	from: z.literal("constant"),
	sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What a constant's value is compared by. */
export const digestOf = (value: string): string =>
	createHash("sha256").update(value).digest("hex");

/** As the contract writes it; of a constant, only what its value can be compared with. */
const checkedSource = z.custom<CheckedSource>((data) => {
	const { from } = (data ?? {}) as { from?: unknown };
	return (from === "constant" ? digest : source).safeParse(data).success;
}, "is no source that it knows");

/** A store without its size. */
const checkedStore = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("postgres"), database: databaseName }),
	z.strictObject({ kind: z.literal("redis") }),
	z.strictObject({
		kind: z.literal("clickhouse"),
		passwordSecret: kebabName,
	}),
	z.strictObject({ kind: z.literal("bucket") }),
]);

/** What a plain variable holds: any text, the environment's or the project's name, or URLs with a scheme. */
const plainForm = z.enum(["text", "environment", "project", "https", "wss"]);

const variableName = z.string().min(1);

const checklist = z.strictObject({
	version: z.literal(checklistVersion),
	service: kebabName,
	environment: z.enum(environments),
	project: kebabName,
	/** By the variable's name in the environment, like everything here. */
	variables: z.record(variableName, plainForm),
	/** The secret of each variable, by its id in the contract. */
	secrets: z.record(variableName, kebabName),
	/** The secret of each file, by the path in a container. */
	files: z.record(z.string(), kebabName),
	/** Where the value of each of these secrets comes from. */
	sources: z.record(kebabName, checkedSource),
	/** The stores that it binds. */
	stores: z.record(kebabName, checkedStore),
	/** The services that it calls and that answer everybody: the variable with the URL, what to ask there, and the name in Cloud Run. */
	siblings: z.record(
		kebabName,
		z.strictObject({
			variable: variableName,
			path: httpPath,
			cloudRunName: kebabName,
		}),
	),
	/** Variables that it has in other environments alone. */
	elsewhere: z.array(variableName),
	/** Patterns of the second key. */
	forbidden: z.array(z.string()),
	/** Ways to say the same, of the second key. */
	alternatives: z.array(z.array(z.array(variableName))),
	/** What it answers, for whoever stands in for it. */
	answers: z.strictObject({
		port: z.number().int(),
		startupPath: httpPath,
		livenessPath: httpPath,
	}),
});

export type Checklist = z.infer<typeof checklist>;
export type CheckedStore = Checklist["stores"][string];
export type PlainForm = Checklist["variables"][string];

/** Why a text is not a checklist that this program can read. `isOther`: the text is right, but of another version. */
export type Unreadable = { fact: string; isOther: boolean };

/** Reads a checklist. The fact, if it can't, ends a sentence, and names no more than a path and a version. */
export function readChecklist(text: string): Checklist | Unreadable {
	let content: unknown;
	try {
		content = JSON.parse(text);
	} catch {
		return { fact: "is not JSON", isOther: false };
	}
	const version = (content as { version?: unknown } | null)?.version;
	if (typeof version === "number" && version !== checklistVersion) {
		return {
			fact: `has version ${version}, and this image reads version ${checklistVersion}`,
			isOther: true,
		};
	}
	const result = checklist.safeParse(content);
	if (result.success) {
		return result.data;
	}
	const [issue] = result.error.issues;
	const path = (issue?.path ?? []).map((part) => shownName(String(part)));
	return {
		fact: `does not have the form of version ${checklistVersion}${path.length === 0 ? "" : ` at ${path.join(".")}`}: ${oneLine(issue?.message ?? "")}`,
		isOther: false,
	};
}
