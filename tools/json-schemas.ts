/**
 * Writes the JSON schemas of stack files and release files into `schemas/`, for editors:
 *
 *   tools/with-toolchain node tools/json-schemas.ts
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { releaseShape } from "../contract/release.ts";
import { regionName } from "../contract/schema.ts";
import { stackConfigShape } from "../contract/stack-config.ts";

const namespace = "netra-platform";
export const folder = join(resolve(import.meta.dirname, ".."), "schemas");

type Schema = z.core.JSONSchema.BaseSchema;

/** The schemas by the file's name. */
export function jsonSchemas(): Record<string, string> {
	return {
		"release.schema.json": text(
			"A release: which images run, written by the build",
			releaseShape,
		),
		"stack-file.schema.json": text("The configuration of a stack", stackFile()),
	};
}

/** `Pulumi.<stack>.yaml`: the project's own keys, those of the provider, and what the CLI keeps. */
function stackFile(): z.ZodType {
	const keys = Object.entries(stackConfigShape.shape).map(([key, value]) => [
		`${namespace}:${key}`,
		// `Pulumi.yaml` has the defaults of those that are not optional in themselves.
		value.optional(),
	]);
	return z.strictObject({
		config: z.strictObject({
			"gcp:project": z.string(),
			"gcp:region": z.string().regex(regionName),
			...Object.fromEntries(keys),
		}),
		encryptionsalt: z.string().optional(),
		encryptedkey: z.string().optional(),
		secretsprovider: z.string().optional(),
	});
}

function text(title: string, shape: z.ZodType): string {
	const { $schema, ...schema } = z.toJSONSchema(shape, {
		io: "input",
		override: ({ jsonSchema, path }) => {
			// The CLI writes an encrypted value as an object.
			if (path.at(-1) === "value" && jsonSchema.type === "string") {
				delete jsonSchema.type;
				delete jsonSchema.minLength;
				jsonSchema.anyOf = encrypted;
			}
		},
	});
	return `${JSON.stringify({ $schema, title, ...schema }, null, "\t")}\n`;
}

const encrypted: Schema[] = [
	{
		type: "object",
		properties: { secure: { type: "string" } },
		required: ["secure"],
		additionalProperties: false,
	},
];

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
	mkdirSync(folder, { recursive: true });
	for (const [name, content] of Object.entries(jsonSchemas())) {
		writeFileSync(join(folder, name), content);
	}
}
